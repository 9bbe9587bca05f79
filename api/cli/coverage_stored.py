"""Coverage of what is stored, for ``wangge coverage`` without files."""

from datetime import date

from api.cli.choosing import scope_of
from api.cli.output import print_json, say, say_table

__all__ = ["run_stored"]


def run_stored(
    *,
    engine: str,
    scheduler: str | None,
    town: str | None,
    first_day: date | None,
    last_day: date | None,
    level: str | None,
    as_json: bool,
) -> None:
    """Print coverage, rates and gaps of a period; by default the calendar year of the newest patrol."""
    from sqlalchemy.orm import Session

    from api.database import get_engine
    from geo.services.coverage import stored_coverage
    from geo.services.periods import period_or_newest
    from geo.text import Text

    with Session(get_engine()) as session:
        scope = scope_of(session, town)
        period = period_or_newest(session, scope, first_day, last_day, of="patrols")
        if engine == "local":
            found = stored_coverage(session, scope, period, level=level)
    if engine != "local":
        from api.cli.coverage_dask import cover_towns

        found = cover_towns(scheduler, scope, period, level)
    if as_json:
        print_json(found.as_json())
        return
    say(
        Text(
            "{first} to {last}, corridor {corridor} m",
            first=period.first_day,
            last=period.last_day,
            corridor=found.corridor_m,
        )
    )
    rows = [
        [
            reach.code,
            reach.name,
            f"{reach.length_m:.0f}",
            f"{reach.covered_m:.0f}",
            f"{reach.share:.1%}",
            f"{reach.length_m - reach.covered_m:.0f}",
        ]
        for reach in found.reaches.itertuples()
    ]
    say_table(["reach", "name", "length (m)", "walked (m)", "share", "not walked (m)"], rows)
    say(Text("{patrols} patrols, {hours} h, {km} km", **found.total))
