"""A partner's no in the studio's words."""

from __future__ import annotations

import re
from typing import Literal

import structlog

from tuanyuan.domain.engine import BadRequest, EngineSetup, InputRefused, Throttled, Transient
from tuanyuan.domain.errors import StudioError

Why = Literal["input", "throttled", "failed", "setup", "bad_request"]

LONGEST_DETAIL = 60

log = structlog.get_logger(__name__)


def refusal(why: Why, partner: str, detail: str) -> StudioError:
    """The error to raise. detail: the partner's code or our own words, never its message, which may hold an address."""
    detail = re.sub(r"[^A-Za-z0-9 ._:-]", "", detail)[:LONGEST_DETAIL] or "?"
    (log.error if why in ("setup", "bad_request") else log.warning)(
        "partner_refused", partner=partner, why=why, detail=detail
    )
    if why == "input":
        return InputRefused("engine_input_refused")
    if why == "throttled":
        return Throttled("engine_throttled")
    if why == "setup":
        return EngineSetup("engine_setup", engine=partner, detail=detail)
    if why == "bad_request":
        return BadRequest("engine_bad_request", engine=partner, detail=detail)
    return Transient("engine_failed")


def code_in_xml(body: bytes) -> str:
    """`<Code>` of an object store's error, by the letter: nothing is parsed that a stranger sent."""
    found = re.search(rb"<Code>([A-Za-z0-9._-]{1,80})</Code>", body[:10_000])
    return found[1].decode() if found else ""
