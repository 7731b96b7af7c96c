"""What becomes of an order when its provider does wrong: the same for every engine, but for what its entry says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tuanyuan.domain.engine import EngineSetup, InputRefused, OutputRefused, Throttled, Transient, Unknown
from tuanyuan.domain.errors import StudioError
from tuanyuan.engines.sandbox import Fault

# result: whole pictures. waits: pending for a while, then whole. never: pending for ever, each answer at once.
# handed: pictures that are not what was asked for, handed over for finishing to refuse.
End = Literal["result", "waits", "never", "twice", "broken", "small", "error"]


@dataclass(frozen=True)
class Promise:
    """One end. kind, code: of an error."""

    end: End
    kind: type[StudioError] | None = None
    code: str = ""


def _error(kind: type[StudioError], code: str) -> Promise:
    return Promise("error", kind, code)


_LOST = _error(Unknown, "answer_lost")

# Work that is a task: submitted, then asked for.
TASK: Mapping[Fault, Promise] = {
    "slow": Promise("waits"),
    "late": Promise("never"),
    "refuse_input": _error(InputRefused, "engine_input_refused"),
    "refuse_output": _error(OutputRefused, "engine_output_refused"),
    "throttle": _error(Throttled, "engine_throttled"),
    "fail": _error(Transient, "engine_failed"),
    "fail_later": _error(Transient, "engine_failed"),
    "out_of_credit": _error(EngineSetup, "engine_out_of_credit"),
    "malformed": _LOST,
    "cut": _LOST,
    "vanish": _error(Transient, "engine_task_gone"),
    "partial": _error(Transient, "engine_failed"),
    "twice": Promise("twice"),
    "broken": Promise("broken"),
    "wrong_size": Promise("small"),
    "expired": _error(Transient, "picture_gone"),
}
# Work that is answered in the same call.
AT_ONCE: Mapping[Fault, Promise] = {
    **TASK,
    "slow": Promise("result"),
    "late": _LOST,
    "vanish": _LOST,
    "partial": _error(OutputRefused, "engine_output_refused"),
}
