"""The engines in use, built from their folders' `engine.toml` and the settings. A new engine is one name below."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from tuanyuan.domain.capabilities import Limits
from tuanyuan.domain.engine import Engine
from tuanyuan.domain.errors import OurFault
from tuanyuan.engines.manifest import Manifest, read

if TYPE_CHECKING:
    from tuanyuan.domain.ports import PixelWork
    from tuanyuan.settings import Settings

# Every engine that a key switches on, in the order in which they are shown. The routes say who is asked first.
KEYED = ("jimeng", "seedream", "gemini", "openai", "openai_compatible", "comfyui", "replicate", "restoration")
# A job of the local engine: five people, four candidates, on two cores.
LOCAL_SECONDS = 8.0
AUTO = "auto"
_FOLDER = Path(__file__).parents[1] / "engines"


def names(settings: Settings) -> list[str]:
    """The engines in use. `auto`: all that have their keys, and this computer."""
    given = [name.strip() for name in settings.engines.split(",") if name.strip()]
    if given != [AUTO]:
        return given
    changes = _changes(settings)
    return [name for name in KEYED if not missing(manifest(name, changes), settings)] + ["local"]


def build(settings: Settings, pixels: PixelWork) -> dict[str, Engine]:
    """The engines in use, by name. OurFault setting_invalid: no such engine; setting_missing: a key of it."""
    changes = _changes(settings)
    made = {name: _one(name, settings, pixels, changes) for name in names(settings)}
    if not made:
        raise OurFault("setting_missing", name="TUANYUAN_ENGINES")
    return made


def manifests(settings: Settings) -> dict[str, Manifest]:
    """What every keyed engine can do, with the operator's own values."""
    changes = _changes(settings)
    return {name: manifest(name, changes) for name in KEYED}


def manifest(name: str, changes: Mapping[str, Any]) -> Manifest:
    """The manifest of a keyed engine. OurFault setting_invalid names the operator's file where it has a part in it."""
    try:
        return read(_FOLDER / name, changes.get(name))
    except OurFault as error:
        if name not in changes:
            raise
        detail = f"[{name}] {error.__cause__}"
        raise OurFault("setting_invalid", name="TUANYUAN_ENGINES_FILE", detail=detail) from error


def missing(found: Manifest, settings: Settings) -> list[str]:
    """The settings without which the engine is off, as an operator writes them.

    Of an engine whose models have keys of their own: those that its nearest model lacks.
    """
    lacking = [[key for key in keys if not getattr(settings, key)] for keys in (found.keys, *_of_models(found))]
    return [f"TUANYUAN_{key.upper()}" for key in lacking[0] + min(lacking[1:], key=len)]


def keyed(found: Manifest, settings: Settings) -> Engine:
    """The engine of a manifest with what is set of keys and address. OurFault setting_missing, setting_invalid."""
    for name in missing(found, settings):
        raise OurFault("setting_missing", name=name)
    module, _, kind = found.class_.partition(":")
    url = getattr(settings, f"{found.name}_url", None) or found.url
    if not _is_address(url):
        raise OurFault("setting_invalid", name=f"TUANYUAN_{found.name.upper()}_URL", detail="http(s)://…")
    engine: Engine = getattr(import_module(module), kind)(found.capabilities, _keys(found, settings), url)
    return engine


def build_one(name: str, settings: Settings, pixels: PixelWork) -> Engine:
    """One engine, in use or not. OurFault setting_invalid, setting_missing."""
    return _one(name, settings, pixels, _changes(settings))


def local_limits(settings: Settings) -> Limits:
    """How much this computer makes at once."""
    return Limits(settings.workers, everywhere=False, expected_seconds=LOCAL_SECONDS)


def _one(name: str, settings: Settings, pixels: PixelWork, changes: Mapping[str, Any]) -> Engine:
    if name == "local":
        from tuanyuan.engines.local.engine import LocalEngine

        return LocalEngine(pixels, local_limits(settings))
    if name == "fake":
        from tuanyuan.engines.fake.engine import FakeEngine

        return FakeEngine(settings.fake_engine_seconds)
    if name in KEYED:
        return keyed(manifest(name, changes), settings)
    raise OurFault("setting_invalid", name="TUANYUAN_ENGINES", detail=name)


def _of_models(found: Manifest) -> list[tuple[str, ...]]:
    """For each model the keys that it alone needs (`keys` of its options)."""
    return [tuple(model.options.get("keys", "").split()) for model in found.capabilities.models]


def _keys(found: Manifest, settings: Settings) -> dict[str, str]:
    """Every setting of the engine, and of the vendors of its models, that is set, by name."""
    vendors = {key.partition("_")[0] for keys in _of_models(found) for key in keys}
    begins = tuple(f"{name}_" for name in (found.name, *sorted(vendors)))
    told = {}
    for setting in type(settings).model_fields:
        value = getattr(settings, setting)
        if setting.startswith(begins) and value is not None:
            told[setting] = _secret(setting, value) if isinstance(value, SecretStr) else str(value)
    return told


def _secret(setting: str, value: SecretStr) -> str:
    """As it can stand in a header. OurFault setting_invalid."""
    secret = value.get_secret_value().strip()
    if not (secret.isascii() and secret.isprintable()):
        raise OurFault("setting_invalid", name=f"TUANYUAN_{setting.upper()}", detail="ASCII")
    return secret


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("https", "http") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _changes(settings: Settings) -> Mapping[str, Any]:
    """The operator's own values, by engine. OurFault setting_invalid."""
    if settings.engines_file is None:
        return {}
    try:
        changes = tomllib.loads(settings.engines_file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise OurFault("setting_invalid", name="TUANYUAN_ENGINES_FILE", detail=str(error)) from error
    unknown = set(changes) - set(KEYED)
    if unknown:
        raise OurFault("setting_invalid", name="TUANYUAN_ENGINES_FILE", detail=", ".join(sorted(unknown)))
    return changes
