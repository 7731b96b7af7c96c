"""The pictures of one accepted call, one after another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tuanyuan.engines.sandbox import Accepted
from tuanyuan.engines.seedream.fake.images import Order, make
from tuanyuan.engines.seedream.fake.photos import Photo


class Making:
    """Makes the pictures of a call. count: how many were asked for. again: a picture to give in place of the first.

    before: pictures of other calls, which none of this one is like.
    """

    def __init__(
        self,
        accepted: Accepted,
        order: Order,
        photos: Sequence[Photo],
        count: int,
        again: bytes | None,
        before: int = 0,
    ) -> None:
        self._before = before
        self.accepted, self.order, self.count = accepted, order, count
        self._photos, self._again = photos, again
        self._size = order.pixels(photos)

    def fails(self, number: int) -> bool:
        """Whether the review keeps picture `number`, from 1, back: of a partial answer it is the last."""
        return self.accepted.fault == "partial" and number == self.count

    def picture(self, number: int) -> bytes:
        """Picture `number`, from 1, in order."""
        if number == 1 and self._again is not None:
            made = self._again
        elif number == 2 and self.accepted.fault == "twice":
            made = self.accepted.made[0]
        else:
            made = make(self.order, self._photos, self._size, self._before + number, self.accepted.fault)
        self.accepted.made.append(made)
        return made

    def size_said(self) -> str:
        """The size that was asked for, whatever was made."""
        return f"{self._size[0]}x{self._size[1]}"

    def usage(self) -> dict[str, Any]:
        """What it bills."""
        made = self.accepted.pictures
        tokens = made * (self._size[0] * self._size[1] // 256)
        said: dict[str, Any] = {"generated_images": made, "output_tokens": tokens, "total_tokens": tokens}
        return said | ({"tool_usage": {"web_search": 1}} if self.order.searches else {})
