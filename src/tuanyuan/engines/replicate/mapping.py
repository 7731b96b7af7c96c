"""From an order to a prediction that runs a ComfyUI workflow, and back. Source: contract 6. No I/O."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from math import ceil
from typing import Any

import httpx2

from tuanyuan.domain.capabilities import Model
from tuanyuan.domain.engine import (
    BadRequest,
    EngineRequest,
    EngineSetup,
    InputRefused,
    Reference,
    Transient,
    Unknown,
)
from tuanyuan.domain.errors import StudioError
from tuanyuan.engines import statuses
from tuanyuan.engines.comfyui import mapping as comfyui
from tuanyuan.engines.comfyui.workflows import Workflow
from tuanyuan.engines.told import MOST_ENTRIES, number, texts
from tuanyuan.engines.wire import Answer

ENGINE = "replicate"
UNDER_WAY = ("starting", "processing")
# A prediction is stopped after half an hour.
MOST_SECONDS = 3600
# 6.5: there is no standard code, only the model's own words.
_REFUSED = re.compile(r"nsfw|safety|sensitive|flagged", re.IGNORECASE)
_AGAIN = re.compile(r"out of memory|\boom\b|director: unexpected error|\bE\d{3,5}\b", re.IGNORECASE)
_RESETS = re.compile(r"resets in ~?(\d+)\s*s")


def picture_name(number: int) -> str:
    """A reference's name in the archive, by its number from 0, and so in ComfyUI's input folder."""
    return f"reference_{number}.png"


def archive(references: Sequence[Reference]) -> bytes:
    """All pictures in one ZIP: `input_file`, unpacked into ComfyUI's input folder (6.6).

    The addresses of uploads cannot stand in the workflow itself: whoever runs it has no token to read them.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as packed:
        for number, reference in enumerate(references):
            packed.writestr(zipfile.ZipInfo(picture_name(number)), reference.data)
    return target.getvalue()


def prediction(
    request: EngineRequest, model: Model, workflow: Workflow, attempt: str, version: str, input_file: str
) -> dict[str, Any]:
    """The body of `POST /v1/predictions`. version: where the model pins none. input_file: the archive's address.

    The attempt's id stands in the prefix of the result's file name: the list of predictions shows what went in, so a
    lost attempt is found by it. EngineSetup version: none is pinned.
    """
    version = model.options.get("version") or version
    if not version:
        raise EngineSetup("engine_setup", engine=ENGINE, detail="version")
    names = [picture_name(number) for number in range(len(request.references))]
    nodes = comfyui.filled(request, model, workflow, names, prefix(attempt, model), ENGINE)
    told: dict[str, Any] = {
        "workflow_json": json.dumps(nodes, ensure_ascii=False),
        "output_format": "png",
        "randomise_seeds": False,
        "return_temp_files": False,
    }
    if input_file:
        told["input_file"] = input_file
    return {"version": version, "input": told}


def prefix(attempt: str, model: Model) -> str:
    """Of the saved files: the attempt and the model."""
    return f"{comfyui.prompt_id(attempt)}_{model.id}"


def model_of(told: Mapping[str, Any], attempt: str) -> str | None:
    """The model's id, where a listed prediction is the attempt's; "": it is another's; None: it does not say."""
    given = told.get("input")
    workflow = given.get("workflow_json") if isinstance(given, dict) else None
    if not isinstance(workflow, str) or not workflow:
        return None
    found = re.search(rf'"{comfyui.prompt_id(attempt)}_([^"]+)"', workflow)
    return found.group(1) if found else ""


def input_file_id(told: Mapping[str, Any]) -> str:
    """The id of the uploaded archive of a listed prediction; empty: there is none."""
    given = told.get("input")
    address = given.get("input_file") if isinstance(given, dict) else None
    return str(address).rstrip("/").rpartition("/")[2] if isinstance(address, str) else ""


def created(told: Mapping[str, Any]) -> datetime | None:
    """When a prediction was made; None: it does not say."""
    try:
        found = datetime.fromisoformat(str(told.get("created_at")))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def addresses(output: Any) -> list[str]:
    """The addresses of what came out: a string, or a list of them (6.2)."""
    if isinstance(output, str):
        return [output]
    return texts(output, MOST_ENTRIES)


def cost_fen(told: Mapping[str, Any], model: Model, pictures: int) -> int:
    """What it cost: the seconds it ran where the provider tells, else the model's price for each picture."""
    metrics = told.get("metrics")
    seconds = number(metrics.get("predict_time"), MOST_SECONDS) if isinstance(metrics, dict) else None
    rate = float(model.options.get("fen_per_second", 0))
    if seconds is not None and rate > 0:
        return ceil(seconds * rate)
    return model.price_fen * pictures


def refused(answer: Answer) -> StudioError | None:
    """The error of an answer to any call (6.5); None: there is none.

    5xx is Unknown: a creation has no idempotency key, and everything else may be asked again.
    """
    status = answer.status
    if status < httpx2.codes.BAD_REQUEST:
        return None
    return statuses.refused(status, ENGINE, None, _retry_after(answer), frozenset())


def failed(told: Mapping[str, Any]) -> StudioError | None:
    """The error of a finished prediction (6.2, 6.5); None: it succeeded, or is under way.

    A failure in words that are not known is not paid for twice: BadRequest.
    """
    status = told.get("status")
    if status == "succeeded" or status in UNDER_WAY:
        return None
    if status in ("canceled", "aborted"):
        return Transient("engine_failed")
    text = str(told.get("error") or "")
    # First what was refused: "flagged as sensitive (E005)" has an E-code too.
    if _REFUSED.search(text):
        return InputRefused("engine_input_refused")
    if _AGAIN.search(text):
        return Transient("engine_failed")
    return BadRequest("engine_bad_request", engine=ENGINE, detail="failed" if status == "failed" else "status")


def _retry_after(answer: Answer) -> int | None:
    if answer.retry_after is not None:
        return answer.retry_after
    told = answer.headers.get("ratelimit-reset", "")
    if told.isascii() and told.isdigit():
        return min(max(1, int(told)), 3600)
    try:
        found = _RESETS.search(str(answer.json().get("detail", "")))
    except Unknown:
        return None
    return min(max(1, int(found.group(1))), 3600) if found else None
