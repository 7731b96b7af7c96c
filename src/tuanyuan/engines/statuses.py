"""What an HTTP status says by itself, where the provider's own code says nothing more; and a code fit to be shown."""

from __future__ import annotations

import re

from tuanyuan.domain.engine import BadRequest, EngineSetup, Throttled, Transient, Unknown
from tuanyuan.domain.errors import StudioError

OK = range(200, 300)
# Our key, our rights, a model that is gone, a relay that sends us elsewhere: no picture will come until it is repaired.
_SETUP = frozenset({*range(300, 400), 401, 403, 404})
# Payment required: some servers that speak another provider's interface say it so.
_OUT_OF_CREDIT = 402
_THROTTLED = 429
_SAFE = frozenset({500, 502, 503})
_CODE = re.compile(r"[A-Za-z0-9_.:/-]{1,60}")


def short(code: object, otherwise: str = "") -> str:
    """The provider's code if it is one word of at most 60 letters; never a sentence, which could hold what we sent."""
    return code if isinstance(code, str) and _CODE.fullmatch(code) else otherwise


def refused(
    status: int, engine: str, code: object, retry_after: int | None = None, safe: frozenset[int] = _SAFE
) -> StudioError:
    """The error of an answer that is not 2xx. safe: what may be asked again, for nothing was made.

    A 5xx that is not safe comes from whoever stands before the provider: Unknown, it may have been made and billed.
    """
    detail = short(code, str(status))
    if status in _SETUP:
        return EngineSetup("engine_setup", engine=engine, detail=detail)
    if status == _OUT_OF_CREDIT:
        return EngineSetup("engine_out_of_credit", engine=engine)
    if status == _THROTTLED:
        return throttled(retry_after)
    if status in safe:
        return Transient("engine_failed")
    if status >= min(_SAFE):
        return Unknown("answer_lost")
    return BadRequest("engine_bad_request", engine=engine, detail=detail)


def throttled(retry_after: int | None) -> Throttled:
    """Too many calls; come again after that many seconds, None: not told."""
    error = Throttled("engine_throttled")
    error.retry_after = retry_after
    return error
