"""Find the two factors of `data.patrols`: ``python -m data.calibrate`` prints them.

The patrols, cleaned with the default rules, must add up to the published
1 448.36 h and 2 996.7 km. Both sums grow steadily with their factor, so that a
few proportional steps meet them.
"""

import sys

from data.patrols import DISTANCE_FACTOR, DURATION_FACTOR, patrol_tracks
from geo.compute.tracks import CleanedTrack, clean

__all__ = ["HOURS", "KM", "cleaned_patrols"]

HOURS, KM = 1448.36, 2996.7


def cleaned_patrols(
    duration_factor: float = DURATION_FACTOR, distance_factor: float = DISTANCE_FACTOR
) -> dict[str, CleanedTrack]:
    """Return the 922 patrols by number, cleaned with the default rules."""
    return {
        track.outing.number: clean(
            track.lon_lat[:, 0], track.lon_lat[:, 1], track.time_s.astype(float), track.accuracy_m
        )
        for track in patrol_tracks(duration_factor, distance_factor)
    }


def calibrate(steps: int = 6) -> None:
    """Print the factors after each step, and what they give."""
    duration, distance = DURATION_FACTOR, DISTANCE_FACTOR
    for _ in range(steps):
        cleaned = cleaned_patrols(duration, distance).values()
        hours, km = sum(c.duration_s for c in cleaned) / 3600, sum(c.length_m for c in cleaned) / 1000
        sys.stdout.write(
            f"DURATION_FACTOR = {duration:.6f}  DISTANCE_FACTOR = {distance:.6f}  {hours:.4f} h  {km:.4f} km\n"
        )
        duration, distance = round(duration * HOURS / hours, 6), round(distance * KM / km, 6)


if __name__ == "__main__":
    calibrate()
