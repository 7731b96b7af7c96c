"""Reads the `engine.toml` of an engine's folder: what it can do, its prices and limits, the settings it needs.

The keys are the fields of `domain.capabilities`; one that is not known is refused, so that a slip is not silent.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar, get_args

from tuanyuan.domain.capabilities import Capabilities, Grade, Limits, Media, Model, Parameter, Region
from tuanyuan.domain.errors import OurFault

FILE = "engine.toml"
_WORDS = {"Region": get_args(Region), "Grade": get_args(Grade), "Media": get_args(Media)}
_TYPES: Mapping[str, tuple[type, ...]] = {"int": (int,), "float": (int, float), "str": (str,), "bool": (bool,)}
Read = TypeVar("Read", Capabilities, Limits, Model)


@dataclass(frozen=True)
class Manifest:
    """One engine's file. keys: names of the settings without which it is off. url: of the provider.

    class_: where its class is, as "tuanyuan.engines.jimeng.engine:JimengEngine".
    """

    name: str
    class_: str
    keys: tuple[str, ...]
    url: str
    capabilities: Capabilities


def read(folder: Path, changes: Mapping[str, Any] | None = None) -> Manifest:
    """The manifest in `folder`. changes: the operator's own values, laid over it (a model by its id).

    OurFault setting_invalid names the file and what is wrong with it.
    """
    file = folder / FILE
    try:
        written = _over(tomllib.loads(file.read_text("utf-8")), changes or {})
        manifest = {name: written.pop(name) for name in ("class", "keys", "url")}
        capabilities = _capabilities(written)
        return Manifest(folder.name, manifest["class"], tuple(manifest["keys"]), manifest["url"], capabilities)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise OurFault("setting_invalid", name=str(file), detail=f"{type(error).__name__}: {error}") from error


def _capabilities(written: dict[str, Any]) -> Capabilities:
    limits = _made(Limits, written.pop("limits", {}))
    models = tuple(_model(dict(entry)) for entry in written.pop("model"))
    if not models or len({model.id for model in models}) < len(models):
        raise ValueError("every model once, and one at least")
    parameters = {name: _parameter(name, told) for name, told in written.pop("parameters", {}).items()}
    return _made(Capabilities, {**written, "limits": limits, "models": models, "parameters": parameters})


def _model(entry: dict[str, Any]) -> Model:
    entry["features"] = frozenset(entry["features"])
    for pairs in ("shapes", "larger"):
        entry[pairs] = tuple((int(first), int(second)) for first, second in entry.get(pairs, ()))
    return _made(Model, entry)


def _parameter(name: str, told: Any) -> Parameter:
    """From `seed = {sent = "seed"}`, `{emulated = "words of the prompt"}` or `"none"`."""
    if told == "none":
        return Parameter("none")
    ((taken, as_),) = told.items()
    if taken not in ("sent", "emulated"):
        raise ValueError(f"parameters.{name}: {taken}")
    return Parameter(taken, as_)


def _made(kind: type[Read], entry: Mapping[str, Any]) -> Read:
    unknown = set(entry) - {field.name for field in fields(kind)}
    if unknown:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    for field in fields(kind):
        if field.name in entry and not _fits(entry[field.name], str(field.type)):
            raise ValueError(f"{field.name}: {entry[field.name]!r}")
    return kind(**entry)


def _fits(value: Any, type_: str) -> bool:
    """Whether a value is of a field's type; a number is never negative. Types that are not listed are not looked at."""
    type_ = type_.removesuffix(" | None")
    if type_ in _WORDS:
        return value in _WORDS[type_]
    if type_ not in _TYPES or isinstance(value, bool):
        return type_ not in _TYPES or type_ == "bool"
    return isinstance(value, _TYPES[type_]) and not (isinstance(value, int | float) and value < 0)


def _over(written: Any, changes: Any) -> Any:
    """Tables are merged by key, models by id; everything else is replaced."""
    if isinstance(written, dict) and isinstance(changes, Mapping):
        return {**written, **{key: _over(written.get(key), value) for key, value in changes.items()}}
    if isinstance(written, list) and isinstance(changes, list) and all(isinstance(e, dict) for e in written + changes):
        by_id = {entry["id"]: entry for entry in written}
        for change in changes:
            by_id[change["id"]] = _over(by_id.get(change["id"], {}), change)
        return list(by_id.values())
    return changes
