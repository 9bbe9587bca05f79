"""Whether the site works, for whoever watches it."""

from typing import Any

from fastapi import APIRouter
from sqlalchemy import text

from api.dependencies import SessionDep

__all__ = ["router"]

router = APIRouter()


@router.get("/healthz", tags=["health"])
def healthz(session: SessionDep) -> dict[str, Any]:
    """Answer once the database does."""
    session.execute(text("SELECT 1"))
    return {"status": "ok"}
