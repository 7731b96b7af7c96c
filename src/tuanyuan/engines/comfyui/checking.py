"""Checks a workflow node by node against a server's `/object_info`, in the words of the server's own errors (5.2).

Inputs of nodes change between versions, and files may be missing; both are found before a picture is sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tuanyuan.engines.comfyui.workflows import Nodes, Workflow, is_link

_WIDGETS = {"INT": (int,), "FLOAT": (int, float), "STRING": (str,), "BOOLEAN": (bool,)}


@dataclass(frozen=True)
class Flaw:
    """One thing that the server would refuse. type: as in 5.2. value: what was given; None where nothing was."""

    node: str
    class_type: str
    input: str
    type: str
    value: Any = None


def flaws(nodes: Nodes, object_info: Mapping[str, Any]) -> list[Flaw]:
    """Everything in the nodes that does not fit the server, in the order of the nodes. Empty: it fits."""
    return [flaw for node in nodes for flaw in _flaws(node, nodes, object_info)]


def missing_files(workflow: Workflow, object_info: Mapping[str, Any]) -> list[str]:
    """File names of the workflow's models that the server's lists do not show, each once."""
    missing = []
    for model in workflow.models:
        class_type, _, name = model.seen.partition(".")
        if model.place:
            node, _, name = model.place.partition(".")
            class_type = workflow.nodes[node]["class_type"]
        inputs = _inputs(object_info.get(class_type, {}))
        choices = _choices(inputs[name]) if name in inputs else None
        if choices is not None and model.file not in choices and model.file not in missing:
            missing.append(model.file)
    return missing


def _flaws(node_id: str, nodes: Nodes, object_info: Mapping[str, Any]) -> Iterator[Flaw]:
    node = nodes[node_id]
    class_type, given = str(node.get("class_type")), node.get("inputs", {})
    schema = object_info.get(class_type)
    if schema is None:
        yield Flaw(node_id, class_type, "", "missing_node_type")
        return
    inputs = _inputs(schema)
    for name in schema["input"].get("required", {}):
        if name not in given:
            yield Flaw(node_id, class_type, name, "required_input_missing")
    for name, value in given.items():
        # The server passes over an input that a node does not have; here it is a slip or an older node.
        type_ = _wrong(value, inputs[name], nodes, object_info) if name in inputs else "unknown_input"
        if type_:
            yield Flaw(node_id, class_type, name, type_, value)


def _wrong(value: Any, spec: Any, nodes: Nodes, object_info: Mapping[str, Any]) -> str:
    """The type of error of one input; empty: it fits."""
    choices, options = _choices(spec), _options(spec)
    if is_link(value):
        return _wrong_link(value, "COMBO" if choices is not None else spec[0], nodes, object_info)
    if choices is not None:
        # What is uploaded with the order stands in no list yet.
        uploaded = any(name.endswith("_upload") and on for name, on in options.items())
        return "" if uploaded or value in choices else "value_not_in_list"
    if spec[0] not in _WIDGETS:
        return "bad_linked_input"
    if not isinstance(value, _WIDGETS[spec[0]]) or (isinstance(value, bool) and spec[0] != "BOOLEAN"):
        return "invalid_input_type"
    if spec[0] in ("INT", "FLOAT"):
        if value < options.get("min", value):
            return "value_smaller_than_min"
        if value > options.get("max", value):
            return "value_bigger_than_max"
    return ""


def _wrong_link(link: list[Any], wanted: str, nodes: Nodes, object_info: Mapping[str, Any]) -> str:
    source = nodes.get(link[0])
    if source is None:
        # The contract's word for a link to a node that is not there.
        return "exception_during_validation"
    outputs = object_info.get(str(source.get("class_type")), {}).get("output")
    if outputs is None:
        return ""
    if not 0 <= link[1] < len(outputs):
        return "bad_linked_input"
    given = outputs[link[1]]
    kinds = ["COMBO" if isinstance(kind, list) else str(kind) for kind in (given, wanted)]
    if "*" in kinds or any(kind.startswith("COMFY_") for kind in kinds):
        return ""
    return "" if set(kinds[0].split(",")) & set(kinds[1].split(",")) else "return_type_mismatch"


def _inputs(schema: Mapping[str, Any]) -> dict[str, Any]:
    told = schema.get("input", {})
    return {**told.get("required", {}), **told.get("optional", {})}


def _options(spec: Any) -> dict[str, Any]:
    return spec[1] if len(spec) > 1 and isinstance(spec[1], dict) else {}


def _choices(spec: Any) -> list[Any] | None:
    """The list of what may be given: older nodes say it in place of the type, newer ones under `options`."""
    if isinstance(spec[0], list):
        return spec[0]
    return _options(spec).get("options", []) if spec[0] == "COMBO" else None
