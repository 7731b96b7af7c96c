"""What a provider tells in JSON, as far as it can be what it should be: another type is the same as nothing."""

from __future__ import annotations

from itertools import islice
from typing import Any

# More pictures, or entries of any other list about one order, than any provider has reason to send.
MOST_ENTRIES = 16


def entry(found: object) -> dict[str, Any]:
    """The object; empty where it is none."""
    return found if isinstance(found, dict) else {}


def entries(found: object, most: int | None = None) -> list[dict[str, Any]]:
    """The objects of a list, the first `most`; empty where it is none."""
    return list(islice((one for one in found if isinstance(one, dict)), most)) if isinstance(found, list) else []


def texts(found: object, most: int | None = None) -> list[str]:
    """The strings of a list that are not empty, the first `most`; empty where it is none."""
    return list(islice((one for one in found if isinstance(one, str) and one), most)) if isinstance(found, list) else []


def number(found: object, most: float) -> float | None:
    """A number from 0 to `most`; None: it is none. What is billed by it would be wrong by any other."""
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    return found if 0 <= found <= most else None


def count(found: object, most: int) -> int | None:
    """A whole number from 0 to `most`; None: it is none."""
    return found if isinstance(found, int) and number(found, most) is not None else None
