"""Reading the fields of a body. A null is as good as nothing: the vendor's SDK sends it for what is not set."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from tuanyuan.engines.seedream.fake.refusals import invalid, missing

Body = Mapping[str, Any]


def text(body: Body, name: str) -> str:
    """A required string that is not empty. Raises Refused."""
    value = body.get(name)
    if value is None or value == "":
        raise missing(name)
    if not isinstance(value, str):
        raise invalid(name)
    return value


def word(body: Body, name: str, words: Sequence[str]) -> str | None:
    """One of the words, None where it is not given. Raises Refused."""
    value = body.get(name)
    if value is not None and value not in words:
        raise invalid(name, f"one of {', '.join(words)}")
    return value


def whole(body: Body, name: str, least: int, most: float = math.inf) -> int | None:
    """An integer within its bounds, None where it is not given. Raises Refused."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise invalid(name)
    return value


def truth(body: Body, name: str) -> bool | None:
    """A boolean, None where it is not given. Raises Refused."""
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise invalid(name)
    return value


def part(body: Body, name: str) -> Body:
    """An object within the body, empty where it is not given. Raises Refused."""
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise invalid(name)
    return value


def absent(body: Body, *names: str) -> None:
    """Raise Refused for a field that this call or this model does not have."""
    for name in names:
        if body.get(name) is not None:
            raise invalid(name, "not supported")
