"""``wangge coverage`` on files: reading, telling, and the exit code."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from api.cli.output import print_json, progress, say, say_table, tell

if TYPE_CHECKING:
    from geo.compute.tracks import CleaningRules
    from geo.services.file_coverage import FileCoverage, Remark

__all__ = ["run_on_files", "tell_coverage"]

_SHOWN = 60  # what a person reads in a terminal; --json lists everything


def run_on_files(
    *,
    reaches: Path,
    tracks: Sequence[Path],
    corridor_m: float,
    rules: "CleaningRules",
    crs: str | None,
    reaches_crs: str | None,
    as_json: bool,
) -> None:
    """Print the coverage of `reaches` by `tracks`; exit code 1 if a file of tracks was refused."""
    from geo.services.file_coverage import cover_files

    with progress("Reading tracks", len(tracks)) as advance:
        coverage = cover_files(
            reaches,
            tracks,
            corridor_m=corridor_m,
            rules=rules,
            crs=crs,
            reaches_crs=reaches_crs,
            advance=advance,
        )
    if as_json:
        print_json(coverage.as_json(tell))
    else:
        tell_coverage(coverage)
    if coverage.refused:
        raise typer.Exit(1)


def tell_coverage(coverage: "FileCoverage") -> None:
    """Print a coverage of files for a person."""
    say_table(
        ["Reach", "Name", "Length (m)", "Covered (m)", "Share", "Stretches", "Longest gap (m)"],
        _rows(coverage),
    )
    say(_total(coverage))
    say(_used(coverage))
    _remarks("Files that were refused:", coverage.refused)
    _remarks("Beware:", coverage.warnings)


def _rows(coverage: "FileCoverage") -> list[list[str]]:
    from geo.compute.stretches import gaps_of

    rows = []
    for reach in coverage.reaches:
        gaps = gaps_of(reach.stretches, reach.length_m)
        longest = f"{(gaps[:, 1] - gaps[:, 0]).max():,.0f}" if len(gaps) else ""
        share = "" if reach.share is None else f"{reach.share:.1%}"
        covered = "" if reach.share is None else f"{reach.covered_m:,.0f}"
        length = "" if reach.share is None else f"{reach.length_m:,.0f}"
        rows.append([str(reach.id), reach.name or "", length, covered, share, str(len(reach.stretches)), longest])
    return rows


def _total(coverage: "FileCoverage") -> str:
    from geo.text import Text

    length_m = sum(reach.length_m for reach in coverage.reaches)
    covered_m = sum(reach.covered_m for reach in coverage.reaches)
    return Text(
        "{count} reaches, {length} km; covered {covered} km ({share}) within {corridor} m of the tracks",
        count=len(coverage.reaches),
        length=f"{length_m / 1000:,.2f}",
        covered=f"{covered_m / 1000:,.2f}",
        share=f"{covered_m / length_m:.1%}" if length_m else "—",
        corridor=f"{coverage.corridor_m:g}",
    )


def _used(coverage: "FileCoverage") -> str:
    from geo.text import Text

    cleaned = [track.cleaned for track in coverage.tracks]
    return Text(
        "{count} tracks, {length} km, {hours} h; {kept} of {fixes} fixes kept, in {pieces} pieces; dropped: {dropped}",
        count=len(cleaned),
        length=f"{sum(track.length_m for track in cleaned) / 1000:,.2f}",
        hours=f"{sum(track.duration_s for track in cleaned) / 3600:,.1f}",
        kept=sum(track.kept for track in cleaned),
        fixes=sum(track.fixes for track in cleaned),
        pieces=sum(track.pieces for track in cleaned),
        dropped=_dropped(coverage) or "—",
    )


def _dropped(coverage: "FileCoverage") -> str:
    from geo.text import Text

    labels = {
        "place": Text("without a place"),
        "time": Text("without a time"),
        "duplicate": Text("repeated"),
        "accuracy": Text("too inaccurate"),
        "speed": Text("too fast"),
    }
    counts = {reason: sum(track.cleaned.dropped.get(reason, 0) for track in coverage.tracks) for reason in labels}
    return ", ".join(f"{tell(labels[reason])} {count}" for reason, count in counts.items() if count)


def _remarks(title: str, remarks: "Sequence[Remark]") -> None:
    """Print a line for each thing there is to say: the first file that it is said of, and how many more."""
    from geo.text import Text

    sources: dict[str, list[str]] = {}
    for remark in remarks:
        sources.setdefault(" ".join(tell(remark.text).split()), []).append(remark.source)
    if not sources:
        return
    say(title)
    for sentence, files in list(sources.items())[:_SHOWN]:
        more = f" (+{len(files) - 1})" if len(files) > 1 else ""
        say(f"  {files[0]}{more}: {sentence}")
    if len(sources) > _SHOWN:
        say(Text("… and {count} more; --json lists them all", count=len(sources) - _SHOWN))
