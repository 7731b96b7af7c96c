"""What the errors of OpenAI's images interface mean for us (contract §4.5). Pure."""

from __future__ import annotations

import json
import re
from math import ceil
from typing import Any

from tuanyuan.domain.engine import BadRequest, EngineSetup, InputRefused, Transient
from tuanyuan.domain.errors import StudioError
from tuanyuan.engines import statuses
from tuanyuan.engines.wire import Answer

# The same for what goes in and what comes out: not to be retried.
_MODERATED = frozenset({"moderation_blocked", "content_policy_violation"})
_OUT_OF_CREDIT = frozenset({"insufficient_quota", "billing_hard_limit_reached"})
_SETUP = frozenset({"invalid_api_key", "model_not_found"})
_BAD = frozenset({"invalid_value", "unknown_parameter", "invalid_image_file"})
_MOST_WAIT = 3600
# As "1s", "6m0s", "20ms".
_DURATION = re.compile(r"(?:(\d{1,3})h)?(?:(\d{1,4})m(?!s))?(?:(\d{1,6}(?:\.\d{1,9})?)s)?(?:(\d{1,9})ms)?")


def refusal(answer: Answer, engine: str) -> StudioError:
    """The error of an answer that is not 2xx: by `error.code` first, then its type, then the HTTP status."""
    error = _error(answer.body)
    told = [statuses.short(error.get("code")), statuses.short(error.get("type"))]
    for code in told:
        if code in _MODERATED:
            return InputRefused("engine_input_refused")
        if code in _OUT_OF_CREDIT:
            return EngineSetup("engine_out_of_credit", engine=engine)
        if code in _SETUP:
            return EngineSetup("engine_setup", engine=engine, detail=code)
        if code in _BAD:
            return BadRequest("engine_bad_request", engine=engine, detail=code)
        if code == "rate_limit_exceeded":
            return statuses.throttled(_wait(answer))
        if code == "server_error":
            return Transient("engine_failed")
    return statuses.refused(answer.status, engine, next(filter(None, told), None), _wait(answer))


def _error(body: bytes) -> dict[str, Any]:
    """The error's object; empty where somebody before the provider answered."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    error = found.get("error") if isinstance(found, dict) else None
    return error if isinstance(error, dict) else {}


def _wait(answer: Answer) -> int | None:
    """Seconds of `retry-after`, else the longest of `x-ratelimit-reset-*`: 1..3600."""
    if answer.retry_after is not None:
        return answer.retry_after
    told = [_seconds(value) for name, value in answer.headers.items() if name.startswith("x-ratelimit-reset-")]
    known = [seconds for seconds in told if seconds is not None]
    return min(max(1, ceil(max(known))), _MOST_WAIT) if known else None


def _seconds(duration: str) -> float | None:
    match = _DURATION.fullmatch(duration)
    if not match or not duration:
        return None
    hours, minutes, seconds, thousandths = (float(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds + thousandths / 1000
