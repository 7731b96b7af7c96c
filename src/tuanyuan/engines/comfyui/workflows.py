"""ComfyUI workflows as data: `workflows/<name>.json` in API format, and what it is for in `<name>.toml` beside it.

A place is "node.input", as "30.seed". Loading a workflow checks that every place is there.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tuanyuan.domain.errors import OurFault

FOLDER = Path(__file__).parent / "workflows"
# Node id: {"class_type", "inputs", "_meta"}; what `POST /prompt` takes as `prompt`.
Nodes = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class ModelFile:
    """A weight that the server must have. folder: below its `models`. commercial: whether its licence allows it.

    place: the input that names it. seen: "Class.input" whose list shows it, where a node finds it by itself.
    """

    file: str
    folder: str
    source: str
    licence: str
    commercial: bool
    place: str = ""
    seen: str = ""
    note: str = ""


@dataclass(frozen=True)
class Pack:
    """Nodes that are not part of ComfyUI and must be installed there."""

    name: str
    source: str
    licence: str
    nodes: tuple[str, ...]


@dataclass(frozen=True)
class PictureSlot:
    """Where a picture goes that is of one of the roles.

    without: for an optional one, the nodes that go when there is none, and the link ("5.0") that their readers get
    instead; "": the readers' input goes too. Empty: the picture must be there.
    """

    name: str
    place: str
    roles: tuple[str, ...]
    without: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Number:
    """A number that goes from `least` (the parameter is 0) to `most` (it is 1); `least` may be the larger one."""

    place: str
    least: float
    most: float


@dataclass(frozen=True)
class Workflow:
    """One workflow. output: the node whose pictures are the result. beside: pictures that share one input."""

    name: str
    title_zh: str
    title_en: str
    features: tuple[str, ...]
    output: str
    slots: Mapping[str, tuple[str, ...]]
    pictures: tuple[PictureSlot, ...]
    nodes: Nodes
    numbers: Mapping[str, Number] = field(default_factory=dict)
    models: tuple[ModelFile, ...] = ()
    packs: tuple[Pack, ...] = ()
    beside: tuple[tuple[str, ...], ...] = ()

    def filled(self, values: Mapping[str, Any], pictures: Mapping[str, str]) -> Nodes:
        """The nodes with every slot filled: values by slot or number, file names by picture slot.

        ValueError: a picture that must be there is not, or a name is no slot.
        """
        nodes = deepcopy(self.nodes)
        unknown = (set(values) - set(self.slots) - set(self.numbers)) | (
            set(pictures) - {slot.name for slot in self.pictures}
        )
        if unknown:
            raise ValueError(f"no such slot: {', '.join(sorted(unknown))}")
        for name, value in values.items():
            if name in self.numbers:
                number = self.numbers[name]
                _put(nodes, number.place, round(number.least + (number.most - number.least) * float(value), 3))
            for place in self.slots.get(name, ()):
                _put(nodes, place, value)
        for slot in reversed(self.pictures):
            if slot.name in pictures:
                _put(nodes, slot.place, pictures[slot.name])
            elif slot.without:
                _leave_out(nodes, slot.without)
            else:
                raise ValueError(f"no picture: {slot.name}")
        return _led_to(nodes, self.output)


def _put(nodes: Nodes, place: str, value: Any) -> None:
    node, name = place.split(".")
    nodes[node]["inputs"][name] = value


def _leave_out(nodes: Nodes, without: Mapping[str, str]) -> None:
    for gone, instead in without.items():
        del nodes[gone]
        for node in nodes.values():
            for name, value in list(node["inputs"].items()):
                if not (is_link(value) and value[0] == gone):
                    continue
                if instead:
                    source, output = instead.split(".")
                    node["inputs"][name] = [source, int(output)]
                else:
                    del node["inputs"][name]


def _led_to(nodes: Nodes, output: str) -> Nodes:
    """Only the nodes that the output needs, in their order: what stood in for a picture that is there goes."""
    needed, left = set(), [output]
    while left:
        node = left.pop()
        if node not in needed:
            needed.add(node)
            left += [value[0] for value in nodes[node]["inputs"].values() if is_link(value)]
    return {node: told for node, told in nodes.items() if node in needed}


def is_link(value: Any) -> bool:
    """Whether an input is fed by another node: ["node id", output index]."""
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], int)


@cache
def load(name: str, folder: Path = FOLDER) -> Workflow:
    """The workflow of that name. OurFault setting_invalid names the file and what is wrong with it."""
    file = folder / f"{name}.toml"
    try:
        written = tomllib.loads(file.read_text("utf-8"))
        nodes = json.loads(file.with_suffix(".json").read_text("utf-8"))
        workflow = Workflow(
            name=name,
            nodes=nodes,
            slots={slot: tuple(places) for slot, places in written.pop("slots").items()},
            numbers={number: Number(**told) for number, told in written.pop("numbers", {}).items()},
            pictures=tuple(PictureSlot(**{**p, "roles": tuple(p["roles"])}) for p in written.pop("picture")),
            models=tuple(ModelFile(**told) for told in written.pop("model", ())),
            packs=tuple(Pack(**{**told, "nodes": tuple(told["nodes"])}) for told in written.pop("pack", ())),
            beside=tuple(tuple(pair) for pair in written.pop("beside", ())),
            features=tuple(written.pop("features")),
            **written,
        )
        _check(workflow)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise OurFault("setting_invalid", name=str(file), detail=f"{type(error).__name__}: {error}") from error
    return workflow


def names(folder: Path = FOLDER) -> Sequence[str]:
    """The workflows in the folder."""
    return sorted(file.stem for file in folder.glob("*.toml"))


def _check(workflow: Workflow) -> None:
    """ValueError: a place that the JSON does not have."""
    places = [place for slot in workflow.slots.values() for place in slot]
    places += [slot.place for slot in workflow.pictures] + [number.place for number in workflow.numbers.values()]
    places += [model.place for model in workflow.models if model.place]
    for place in places:
        node, name = place.split(".")
        if name not in workflow.nodes.get(node, {"inputs": {}})["inputs"]:
            raise ValueError(f"no such place: {place}")
    for model in workflow.models:
        if model.place and model.file != _at(workflow.nodes, model.place):
            raise ValueError(f"{model.place} is not {model.file}")
    if workflow.output not in workflow.nodes:
        raise ValueError(f"no such node: {workflow.output}")


def _at(nodes: Nodes, place: str) -> Any:
    node, name = place.split(".")
    return nodes[node]["inputs"][name]
