"""Durable jobs: the workers that carry them, and what keeps them from being lost."""

from __future__ import annotations

from tuanyuan.worker.engine_loop import EngineLoop, Leaving
from tuanyuan.worker.housekeeping import housekeeping
from tuanyuan.worker.identity import Identity
from tuanyuan.worker.pace import Pace
from tuanyuan.worker.schedules import Schedule
from tuanyuan.worker.worker import Worker

__all__ = ["EngineLoop", "Identity", "Leaving", "Pace", "Schedule", "Worker", "housekeeping"]
