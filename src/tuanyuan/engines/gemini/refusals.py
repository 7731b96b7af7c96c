"""What Gemini's HTTP errors mean for us (contract §3.5). Pure."""

from __future__ import annotations

import json
import re
from math import ceil
from typing import Any

from tuanyuan.domain.engine import BadRequest, EngineSetup, Transient
from tuanyuan.domain.errors import StudioError
from tuanyuan.engines import statuses
from tuanyuan.engines.gemini.mapping import NAME
from tuanyuan.engines.told import entries
from tuanyuan.engines.wire import Answer

# "no, alert": key, rights, location, billing, a model that was retired.
_SETUP = frozenset({"FAILED_PRECONDITION", "UNAUTHENTICATED", "PERMISSION_DENIED", "NOT_FOUND"})
_SAFE = frozenset({408, 500, 502, 503, 504})
_TRANSIENT = frozenset({"INTERNAL", "UNAVAILABLE", "DEADLINE_EXCEEDED"})
# Not in the contract: a wrong key comes as 400 INVALID_ARGUMENT with this reason (reports of users).
_KEY_REASONS = frozenset({"API_KEY_INVALID", "API_KEY_EXPIRED"})
_MOST_WAIT = 3600


def refusal(answer: Answer) -> StudioError:
    """The error of an answer that is not 2xx: by `error.status` first, then by the HTTP status."""
    error = _error(answer.body)
    code, details = statuses.short(error.get("status")), entries(error.get("details"))
    reasons = {statuses.short(entry.get("reason")) for entry in details}
    if code in _SETUP or reasons & _KEY_REASONS:
        return EngineSetup("engine_setup", engine=NAME, detail=code)
    if code == "RESOURCE_EXHAUSTED":
        # A quota of the day comes with a delay of seconds, too, which is not to be believed.
        if any(_of_the_day(entry) for entry in details):
            return EngineSetup("engine_out_of_credit", engine=NAME)
        return statuses.throttled(_delay(details) or answer.retry_after)
    if code == "INVALID_ARGUMENT":
        return BadRequest("engine_bad_request", engine=NAME, detail=code)
    if code in _TRANSIENT:
        return Transient("engine_failed")
    return statuses.refused(answer.status, NAME, code, answer.retry_after, _SAFE)


def _error(body: bytes) -> dict[str, Any]:
    """The error's object; empty where somebody before Gemini answered."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    error = found.get("error") if isinstance(found, dict) else None
    return error if isinstance(error, dict) else {}


def _of_the_day(detail: dict[str, Any]) -> bool:
    if not str(detail.get("@type")).endswith("QuotaFailure"):
        return False
    violations = detail.get("violations")
    return isinstance(violations, list) and any("PerDay" in str(violation) for violation in violations)


def _delay(details: list[dict[str, Any]]) -> int | None:
    """Seconds of `retryDelay`, as "37s" or "37.8s": 1..3600, rounded up."""
    for detail in details:
        told = re.fullmatch(r"([0-9]{1,6}(?:\.[0-9]{1,9})?)s", str(detail.get("retryDelay")))
        if told and str(detail.get("@type")).endswith("RetryInfo"):
            return min(max(1, ceil(float(told[1]))), _MOST_WAIT)
    return None
