"""From an order to a filled workflow and `POST /prompt`, and from the server's answers to pictures' places. No I/O."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tuanyuan.domain.capabilities import Model
from tuanyuan.domain.engine import BadRequest, EngineRequest, Reference
from tuanyuan.engines.comfyui.workflows import Nodes, Workflow
from tuanyuan.engines.sizing import fitted
from tuanyuan.engines.told import MOST_ENTRIES, entries, entry

# More pictures than any workflow takes.
MOST_PICTURES = 16
# An attempt whose id is no UUID gets one that follows from it.
_ATTEMPTS = uuid.UUID("6f0b7f0e-0c4e-5d0a-9a1e-3d2b6c1f7a42")


@dataclass(frozen=True)
class StoredFile:
    """A file on the server. kind: "input", "output" or "temp"."""

    name: str
    folder: str
    kind: str

    @property
    def query(self) -> dict[str, str]:
        """What `GET /view` asks for it with (5.1)."""
        return {"filename": self.name, "subfolder": self.folder, "type": self.kind}


def prompt_id(attempt: str) -> str:
    """The attempt's id as canonical lower-case UUID, as newer servers want it (5.2). Also the folder of its files."""
    try:
        return str(uuid.UUID(attempt))
    except ValueError:
        return str(uuid.uuid5(_ATTEMPTS, attempt))


def input_file(prompt: str, number: int) -> StoredFile:
    """Where the reference of that number goes: nobody can guess it, and who knows the prompt's id finds it again."""
    name = hashlib.sha256(f"{prompt}/{number}".encode()).hexdigest()[:32]
    return StoredFile(f"{name}.png", prompt, "input")


def workflow_name(model: Model) -> str:
    """The workflow a model stands for: its option `workflow`, else its id."""
    return model.options.get("workflow", model.id)


def assigned(workflow: Workflow, references: Sequence[Reference], engine: str) -> dict[str, int]:
    """Which reference, by its number from 0, goes into which picture slot: each into the first that takes its role.

    BadRequest references: one has no place, or one that is needed is not there.
    """
    found: dict[str, int] = {}
    for number, reference in enumerate(references):
        free = [s.name for s in workflow.pictures if s.name not in found and reference.role in s.roles]
        if not free:
            raise BadRequest("engine_bad_request", engine=engine, detail="references")
        found[free[0]] = number
    if any(not slot.without and slot.name not in found for slot in workflow.pictures):
        raise BadRequest("engine_bad_request", engine=engine, detail="references")
    return found


def words(request: EngineRequest, workflow: Workflow, places: Mapping[str, int]) -> str:
    """The prompt, and where to find the pictures that had to share one input of the model."""
    told = [request.prompt.text]
    shared = [[places[name] + 1 for name in names if name in places] for names in workflow.beside]
    if any(len(numbers) > 1 for numbers in shared):
        for number, numbers in enumerate(filter(None, shared), start=1):
            if request.prompt.language == "zh":
                told.append(f"输入图{number}从左到右是：{'、'.join(f'图{n}' for n in numbers)}。")
            else:
                told.append(f"Input {number} shows, left to right: {', '.join(f'picture {n}' for n in numbers)}.")
    return "\n".join(told)


def filled(
    request: EngineRequest, model: Model, workflow: Workflow, files: Sequence[str], prefix: str, engine: str
) -> Nodes:
    """The workflow for a request. files: each reference's name on the server. prefix: of the result's file name.

    A prefix of its own keeps a result from being answered from the server's cache with an old file (5.2).
    """
    places = assigned(workflow, request.references, engine)
    width, height = fitted(request.size, model)
    values: dict[str, Any] = {
        "prompt": words(request, workflow, places),
        "negative": request.prompt.negative,
        "seed": int(request.parameters.get("seed", 0)),
        "width": width,
        "height": height,
        "prefix": prefix,
    }
    for name in workflow.numbers:
        if request.parameters.get(name) is not None:
            values[name] = request.parameters[name]
    return workflow.filled(values, {slot: files[number] for slot, number in places.items()})


def order(prompt: str, nodes: Nodes) -> dict[str, Any]:
    """The body of `POST /prompt` (5.2). The client's id is the prompt's: events go to whoever asks with it."""
    return {"prompt": nodes, "prompt_id": prompt, "client_id": prompt}


def prefix(prompt: str, model: Model) -> str:
    """Of the saved files: a folder of the attempt's own, and the model's id so that a lost attempt tells it."""
    return f"{prompt}/{model.id}"


def model_of(item: Any) -> str:
    """The model's id of a queued or finished prompt, `[number, id, nodes, …]` (5.1); empty: it is none of ours."""
    for node in _nodes(item):
        saved = str(entry(node.get("inputs")).get("filename_prefix", ""))
        if saved.startswith(f"{item[1]}/"):
            return saved.partition("/")[2]
    return ""


def outputs(history: Mapping[str, Any], node: str = "") -> list[StoredFile]:
    """The saved pictures of a history entry (5.4), of one node or of all."""
    by_node = entry(history.get("outputs")).items()
    shown = [entries(entry(made).get("images")) for name, made in by_node if node in ("", name)]
    files = [
        StoredFile(str(image["filename"]), str(image.get("subfolder", "")), str(image.get("type", "output")))
        for images in shown
        for image in images
        if image.get("filename")
    ]
    return files[:MOST_ENTRIES]


def _nodes(item: Any) -> list[dict[str, Any]]:
    nodes = item[2] if isinstance(item, list) and len(item) > 2 else {}
    return [node for node in nodes.values() if isinstance(node, dict)] if isinstance(nodes, dict) else []
