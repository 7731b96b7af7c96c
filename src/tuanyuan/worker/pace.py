"""How quickly a worker looks, beats, and gives up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """All in seconds.

    poll: between two looks into a queue. beat: between two heartbeats, and two looks of the reaper. dead_after: a
    worker that was silent so long is dead, well above any pause of a living one; its jobs go on elsewhere within
    dead_after and two beats. drain: how long running jobs may still take when the worker is told to stop.
    """

    poll: float = 0.1
    beat: float = 5.0
    dead_after: float = 30.0
    drain: float = 20.0
