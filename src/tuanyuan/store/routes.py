"""The routes as a file: `routes.toml` in the package, or the operator's own. A key that is not known is refused."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, cast, get_args

from tuanyuan.domain.capabilities import Grade
from tuanyuan.domain.errors import OurFault
from tuanyuan.domain.job import Tier
from tuanyuan.domain.routes import Ceiling, Entry, Routes, Rule
from tuanyuan.domain.user import Edition

ROUTES_FILE = Path(__file__).parents[1] / "routes.toml"
# The tiers with a ceiling of their own; that of "credits" grows with the price.
PASSES: tuple[Tier, ...] = ("free", "basic", "premium")
WORDS: Mapping[str, tuple[str, ...]] = {
    "editions": get_args(Edition),
    "tiers": get_args(Tier),
    "grades": get_args(Grade),
}


def read_routes(file: Path = ROUTES_FILE) -> Routes:
    """The rules and ceilings in `file`. OurFault setting_invalid names the file, the key, and what is wrong with it."""
    try:
        return _routes(tomllib.loads(file.read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise OurFault("setting_invalid", name=str(file), detail=str(error)) from error


def _routes(written: dict[str, Any]) -> Routes:
    _only(written, "", needed=("ceilings", "rule"), also=("daily_stop_fen",))
    ceilings = _table(written["ceilings"], "ceilings")
    _only(ceilings, "ceilings.", needed=("credit", *PASSES))
    rules = written["rule"]
    if not isinstance(rules, list) or not rules:
        raise ValueError("rule: one at least")
    read = tuple(_rule(_table(rule, f"rule[{number}]"), f"rule[{number}]") for number, rule in enumerate(rules, 1))
    if len({rule.name for rule in read}) < len(read):
        raise ValueError("rule: every name once")
    stop = written.get("daily_stop_fen")
    return Routes(
        rules=read,
        ceilings={tier: _ceiling(ceilings[tier], f"ceilings.{tier}") for tier in PASSES},
        credit_fen=_fen(ceilings["credit"], "ceilings.credit"),
        daily_stop_fen=None if stop is None else _fen(stop, "daily_stop_fen"),
    )


def _rule(written: dict[str, Any], key: str) -> Rule:
    _only(written, f"{key}.", needed=("name", "engines"), also=("features", "outfit", *WORDS))
    if not isinstance(written["name"], str) or not written["name"]:
        raise ValueError(f"{key}.name: {written['name']!r}")
    key = f"rule {written['name']}"
    outfit = written.get("outfit")
    if outfit is not None and not isinstance(outfit, bool):
        raise ValueError(f"{key}.outfit: {outfit!r}")
    features = frozenset(_words(written["features"], f"{key}.features")) if "features" in written else frozenset()
    chosen = {name: _chosen(written[name], f"{key}.{name}", WORDS[name]) for name in WORDS if name in written}
    return Rule(
        name=written["name"],
        engines=tuple(_entry(word, f"{key}.engines") for word in _words(written["engines"], f"{key}.engines")),
        features=features,
        editions=cast(frozenset[Edition], chosen.get("editions", frozenset())),
        tiers=cast(frozenset[Tier], chosen.get("tiers", frozenset())),
        grades=cast(frozenset[Grade], chosen.get("grades", frozenset())),
        outfit=outfit,
    )


def _entry(word: str, key: str) -> Entry:
    """From "engine" or "engine:grade" or "engine:model"; the id of a model may hold colons of its own."""
    engine, colon, which = word.partition(":")
    if not engine or (colon and not which):
        raise ValueError(f"{key}: {word!r}")
    return Entry(engine, which)


def _ceiling(written: Any, key: str) -> Ceiling:
    table = _table(written, key)
    _only(table, f"{key}.", needed=("picture", "motion"))
    return Ceiling(_fen(table["picture"], f"{key}.picture"), _fen(table["motion"], f"{key}.motion"))


def _fen(written: Any, key: str) -> int:
    if not isinstance(written, int) or isinstance(written, bool) or written < 0:
        raise ValueError(f"{key}: {written!r}")
    return written


def _chosen(written: Any, key: str, known: Collection[str]) -> frozenset[str]:
    words = _words(written, key)
    if unknown := [word for word in words if word not in known]:
        raise ValueError(f"{key}: {unknown[0]!r}; {', '.join(known)}")
    return frozenset(words)


def _words(written: Any, key: str) -> list[str]:
    """A list of words, none twice, one at least: an empty condition would fit everything."""
    good = isinstance(written, list) and written and all(isinstance(word, str) and word for word in written)
    if not good or len(set(written)) < len(written):
        raise ValueError(f"{key}: {written!r}")
    return list(written)


def _table(written: Any, key: str) -> dict[str, Any]:
    if not isinstance(written, dict):
        raise ValueError(f"{key}: {written!r}")
    return written


def _only(table: Mapping[str, Any], prefix: str, needed: Collection[str], also: Collection[str] = ()) -> None:
    """Every needed key and no unknown one."""
    for name in table:
        if name not in needed and name not in also:
            raise ValueError(f"{prefix}{name}: not known")
    for name in needed:
        if name not in table:
            raise ValueError(f"{prefix}{name}: missing")
