"""The accounts of the demo: one for each role, with generated passwords."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Engine

__all__ = ["make_demo_accounts"]


def make_demo_accounts(engine: "Engine") -> list[list[str]]:
    """Create the accounts that are missing; returns ``[username, password, what it sees]`` for each new one."""
    from sqlalchemy import func, select
    from sqlalchemy.orm import Session

    from data.places import TOWN
    from geo.errors import AlreadyExists
    from geo.models import Post, Reach, RegionRow, Responsibility
    from geo.services.accounts import create_account, generate_password

    made: list[list[str]] = []
    with Session(engine) as session:
        village = session.execute(
            select(RegionRow.code, RegionRow.name).where(RegionRow.level == "village").order_by(RegionRow.code).limit(1)
        ).one()
        warden = session.scalar(
            select(Post.person_id)
            .where(Post.region_code.like(f"{village.code}%"), func.length(Post.region_code) > 12)
            .limit(1)
        )
        chief = session.scalar(
            select(Responsibility.person_id)
            .join(Reach, Reach.id == Responsibility.reach_id)
            .where(Reach.region_code == village.code, Responsibility.role == "lead")
            .order_by(Responsibility.id)
            .limit(1)
        )
    accounts = [
        ("admin", "系统管理员", "admin", TOWN, None, "清河镇"),
        ("huanbao", "环保办经办人", "office", TOWN, None, "清河镇"),
        ("lingdao", "镇领导", "leader", TOWN, None, "清河镇"),
        ("wanggeyuan", "网格员", "warden", village.code, warden, village.name),
        ("hezhang", "村级河长", "chief", village.code, chief, village.name),
        ("chakan", "查看者", "viewer", TOWN, None, "清河镇"),
    ]
    for username, display_name, role, region, person_id, sees in accounts:
        password = generate_password()
        with Session(engine) as session:
            try:
                create_account(
                    session, username=username, display_name=display_name, password=password, role=role,
                    region_code=region, person_id=person_id,
                )  # fmt: skip
            except AlreadyExists:
                session.rollback()
                continue
            session.commit()
        made.append([username, password, f"{display_name}，{sees}"])
    return made
