"""What 即梦 says, in our words: results, and how it says no (contract §1.5 and §1.6)."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from tuanyuan.domain.engine import EngineSetup, InputRefused, OutputRefused, Pending, Transient, Unknown
from tuanyuan.domain.errors import StudioError
from tuanyuan.engines.jimeng.mapping import NAME
from tuanyuan.engines.statuses import OK, refused, short, throttled
from tuanyuan.engines.told import MOST_ENTRIES, entry, texts
from tuanyuan.engines.wire import Answer

SUCCESS = 10000
# 50512: of an output text, which the page says not to retry.
INPUT_REFUSED = frozenset({50411, 50412, 50413, 50512, 50518})
OUTPUT_REFUSED = frozenset({50511, 50516, 50517, 50519})
THROTTLED = frozenset({50429, 50430})
# 50520 to 50522: the review service itself failed; a retry is harmless (M).
TRANSIENT = frozenset({50500, 50501, 50520, 50521, 50522})
SETUP = frozenset({50400})

PICTURE_AGAIN, CLIP_AGAIN = 3.0, 8.0
_MANY, _SERVER = 429, 500


@dataclass(frozen=True)
class Made:
    """A finished task: addresses of its pictures or clip, or the files themselves where it sent those instead."""

    addresses: tuple[str, ...] = ()
    files: tuple[bytes, ...] = ()


def task_id(answer: Answer) -> str:
    """The number of the task that a submit began. Raises `refusal`; Unknown answer_lost: accepted without one."""
    told = _data(answer).get("task_id")
    if not isinstance(told, str) or not told:
        raise Unknown("answer_lost")
    return told


def outcome(answer: Answer, clip: bool) -> Pending | Made:
    """How far a task is. Raises `refusal`; Transient engine_task_gone, engine_failed: expired, or nothing came out."""
    data = _data(answer)
    match data.get("status"):
        case "done":
            return _made(data)
        case "not_found":
            raise Transient("engine_task_gone")
        case "expired":
            raise Transient("engine_failed")
    # Queued, generating, or a word that the contract does not know: running until the deadline says otherwise.
    return Pending(None, CLIP_AGAIN if clip else PICTURE_AGAIN)


def refusal(answer: Answer) -> StudioError | None:
    """The error that an answer stands for; None: it is a success. Unknown answer_lost: nobody can tell."""
    try:
        said = answer.json()
    except Unknown:
        return _by_status(answer)
    gateway = _gateway(said)
    if gateway is not None:
        return _of_gateway(answer, gateway.get("Code"))
    return None if said.get("code") == SUCCESS else _by_code(answer, said.get("code"))


def noted(answer: Answer) -> dict[str, Any]:
    """For the log: the status, the provider's code and its name for the call, where it gives them."""
    try:
        said = answer.json()
    except Unknown:
        said = {}
    gateway = _gateway(said) or {}
    request = said.get("request_id") or entry(said.get("ResponseMetadata")).get("RequestId")
    told = {"provider_code": gateway.get("Code", said.get("code")), "request_id": request}
    return {"status": answer.status, **{name: short(str(value)) for name, value in told.items() if value}}


def _data(answer: Answer) -> dict[str, Any]:
    error = refusal(answer)
    if error is not None:
        raise error
    return entry(answer.json().get("data"))


def _made(data: dict[str, Any]) -> Made:
    addresses = texts([data.get("video_url")]) + texts(data.get("image_urls"), MOST_ENTRIES)
    try:
        files = [base64.b64decode(text) for text in texts(data.get("binary_data_base64"), MOST_ENTRIES)]
    except ValueError:
        raise Transient("engine_failed") from None
    made = Made(tuple(addresses), tuple(filter(None, files)))
    if not made.addresses and not made.files:
        raise Transient("engine_failed")
    return made


def _gateway(said: dict[str, Any]) -> dict[str, Any] | None:
    """What the gateway complains of; None: the answer is the service's own."""
    error = entry(said.get("ResponseMetadata")).get("Error")
    return error if isinstance(error, dict) else None


def _by_code(answer: Answer, told: object) -> StudioError:
    code = told if isinstance(told, int) else None
    if code in INPUT_REFUSED:
        return InputRefused("engine_input_refused")
    if code in OUTPUT_REFUSED:
        return OutputRefused("engine_output_refused")
    if code in THROTTLED:
        return throttled(answer.retry_after)
    if code in TRANSIENT or (code is not None and answer.status >= _SERVER):
        return Transient("engine_failed")
    if code in SETUP:
        return EngineSetup("engine_setup", engine=NAME, detail=str(code))
    return _by_status(answer, "" if code is None else str(code))


def _of_gateway(answer: Answer, code: object) -> StudioError:
    """The gateway looked at the signature and the account; nothing was begun."""
    if answer.status == _MANY:
        return throttled(answer.retry_after)
    if answer.status >= _SERVER:
        return Transient("engine_failed")
    return EngineSetup("engine_setup", engine=NAME, detail=short(code, str(answer.status)))


def _by_status(answer: Answer, code: str = "") -> StudioError:
    """What an answer without a code we know stands for. Without any, nobody knows what a success is."""
    if not code and answer.status in OK:
        return Unknown("answer_lost")
    return refused(answer.status, NAME, code, answer.retry_after, safe=frozenset())
