"""What the fakes of all providers share: their faults, pictures, bodies, patience and shelves, and a server.

A fake keeps to its provider's contract (signature, bounds, required fields, error shapes) and knows nothing of our
client. It never starts in production.
"""

from __future__ import annotations

from tuanyuan.engines.sandbox.bodies import Bounded, received, replayed
from tuanyuan.engines.sandbox.faults import FAULTS, Accepted, Fault, Faults
from tuanyuan.engines.sandbox.fetching import Fetch, fetch
from tuanyuan.engines.sandbox.films import clip, film
from tuanyuan.engines.sandbox.intake import Intake
from tuanyuan.engines.sandbox.patience import waited
from tuanyuan.engines.sandbox.pictures import broken, draw, wrong_size
from tuanyuan.engines.sandbox.server import run, serving
from tuanyuan.engines.sandbox.severing import Cut, Severed, cut, events
from tuanyuan.engines.sandbox.shelf import Lying, Shelf

__all__ = [
    "FAULTS",
    "Accepted",
    "Bounded",
    "Cut",
    "Fault",
    "Faults",
    "Fetch",
    "Intake",
    "Lying",
    "Severed",
    "Shelf",
    "broken",
    "clip",
    "cut",
    "draw",
    "events",
    "fetch",
    "film",
    "received",
    "replayed",
    "run",
    "serving",
    "waited",
    "wrong_size",
]
