"""The pages of the site, a module per entry of its navigation."""

from fastapi import APIRouter

from api.site.routes import (
    home,
    issues,
    objects,
    patrols,
    rates,
    reaches,
    reports,
    responsibility,
    rules,
    searching,
    settings,
    signing_in,
)

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
for _part in (
    home, signing_in, issues, reaches, patrols, rates, rules, responsibility, objects, reports, searching, settings,
):  # fmt: skip
    router.include_router(_part.router)
