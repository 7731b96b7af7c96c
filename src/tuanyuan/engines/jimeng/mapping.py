"""What we ask for, in 即梦's fields (contract §1.4 and §1.5)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from tuanyuan.domain.capabilities import Model
from tuanyuan.domain.engine import BadRequest, EngineRequest
from tuanyuan.domain.parameters import MOST_SEED
from tuanyuan.engines.attached import attached, base64_of
from tuanyuan.engines.sizing import fitted
from tuanyuan.engines.ticket import Ticket
from tuanyuan.engines.wording import worded

NAME = "jimeng"
VERSION = "2022-08-31"
SUBMIT = {"Action": "CVSync2AsyncSubmitTask", "Version": VERSION}
POLL = {"Action": "CVSync2AsyncGetResult", "Version": VERSION}

MOST_PROMPT = 800
# Clips have 24 frames a second and one more; these lengths are the only ones, in seconds.
LENGTHS = {5: 121, 10: 241}


@dataclass(frozen=True)
class Task(Ticket):
    """What `poll` needs: the model, the provider's number, whose picture it is, and the seconds of a clip (0: none)."""

    engine: ClassVar[str] = NAME

    req_key: str
    task_id: str
    attempt: str
    seconds: int = 0


def submission(request: EngineRequest) -> dict[str, Any]:
    """The body of a submit. BadRequest: see `attached`; and a model that repaints within a mask was given none."""
    model, references = attached(request, NAME)
    if model.mask and references[-1].role != "mask":
        raise BadRequest("engine_bad_request", engine=NAME, detail="references")
    told = {name: field(request, model) for name, field in FIELDS.items() if name in fields_of(model)}
    pictures = (
        {"image_urls": [reference.address for reference in references]}
        if model.needs_address
        else {"binary_data_base64": [base64_of(reference) for reference in references]}
    )
    prompt = worded(request.prompt, int(model.options.get("most_prompt", MOST_PROMPT)))
    return {"req_key": model.id, "prompt": prompt, **pictures, **told}


def fields_of(model: Model) -> list[str]:
    """Names of the fields that the model takes besides the common ones, from its `options.fields`."""
    return model.options.get("fields", "").split()


def question(task: Task, producer: str) -> dict[str, str]:
    """The body of a poll. The label inside the file names us and the attempt; the mark to be seen is put on by us."""
    label = {
        "content_producer": producer,
        "producer_id": task.attempt,
        "content_propagator": producer,
        "propagate_id": task.attempt,
    }
    wanted = {"return_url": True, "aigc_meta": label}
    return {
        "req_key": task.req_key,
        "task_id": task.task_id,
        "req_json": json.dumps(wanted, ensure_ascii=False, separators=(",", ":")),
    }


def seconds(parameters: Mapping[str, Any]) -> int:
    """The length of a clip, in seconds: the shortest that is long enough."""
    wanted = parameters.get("video_length") or min(LENGTHS)
    return next((length for length in LENGTHS if length >= wanted), max(LENGTHS))


def _scale(request: EngineRequest, _: Model) -> float:
    """How far the words count, 0..1: the provider's 0.5 at our usual fidelity of 0.7, less for truer faces."""
    return round(min(1.0, 1.2 - float(request.parameters.get("fidelity", 0.7))), 2)


def _seed(request: EngineRequest, _: Model) -> int:
    """-1: any."""
    seed = request.parameters.get("seed")
    return -1 if seed is None else int(seed) % MOST_SEED


FIELDS: Mapping[str, Callable[[EngineRequest, Model], Any]] = {
    "width": lambda request, model: fitted(request.size, model)[0],
    "height": lambda request, model: fitted(request.size, model)[1],
    "scale": _scale,
    "force_single": lambda _request, _model: True,
    "seed": _seed,
    "frames": lambda request, _: LENGTHS[seconds(request.parameters)],
}
