"""What ComfyUI refuses in a workflow, in its words (contract: comfyui.md 5.2)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from tuanyuan.engines.comfyui.fake.library import Declared, Library

Prompt = dict[str, Any]
Problem = dict[str, Any]

_LONG_LIST = 20


@dataclass
class Verdict:
    """error: why nothing runs, or None. outputs: the ends of the workflow that run. node_errors: by node id."""

    error: Problem | None
    outputs: list[str]
    node_errors: dict[str, Any] = field(default_factory=dict)


def validate(
    prompt: Prompt,
    library: Library,
    exists: Callable[[str], bool],
    targets: Collection[str] | None = None,
    *,
    modern: bool = True,
) -> Verdict:
    """Whether a workflow in API format runs.

    exists: whether an input picture is there. targets: only these output nodes. Raises KeyError, TypeError,
    AttributeError for what is no workflow at all; the server answers 500 to that.
    """
    ends = []
    for node_id, node in prompt.items():
        name = node.get("class_type")
        if name is None or name not in library:
            return Verdict(_unknown(node_id, node, name, modern), [])
        if library.is_output(name) and (targets is None or node_id in targets):
            ends.append(node_id)
    if not ends:
        return Verdict(_error("prompt_no_outputs", "Prompt has no outputs"), [])
    check = _Check(prompt, library, exists)
    good, said = [], []
    node_errors: dict[str, Any] = {}
    for end in ends:
        try:
            fine, problems = check.node(end, ())
        except (KeyError, IndexError, TypeError) as error:
            fine, problems = False, [_exception("exception_during_validation", "node", error)]
            check.done[end] = (fine, problems)
        if fine:
            good.append(end)
            continue
        said += [f"{problem['message']}: {problem['details']}" for problem in problems]
        for node_id, (_, found) in check.done.items():
            if found:
                entry = {"errors": found, "dependent_outputs": [], "class_type": prompt[node_id]["class_type"]}
                node_errors.setdefault(node_id, entry)["dependent_outputs"].append(end)
    if good:
        return Verdict(None, good, node_errors)
    failed = _error("prompt_outputs_failed_validation", "Prompt outputs failed validation", "\n".join(said))
    return Verdict(failed, [], node_errors)


class _Check:
    """done: verdict and problems of each node that was looked at."""

    def __init__(self, prompt: Prompt, library: Library, exists: Callable[[str], bool]) -> None:
        self.done: dict[str, tuple[bool, list[Problem]]] = {}
        self._prompt = prompt
        self._library = library
        self._exists = exists

    def node(self, node_id: str, path: tuple[str, ...]) -> tuple[bool, list[Problem]]:
        """Verdict and problems of a node and of all before it."""
        if node_id in self.done:
            return self.done[node_id]
        if node_id in path:
            cycle = " -> ".join((*path[path.index(node_id) :], node_id))
            problem = {
                "type": "dependency_cycle",
                "message": "Dependency cycle detected",
                "details": cycle,
                "extra_info": {"node_id": node_id, "cycle_nodes": list(path[path.index(node_id) :])},
            }
            return False, [problem]
        given = self._prompt[node_id]["inputs"]
        name = self._prompt[node_id]["class_type"]
        problems: list[Problem] = []
        fine = True
        for key, (declared, required) in self._library.inputs(name).items():
            if key not in given:
                if required:
                    problems.append(_problem("required_input_missing", "Required input is missing", key, key))
                continue
            if isinstance(given[key], list):
                fine &= self._link(key, given[key], declared, (*path, node_id), problems)
            else:
                given[key] = self._value(name, key, given[key], declared, problems)
        self.done[node_id] = (fine and not problems, problems)
        return self.done[node_id]

    def _link(
        self, key: str, link: list[Any], declared: Declared, path: tuple[str, ...], problems: list[Problem]
    ) -> bool:
        """Whether all before this link is fine; problems of the link itself are added."""
        more = {"input_config": list(declared)}
        if len(link) != 2:
            words = "Bad linked input, must be a length-2 list of [node_id, slot_index]"
            problems.append(_problem("bad_linked_input", words, key, key, **more, received_value=link))
            return True
        source, slot = link
        received = self._library.outputs(self._prompt[source]["class_type"])[slot]
        if not _fits(received, declared[0]):
            details = f"{key}, received_type({received}) mismatch input_type({declared[0]})"
            words = "Return type mismatch between linked nodes"
            more |= {"received_type": received, "linked_node": link}
            problems.append(_problem("return_type_mismatch", words, details, key, **more))
            return True
        try:
            fine, found = self.node(source, path)
        except (KeyError, IndexError, TypeError) as error:
            problem = _exception("exception_during_inner_validation", "inner node", error)
            problem["extra_info"] |= {"input_name": key, **more, "exception_message": str(error), "linked_node": link}
            self.done[source] = (False, [problem])
            return False
        if found and path[-1] in found[0]["extra_info"].get("cycle_nodes", ()):
            problems += found
        return fine

    def _value(self, name: str, key: str, value: Any, declared: Declared, problems: list[Problem]) -> Any:
        """The value as the node gets it; a problem with it is added."""
        kind, options = declared
        more: dict[str, Any] = {"input_config": list(declared), "received_value": value}
        try:
            value = _converted(value, kind)
        except (ValueError, TypeError, OverflowError) as error:
            words = f"Failed to convert an input value to a {kind} value"
            more["exception_message"] = str(error)
            problems.append(_problem("invalid_input_type", words, f"{key}, {value}, {error}", key, **more))
            return value
        more["received_value"] = value
        if name in ("LoadImage", "LoadImageMask") and key == "image":
            if not isinstance(value, str) or not self._exists(value):
                words = "Custom validation failed for node"
                details = f"{key} - Invalid image file: {value}"
                problems.append(_problem("custom_validation_failed", words, details, key))
        elif "min" in options and value < options["min"]:
            words = f"Value {value} smaller than min of {options['min']}"
            problems.append(_problem("value_smaller_than_min", words, key, key, **more))
        elif "max" in options and value > options["max"]:
            words = f"Value {value} bigger than max of {options['max']}"
            problems.append(_problem("value_bigger_than_max", words, key, key, **more))
        elif isinstance(kind, list) or kind == "COMBO":
            allowed = kind if isinstance(kind, list) else options["options"]
            if value not in allowed:
                long = len(allowed) > _LONG_LIST
                shown = f"(list of length {len(allowed)})" if long else str(allowed)
                more["input_config"] = None if long else list(declared)
                details = f"{key}: {value!r} not in {shown}"
                problems.append(_problem("value_not_in_list", "Value not in list", details, key, **more))
        return value


def _converted(value: Any, kind: str | list[Any]) -> Any:
    if kind == "INT":
        return int(value)
    if kind == "FLOAT":
        return float(value)
    if kind == "STRING":
        return str(value)
    if kind == "BOOLEAN":
        return bool(value)
    return value


def _fits(received: str, wanted: str | list[Any]) -> bool:
    if not isinstance(wanted, str):
        return False
    return "*" in (received, wanted) or set(received.split(",")) <= set(wanted.split(","))


def _unknown(node_id: str, node: dict[str, Any], name: str | None, modern: bool) -> Problem:
    title = node.get("_meta", {}).get("title")
    details = f"Node ID '#{node_id}'"
    if not modern:
        if name is None:
            words = "Cannot execute because a node is missing the class_type property."
        else:
            words = f"Cannot execute because node {name} does not exist."
        return _error("invalid_prompt", words, details)
    if name is None:
        shown = title or f"ID #{node_id}"
        words = f"Node '{shown}' has no class_type. The workflow may be corrupted or a custom node is missing."
    else:
        title = title or name
        words = f"Node '{title}' not found. The custom node may not be installed."
    more = {"node_id": node_id, "class_type": name, "node_title": title}
    return {**_error("missing_node_type", words, details), "extra_info": more}


def _error(kind: str, message: str, details: str = "") -> Problem:
    return {"type": kind, "message": message, "details": details, "extra_info": {}}


def _problem(kind: str, message: str, details: str, key: str, **more: Any) -> Problem:
    return {"type": kind, "message": message, "details": details, "extra_info": {"input_name": key, **more}}


def _exception(kind: str, what: str, error: Exception) -> Problem:
    more = {"exception_type": type(error).__name__, "traceback": []}
    return {
        "type": kind,
        "message": f"Exception when validating {what}",
        "details": str(error),
        "extra_info": more,
    }
