"""Reading outings by the rules of their days: cleaned, covered, judged."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise

import geopandas as gpd
import numpy as np

from geo.compute.cleaning import clean_many
from geo.compute.coverage import cover_geographic
from geo.compute.integrity import Doubt, IntegrityRules, doubts_of
from geo.compute.measured import flat_lines, measured_ewkb
from geo.compute.nearness import near_shares
from geo.compute.rules import PatrolRule
from geo.compute.tracks import CleanedTrack, CleaningRules
from geo.services.filters import SHANGHAI
from geo.services.outings import Outings
from geo.store.patrols import multirange

__all__ = ["clean_by_rules", "cover_by_rules", "day_of", "doubts_by_rules", "paths_of"]

_NEAR = 3  # corridors: a walk along the other bank, or on the road above, is no walk elsewhere


def day_of(time_s: float) -> date:
    """Return the day in Asia/Shanghai of an instant in seconds since 1970."""
    return datetime.fromtimestamp(time_s, SHANGHAI).date()


def clean_by_rules(outings: Outings, rules: Sequence[PatrolRule]) -> list[CleanedTrack]:
    """Clean each outing by its rule.

    Times that were spread between start and end tell neither speeds nor gaps; the duration is then the claimed one.
    """
    limits = [
        rule.cleaning if timed else replace(rule.cleaning, max_speed_kmh=np.inf, max_gap_s=np.inf)
        for rule, timed in zip(rules, outings.timed, strict=True)
    ]
    lon, lat, time_s, accuracy_m, segment, bounds = outings.fixes()
    tracks = clean_many(lon, lat, time_s, accuracy_m, segment, bounds, limits or [CleaningRules()])
    claimed_s = outings.ended_s - outings.started_s
    for k in np.flatnonzero(~outings.timed & (claimed_s >= 0)):
        tracks[k] = replace(tracks[k], duration_s=float(claimed_s[k]))
    return tracks


def paths_of(tracks: Sequence[CleanedTrack], srid: int) -> list[bytes]:
    """Return the tracks' measured lines as PostGIS reads them."""
    lon, lat, time_s, bounds = _columns(tracks)
    return measured_ewkb(lon, lat, time_s, bounds, [track.piece_starts for track in tracks], srid)


def _columns(tracks: Sequence[CleanedTrack]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    columns = (np.concatenate([getattr(each, name) for each in tracks]) for name in ("lon", "lat", "time_s"))
    return (*columns, np.append(0, np.cumsum([each.kept for each in tracks])))  # type: ignore[return-value] # three columns


def cover_by_rules(
    tracks: Sequence[CleanedTrack], rules: Sequence[PatrolRule], reaches: gpd.GeoDataFrame
) -> list[tuple[int, int, float, str]]:
    """Return what each track covered: its position, the reach's id, the corridor, and the stretches as a multirange."""
    rows: list[tuple[int, int, float, str]] = []
    ids = reaches["id"].tolist()
    for corridor_m, at in _by_corridor(tracks, rules):
        some = [tracks[k] for k in at]
        lon, lat, _, bounds = _columns(some)
        lines = gpd.GeoSeries(flat_lines(lon, lat, bounds, [each.piece_starts for each in some]), crs="EPSG:4490")
        found = cover_geographic(reaches.geometry, lines, corridor_m=corridor_m)
        least_m = np.array([rules[k].min_stretch_m for k in at])
        found = found[found["end_m"] - found["start_m"] >= least_m[found["track"]]]
        reach, track = found["reach"].to_numpy(), found["track"].to_numpy()
        pairs = list(zip(found["start_m"].tolist(), found["end_m"].tolist(), strict=True))
        begins = np.flatnonzero((np.diff(reach, prepend=-1) != 0) | (np.diff(track, prepend=-1) != 0))
        for first, end in pairwise([*begins.tolist(), len(pairs)]):
            rows.append((at[track[first]], ids[reach[first]], corridor_m, multirange(pairs[first:end])))
    return rows


def _by_corridor(tracks: Sequence[CleanedTrack], rules: Sequence[PatrolRule]) -> list[tuple[float, list[int]]]:
    groups: dict[float, list[int]] = {}
    for k, (track, rule) in enumerate(zip(tracks, rules, strict=True)):
        if track.kept:
            groups.setdefault(rule.corridor_m, []).append(k)
    return sorted(groups.items())


def _near(
    tracks: Sequence[CleanedTrack],
    rules: Sequence[PatrolRule],
    reaches: gpd.GeoDataFrame,
    named: Sequence[int | None],
) -> np.ndarray:
    """Return the share of each track near its reach; NaN where there is none to be near to."""
    near = np.full(len(tracks), np.nan)
    ids = reaches["id"].to_numpy()
    for corridor_m, at in _by_corridor(tracks, rules):
        groups: dict[int | None, list[int]] = {}
        for k in at:
            groups.setdefault(named[k], []).append(k)
        for reach, some in groups.items():
            lines = reaches.geometry if reach is None else reaches.geometry[ids == reach]
            if len(lines):
                near[some] = near_shares([tracks[k] for k in some], lines, within_m=_NEAR * corridor_m)
    return near


def doubts_by_rules(
    outings: Outings,
    tracks: Sequence[CleanedTrack],
    rules: Sequence[PatrolRule],
    reaches: gpd.GeoDataFrame,
    named: Sequence[int | None],
    *,
    now_s: float,
) -> list[list[Doubt]]:
    """Return the reasons for doubt that stand in each track itself.

    Parameters
    ----------
    named : sequence of int or None
        The reach that each record says was patrolled: a walk along another river is none of it. Without
        one, any reach will do.
    """
    near = _near(tracks, rules, reaches, named)
    found = []
    for k, (track, rule) in enumerate(zip(tracks, rules, strict=True)):
        share = None if np.isnan(near[k]) else float(near[k])
        limits = IntegrityRules.for_speed(rule.max_speed_kmh)
        doubts = doubts_of(
            outings.raw(k), track, now_s=now_s, near_share=share, timed=bool(outings.timed[k]), rules=limits
        )
        if not track.kept and not any(doubt.reason == "no_track" for doubt in doubts):
            doubts.append(Doubt("no_track", {"fixes": int(outings.end[k] - outings.first[k])}))
        found.append(doubts)
    return found
