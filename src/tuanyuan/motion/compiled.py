"""How the loops over pixels are compiled: kept on disk, free of the interpreter's lock, typed as they are written."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

_Loop = TypeVar("_Loop", bound=Callable[..., object])


def compiled(loop: _Loop) -> _Loop:
    """`loop` as machine code; numba infers the types of its numbers when it is first called.

    Divisions are numpy's: a check for zero at each of them would keep the loop from being vectors, ten times as slow.
    """
    return cast(_Loop, njit(cache=True, nogil=True, fastmath=True, error_model="numpy")(loop))
