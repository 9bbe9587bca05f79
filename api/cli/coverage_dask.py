"""``wangge coverage --engine dask``, and on GeoParquet with either engine."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from api.cli.output import print_json, progress, tell

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from geo.compute.tracks import CleaningRules
    from geo.services.coverage import StoredCoverage
    from geo.services.filters import Period
    from geo.services.province import Run
    from geo.store.scoping import Scope

__all__ = ["connect", "cover_towns", "is_for_province", "run_on_parquet"]


def is_for_province(tracks: Sequence[Path]) -> bool:
    """Tell whether tracks are GeoParquet."""
    from geo.readers.parquet import is_parquet

    return any(is_parquet(path) for path in tracks)


@contextmanager
def runner(engine: str, scheduler: str | None) -> Iterator["Run"]:
    """Open what works on the parts of a province."""
    from geo.services.province import on_dask, run_here

    if engine == "local":
        yield run_here
        return
    with on_dask(scheduler) as run:
        yield run


def run_on_parquet(
    *,
    engine: str,
    scheduler: str | None,
    reaches: Path,
    tracks: Sequence[Path],
    corridor_m: float,
    rules: "CleaningRules",
    crs: str | None,
    reaches_crs: str | None,
    as_json: bool,
) -> None:
    """Print the coverage of `reaches` by `tracks`; exit code 1 if a file of tracks was refused."""
    import typer

    from api.cli.coverage_files import tell_coverage
    from geo.services.province_files import How, cover_plan, plan_parts

    plan = plan_parts(reaches, tracks, How(corridor_m, rules, crs, reaches_crs))
    with runner(engine, scheduler) as run, progress("Covering parts", len(plan.parts)) as advance:
        coverage = cover_plan(plan, run, advance=advance)
    if as_json:
        print_json(coverage.as_json(tell))
    else:
        tell_coverage(coverage)
    if coverage.refused:
        raise typer.Exit(1)


@lru_cache
def connect() -> "Engine":
    """Open the database of a worker's own settings; nobody but the caller brings its tables up to date."""
    from api.database import open_engine
    from api.settings import get_settings

    return open_engine(get_settings(), migrate=False)


def cover_towns(scheduler: str | None, scope: "Scope", period: "Period", level: str | None) -> "StoredCoverage":
    """Compute the coverage of what is stored by Dask, a town a task."""
    from api.database import get_engine
    from geo.services.province_database import cover_stored

    with ExitStack() as stack:
        run = stack.enter_context(runner("dask", scheduler))

        def start(parts: int) -> Callable[[], object]:
            advance: Callable[[], object] = stack.enter_context(progress("Covering parts", parts))
            return advance

        return cover_stored(get_engine(), scope, period, level=level, run=run, connect=connect, start=start)
