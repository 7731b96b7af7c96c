"""Which effect suits a picture of the studio's own: the one that its scene names first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from tuanyuan.domain.feature import FEATURES, MOTION
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.ports import Unit
from tuanyuan.domain.scene import Scene


def suited(
    unit: Unit, user_id: str, request: JobRequest, at: datetime, scenes: Sequence[Scene], known: Sequence[str]
) -> JobRequest:
    """The same order with an effect as its style, where none was asked for and the picture's scene is known.

    known: the effects that can be ordered. A picture of an unknown place is left to the engine.
    """
    if request.feature != MOTION or request.style or "dynamic_type" in request.options or request.work is None:
        return request
    work = unit.works.find(user_id, request.work, at)
    made = unit.jobs.find(work.job_id, user_id) if work else None
    taking = FEATURES.get(made.request.feature) if made else None
    if made is None or taking is None:
        return request
    place = made.request.background or taking.background
    effects = next((scene.motion for scene in scenes if scene.id == place), ())
    return replace(request, style=next((effect for effect in effects if effect in known), None))
