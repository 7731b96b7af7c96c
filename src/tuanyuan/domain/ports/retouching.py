"""Cutting out and restoring, by whom it may be: what is asked, and within which bounds a picture may be sent."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

Kind = Literal["portrait", "goods", "clothes"]


class Matting(Protocol):
    """Cuts out. Raises the errors of `domain.engine`."""

    def cut(self, picture: bytes, kind: Kind) -> bytes:
        """A PNG with alpha of the picture's (upright) size: people, goods, or the tops that people wear.

        BadRequest: a kind that it does not cut out.
        """
        ...


class FaceRestoring(Protocol):
    """Restores an old or poor photo. Raises the errors of `domain.engine`."""

    def restore(self, picture: bytes) -> bytes:
        """A JPEG or PNG of the same view; its size may differ."""
        ...


class Unfit(ValueError):
    """The picture cannot be brought within the bounds; the words say which one."""


@dataclass(frozen=True)
class Fit:
    """What a service takes. longest, shortest: pixels of a side; pixels: of the whole; ratio: long side by short."""

    bytes: int
    longest: int
    pixels: int
    shortest: int = 1
    ratio: float = math.inf


@dataclass(frozen=True)
class Fitted:
    """A picture within bounds: a JPEG file, upright, sRGB, without metadata. size, original: width, height."""

    data: bytes
    size: tuple[int, int]
    original: tuple[int, int]


# Brings a picture within bounds. Raises Unfit; Rejected for what is no picture.
Fitting = Callable[[bytes, Fit], Fitted]
# Puts bytes of a media type where a provider can read them, to the end of the block.
Lending = Callable[[bytes, str], AbstractContextManager[str]]
