"""The models that can be run, and what they take (contract: replicate.md 6.1, 6.6)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tuanyuan.engines.replicate.fake.problems import Problem, invalid

# Contract: "advice ≤256 KB, refused above about 1 MB".
LARGEST_DATA_URI = 1024 * 1024
_HEX = re.compile(r"[0-9a-f]{64}\Z")
_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
}


@dataclass(frozen=True)
class Model:
    """One model and its one version.

    official: runs without a version id. takes: JSON schema of each input. required: inputs that must be there.
    aliases: older names that still work. kind: `workflow` runs a ComfyUI workflow; `pictures` puts the pictures of
    the input `image_input` side by side.
    """

    name: str
    takes: Mapping[str, Mapping[str, Any]]
    required: tuple[str, ...] = ()
    official: bool = False
    kind: str = "pictures"
    aliases: tuple[str, ...] = ()
    size: tuple[int, int] = (256, 256)
    version: str = field(default="")

    def __post_init__(self) -> None:
        if not self.version:
            object.__setattr__(self, "version", hashlib.sha256(self.name.encode()).hexdigest())

    def schema(self) -> dict[str, Any]:
        """`openapi_schema` of the version."""
        properties = {
            name: {**what, "title": name.replace("_", " ").title(), "x-order": place}
            for place, (name, what) in enumerate(self.takes.items())
        }
        taken = {"type": "object", "title": "Input", "properties": properties, "required": list(self.required)}
        given = {"type": "array", "title": "Output", "items": {"type": "string", "format": "uri"}}
        return {
            "openapi": "3.0.2",
            "info": {"title": "Cog", "version": "0.1.0"},
            "components": {"schemas": {"Input": taken, "Output": given}},
        }

    def checked(self, given: Any) -> dict[str, Any]:
        """The inputs with their defaults. Raises Problem."""
        if not isinstance(given, dict):
            raise invalid("input", "invalid_type", f"Invalid type. Expected: object, given: {_called(given)}")
        for name in self.required:
            if name not in given:
                raise invalid("input", "required", f"{name} is required")
        for name, what in self.takes.items():
            if name in given and given[name] is not None:
                _check(f"input.{name}", given[name], what)
        _check_data(given, "input")
        defaults = {name: what["default"] for name, what in self.takes.items() if "default" in what}
        return defaults | {name: value for name, value in given.items() if value is not None}


_WORKFLOW: dict[str, dict[str, Any]] = {
    "workflow_json": {"type": "string", "default": ""},
    "input_file": {"type": "string", "format": "uri"},
    "return_temp_files": {"type": "boolean", "default": False},
    "output_format": {"type": "string", "enum": ["webp", "jpg", "png"], "default": "webp"},
    "output_quality": {"type": "integer", "minimum": 0, "maximum": 100, "default": 95},
    "randomise_seeds": {"type": "boolean", "default": True},
    "force_reset_cache": {"type": "boolean", "default": False},
}

WORKFLOWS = Model(
    "comfyui/any-comfyui-workflow",
    _WORKFLOW,
    required=("workflow_json",),
    kind="workflow",
    aliases=("fofr/any-comfyui-workflow",),
)
WORKFLOWS_A100 = Model(
    "comfyui/any-comfyui-workflow-a100",
    _WORKFLOW,
    required=("workflow_json",),
    kind="workflow",
    aliases=("fofr/any-comfyui-workflow-a100",),
)
# No such model is on Replicate: it stands for the official ones, each of which has inputs of its own.
PORTRAIT = Model(
    "example/portrait",
    {
        "prompt": {"type": "string"},
        "image_input": {"type": "array", "items": {"type": "string", "format": "uri"}, "default": []},
        "output_format": {"type": "string", "enum": ["webp", "jpg", "png"], "default": "jpg"},
    },
    required=("prompt",),
    official=True,
)


class Registry:
    """Models by name and by version. deployments: model by `owner/name` of a deployment."""

    def __init__(self, models: tuple[Model, ...], deployments: Mapping[str, str]) -> None:
        self._by_name = {name: model for model in models for name in (model.name, *model.aliases)}
        self._by_version = {model.version: model for model in models}
        self._deployments = deployments

    def named(self, name: str) -> Model | None:
        """A model, also by an older name."""
        return self._by_name.get(name)

    def deployed(self, name: str) -> Model | None:
        """The model of a deployment."""
        return self._by_name.get(self._deployments.get(name, ""))

    def version(self, asked: Any) -> Model:
        """By a 64-hex id, `owner/name` or `owner/name:id`. Raises Problem."""
        if not isinstance(asked, str):
            raise invalid("version", "required" if asked is None else "invalid_type", "version is required")
        name, _, number = asked.rpartition(":") if ":" in asked else ("", "", asked)
        if not name and "/" in number:
            model = self.named(number)
        else:
            model = self._by_version.get(number) if _HEX.match(number) else None
            if model is not None and name and self.named(name) is not model:
                model = None
        if model is None:
            words = "The specified version does not exist (or perhaps you don't have permission to use it?)"
            raise Problem(422, "Invalid version or not permitted", words)
        return model


def _check(field: str, value: Any, what: Mapping[str, Any]) -> None:
    kind: str = what["type"]
    fits = isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))
    if not fits:
        raise invalid(field, "invalid_type", f"Invalid type. Expected: {kind}, given: {_called(value)}")
    if "enum" in what and value not in what["enum"]:
        allowed = ", ".join(f'"{one}"' for one in what["enum"])
        raise invalid(field, "enum", f"{field} must be one of the following: {allowed}")
    if "minimum" in what and value < what["minimum"]:
        raise invalid(field, "number_gte", f"Must be greater than or equal to {what['minimum']}")
    if "maximum" in what and value > what["maximum"]:
        raise invalid(field, "number_lte", f"Must be less than or equal to {what['maximum']}")
    if what.get("format") == "uri" and not re.match(r"(https?://|data:)", value):
        raise invalid(field, "format", "Does not match format 'uri'")
    if kind == "array":
        for place, one in enumerate(value):
            _check(f"{field}.{place}", one, what["items"])


def _check_data(value: Any, field: str) -> None:
    if isinstance(value, str) and value.startswith("data:") and len(value) > LARGEST_DATA_URI:
        raise invalid(field, "data_uri", "Data URI is too large: upload the file instead")
    if isinstance(value, dict):
        for name, one in value.items():
            _check_data(one, f"{field}.{name}")
    elif isinstance(value, list):
        for place, one in enumerate(value):
            _check_data(one, f"{field}.{place}")


def _called(value: Any) -> str:
    """The JSON name of a value's type."""
    names = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number"}
    return names.get(type(value), "null")
