"""The town of two villages with a rule, a quota and patrols of every state on its western reach."""

import re
from datetime import date
from html import unescape
from pathlib import Path

import numpy as np
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from geo.models import Patrol, PatrolCheck, Person
from geo.services.accounts import create_account
from geo.services.imports import import_file
from geo.services.quotas import set_quota
from geo.services.rule_changes import set_rule
from geo.store.scoping import Scope
from geo.types import Role
from tests.api.town import fill_town
from tests.files import TOWN, write_table

__all__ = ["DOUBTED", "FROZEN", "HTML", "PEOPLE", "YEAR", "fill_patrolled", "numbers", "patrol_id", "rows_of", "words"]

HTML = {"Accept": "text/html"}
YEAR = "from=2024-01-01&to=2024-12-31"

DOUBTED = "XH-DOUBT"
FROZEN = {
    "reason": "frozen", "share": 0.71, "minutes": 7.1, "place": [107.003, 29.005],
    "since": "2024-05-20T01:01:00Z", "until": "2024-05-20T01:08:00Z",
}  # fmt: skip
# Accounts: name, role, and the code of the person behind it.
PEOPLE = (
    ("office", Role.office, None), ("clerk.who.walks", Role.office, "P2"), ("leader", Role.leader, None),
    ("viewer", Role.viewer, None), ("chief.west", Role.chief, "P2"), ("chief.east", Role.chief, "P5"),
)  # fmt: skip


def fill_patrolled(session: Session, folder: Path, password: str) -> None:
    """Fill a database: at least 5 minutes and 300 m, two a month on R1, of five patrols there two valid.

    The year's rate of R1 is 2 of 24; R2 has a patrol and no quota.
    """
    fill_town(session, folder)
    scope, since = Scope.whole(), date(2024, 1, 1)
    values = {"min_minutes": 5.0, "min_distance_m": 300.0}
    set_rule(session, scope, region_code=TOWN, level=None, valid_from=since, values=values, remark="示例")
    set_quota(session, scope, reach="R1", times=2, per="month", valid_from=since)
    walks = (("XH-MAY", "2024-05-02", 60), ("XH-SHORT", "2024-05-10", 12), (DOUBTED, "2024-05-20", 60))
    rows = [row for walk in (*walks, ("XH-REJECTED", "2024-06-03", 60)) for row in _fixes(*walk)]
    table = write_table(folder / "walks.csv", "巡查编号,巡查人,河段编码,时间,经度,纬度,精度", *rows)
    assert import_file(session, "tracks", table, town=TOWN, crs="EPSG:4490").stored
    # What the tests are about is what follows from a verdict, not how one is found.
    session.execute(delete(PatrolCheck))
    for number, verdict in ((DOUBTED, "doubtful"), ("XH-REJECTED", "rejected")):
        patrol = session.scalars(select(Patrol).where(Patrol.number == number)).one()
        session.add(PatrolCheck(patrol_id=patrol.id, verdict=verdict, reasons=[FROZEN]))
        patrol.claimed_m = patrol.length_m + 250
    for username, role, code in PEOPLE:
        person = session.scalar(select(Person.id).where(Person.code == code)) if code else None
        create_account(
            session, username=username, display_name=username, password=password, role=role, region_code=TOWN,
            person_id=person,
        )  # fmt: skip


def _fixes(number: str, day: str, count: int) -> list[str]:
    noise = np.random.default_rng(int(day.replace("-", ""))).normal(0, 2e-6, (count, 2))
    return [
        f"{number},P2,R1,{day} 09:{k // 6:02d}:{k % 6 * 10:02d},"
        f"{107.001 + k * 1e-4 + noise[k, 0]:.6f},{29.005 + noise[k, 1]:.6f},{5 + k % 3}"
        for k in range(count)
    ]


def patrol_id(look: Session, number: str = DOUBTED) -> int:
    """Return the id of a patrol by its number."""
    return look.scalar(select(Patrol.id).where(Patrol.number == number))


def numbers(page: str) -> list[str]:
    """Return the numbers of the patrols that a page links to."""
    return re.findall(r'<a href="/patrols/\d+[^"]*">([^<]+)</a>', page)


def words(page: str) -> str:
    """Return what is read of a page."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def rows_of(page: str) -> list[list[str]]:
    """Return the text of each cell of each row of the page's tables."""
    rows = re.findall(r"<tr>(<td.*?)</tr>", page, re.DOTALL)
    return [[words(cell).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)] for row in rows]
