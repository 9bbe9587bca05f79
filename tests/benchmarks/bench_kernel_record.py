"""The record of the coverage kernel: how many times quicker than shapely it was, on each pattern of tracks.

Ratios of one run, so that a quick machine and a slow one can be compared. The
record is ``record.json`` beside this file; ``bench_coverage --record`` writes it.
"""

import json
from pathlib import Path

__all__ = ["TOLERANCE", "losses", "read_record", "write_record"]

RECORD = Path(__file__).with_name("record.json")

TOLERANCE = 0.25
"""How much of a ratio may be lost to the noise of a machine: the same code differs by a sixth from run to run."""


def read_record(path: Path = RECORD) -> dict[str, float]:
    """Return the recorded ratios, none where there is no record yet."""
    return dict(json.loads(path.read_text())) if path.exists() else {}


def write_record(ratios: dict[str, float], path: Path = RECORD) -> None:
    """Make these ratios the record; what was not measured keeps its own."""
    kept = {**read_record(path), **{name: round(ratio, 1) for name, ratio in ratios.items()}}
    path.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n")


def losses(ratios: dict[str, float], recorded: dict[str, float], tolerance: float = TOLERANCE) -> list[str]:
    """Return a line for each ratio that fell below the record by more than the tolerance."""
    return [
        f"slower than it was: {name} is {ratios[name]:.0f} × shapely, the record is {was:.0f} ×"
        for name, was in recorded.items()
        if name in ratios and ratios[name] < was * (1 - tolerance)
    ]
