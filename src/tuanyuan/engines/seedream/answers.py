"""What Ark says, in our words: results, and how it says no (contract §2.4, §2.5 and §2.7)."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from math import ceil
from typing import Any

from tuanyuan.domain.capabilities import Model
from tuanyuan.domain.engine import EngineSetup, InputRefused, OutputRefused, Pending, Transient, Unknown
from tuanyuan.domain.errors import StudioError
from tuanyuan.engines.seedream.mapping import NAME, Task
from tuanyuan.engines.statuses import OK, refused, short, throttled
from tuanyuan.engines.told import MOST_ENTRIES, count, entries, entry
from tuanyuan.engines.wire import Answer

AGAIN = 8.0
# Of one clip: 1920 × 1080 for 12 s are 600 thousand.
MOST_TOKENS = 5_000_000
# Codes get suffixes, so they are matched by how they begin (§2.5).
_INPUT = re.compile(r"SensitiveContentDetected|Input\w*(Sensitive|Risk)")
_OUTPUT = re.compile(r"Output\w*(Sensitive|Risk)")
_THROTTLED = re.compile(
    r"RateLimitExceeded|AccountRateLimitExceeded|Model\w*RateLimitExceeded|RequestBurstTooFast|ServerOverloaded"
    r"|InflightBatchsizeExceeded"
)
_TRANSIENT = re.compile(r"ContentSecurityDetectionError|InternalServiceError")
# A spending limit of our own counts as no money left.
_CREDIT = re.compile(r"AccountOverdue|ServiceOverdue|QuotaExceeded|SetLimitExceeded")
_SETUP = re.compile(
    r"AuthenticationError|AccessDenied|ServiceNotOpen|ModelNotOpen|UnsupportedModel|InvalidEndpointOrModel"
    r"|InvalidEndpoint"
)
_REQUEST_ID = re.compile(r"[Rr]equest id: *([0-9A-Za-z-]{1,64})")
_GONE, _SERVER = 404, 500


@dataclass(frozen=True)
class Made:
    """Pictures by address or by their bytes, in order; `missing`: the first code of those that did not come."""

    pictures: tuple[str | bytes, ...]
    missing: str = ""
    billed: int = 0


def made(answer: Answer) -> Made:
    """The pictures of a call. Raises `refusal`; where none came out at all, the error of the first that is missing."""
    said = _said(answer)
    items = entries(said.get("data"), MOST_ENTRIES)
    found = tuple(picture for picture in map(_picture, items) if picture)
    missing = [code for code in (_code(item) for item in [*items, said]) if code]
    if not found:
        raise _by_code(answer, missing[0]) if missing else Transient("engine_failed")
    billed = count(entry(said.get("usage")).get("generated_images"), MOST_ENTRIES)
    return Made(found, missing[0] if missing else "", len(found) if billed is None else billed)


def task_id(answer: Answer) -> str:
    """The number of the task that was begun. Raises `refusal`; Unknown answer_lost: accepted without one."""
    told = _said(answer).get("id")
    if not isinstance(told, str) or not told:
        raise Unknown("answer_lost")
    return told


def outcome(answer: Answer) -> Pending | str:
    """How far a clip is, or its address. Raises `refusal`; Transient: not known any more, cancelled or expired."""
    if answer.status == _GONE:
        raise Transient("engine_task_gone")
    said = _said(answer)
    match said.get("status"):
        case "succeeded":
            address = entry(said.get("content")).get("video_url")
            if not isinstance(address, str) or not address:
                raise Transient("engine_failed")
            return address
        case "failed":
            raise _by_code(answer, _code(said) or "InternalServiceError")
        case "cancelled" | "expired":
            raise Transient("engine_failed")
    # Queued, running, or a word that the contract does not know: running until the deadline says otherwise.
    return Pending(None, AGAIN)


def clip_fen(answer: Answer, task: Task, model: Model | None) -> int:
    """What a clip costs, in fen: by its tokens, where they are told and the model has a price for them."""
    if model is None:
        return 0
    tokens = count(entry(answer.json().get("usage")).get("completion_tokens"), MOST_TOKENS)
    price = model.options.get("fen_per_million_tokens")
    if price is None or tokens is None:
        return model.price_fen * task.seconds
    return ceil(tokens * int(price) / 1_000_000)


def refusal(answer: Answer) -> StudioError | None:
    """The error that an answer stands for; None: it is a success. Unknown answer_lost: nobody can tell."""
    try:
        said = answer.json()
    except Unknown as lost:
        return lost if answer.status in OK else _by_code(answer, "")
    return None if answer.status in OK else _by_code(answer, _code(said))


def noted(answer: Answer) -> dict[str, Any]:
    """For the log: the status, the provider's code and its name for the call, where it gives them."""
    try:
        said = answer.json()
    except Unknown:
        said = {}
    named = _REQUEST_ID.search(str(entry(said.get("error")).get("message")))
    told = {"provider_code": _code(said), "request_id": named[1] if named else ""}
    return {"status": answer.status, **{name: value for name, value in told.items() if value}}


def _said(answer: Answer) -> dict[str, Any]:
    error = refusal(answer)
    if error is not None:
        raise error
    return answer.json()


def _picture(item: dict[str, Any]) -> str | bytes | None:
    inline, address = item.get("b64_json"), item.get("url")
    if isinstance(inline, str) and inline:
        try:
            return base64.b64decode(inline)
        except ValueError:
            return None
    return address if isinstance(address, str) else None


def _code(said: dict[str, Any]) -> str:
    """The code of an error object; empty where there is none."""
    return short(entry(said.get("error")).get("code"))


def _by_code(answer: Answer, code: str) -> StudioError:
    if _INPUT.match(code):
        return InputRefused("engine_input_refused")
    if _OUTPUT.match(code):
        return OutputRefused("engine_output_refused")
    if _CREDIT.match(code):
        return EngineSetup("engine_out_of_credit", engine=NAME)
    if _THROTTLED.match(code):
        return throttled(answer.retry_after)
    if _TRANSIENT.match(code) or (code and answer.status >= _SERVER):
        return Transient("engine_failed")
    if _SETUP.match(code):
        return EngineSetup("engine_setup", engine=NAME, detail=code)
    return refused(answer.status, NAME, code, answer.retry_after, safe=frozenset())
