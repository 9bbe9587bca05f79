"""Collections as JSON pages or as GeoJSON, whichever is asked for."""

from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from api.paging import cursor_of, next_link

__all__ = ["GEOJSON", "GeoJsonDep", "answer_page", "feature_collection"]

_MEDIA = "application/geo+json"
# For the OpenAPI document: the other form of a collection's answer.
GEOJSON: dict[int | str, dict[str, Any]] = {200: {"content": {_MEDIA: {"schema": {"type": "object"}}}}}


def wants_geojson(
    request: Request,
    f: Annotated[Literal["json", "geojson", ""], Query(description="Form of the answer, before `Accept`")] = "",
) -> bool:
    """Tell whether GeoJSON is asked for, by ``?f=geojson`` or by ``Accept``."""
    return f == "geojson" or (not f and _MEDIA in request.headers.get("accept", ""))


GeoJsonDep = Annotated[bool, Depends(wants_geojson)]


def feature_collection(rows: list[dict[str, Any]], **members: Any) -> Response:
    """Return rows as a FeatureCollection; ``geometry`` of a row, or ``lon`` and ``lat``, is its place.

    EPSG:4490 differs from GeoJSON's own WGS 84 by centimetres, longitude first in both.
    """
    features = [_feature(row) for row in rows]
    document = {"type": "FeatureCollection", "features": features} | members
    return JSONResponse(jsonable_encoder(document), media_type=_MEDIA)


def _feature(row: dict[str, Any]) -> dict[str, Any]:
    facts = {name: value for name, value in row.items() if name not in ("geometry", "lon", "lat")}
    shape = row.get("geometry")
    if shape is None and row.get("lon") is not None:
        shape = {"type": "Point", "coordinates": [row["lon"], row["lat"]]}
    return {"type": "Feature", "geometry": shape, "properties": facts}


def answer_page(
    request: Request, response: Response, rows: list[dict[str, Any]], following: Any, *, geojson: bool
) -> Any:
    """Return one page: ``items`` and ``next``, or a FeatureCollection with ``next``; the link is in a header too."""
    cursor = cursor_of(following)
    answer = feature_collection(rows, next=cursor) if geojson else {"items": rows, "next": cursor}
    link = next_link(request, cursor)
    if link is not None:
        (answer if isinstance(answer, Response) else response).headers["Link"] = f'<{link}>; rel="next"'
    return answer
