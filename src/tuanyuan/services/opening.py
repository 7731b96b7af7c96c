"""The photos of an order, opened by what each of them shows; all that is wrong with all of them is told at once."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from tuanyuan.domain.engine import Role
from tuanyuan.domain.errors import PhotosRejected, Rejected
from tuanyuan.domain.feature import FEATURES, roles, usable
from tuanyuan.domain.order import Order, PhotoHint
from tuanyuan.domain.photo import PhotoReport
from tuanyuan.imaging.faces import Face
from tuanyuan.imaging.identity import distance
from tuanyuan.imaging.judge import Judge, Likeness
from tuanyuan.services.darkroom import Darkroom, Photo

Pixels = NDArray[np.uint8]

# Nearer than any two photos of different people, twins included.
SAME_PERSON = 0.25
# A mask whose shape differs from the photo's by more than this share belongs to another one.
SHAPE = 0.02


@dataclass(frozen=True, eq=False)
class Opened:
    """Implements `domain.ports.Shown`. Whom it shows is looked at when somebody asks, once."""

    photo: Photo
    role: Role
    judge: Judge

    @property
    def name(self) -> str:
        """As the order names it."""
        return self.photo.name

    @property
    def rgb(self) -> Pixels:
        """uint8 H×W×3."""
        return self.photo.rgb

    @property
    def alpha(self) -> Pixels | None:
        """uint8 H×W, or None."""
        return self.photo.alpha

    @property
    def faces(self) -> tuple[Face, ...]:
        """From left to right."""
        return self.photo.faces

    @property
    def others(self) -> tuple[Face, ...]:
        """Of people who are not wanted."""
        return self.photo.others

    @cached_property
    def likenesses(self) -> tuple[Likeness, ...]:
        """Of each of `faces`."""
        return tuple(self.judge.likeness(self.photo.rgb, face) for face in self.photo.faces)


@dataclass(frozen=True)
class Opening:
    """Opens what an order names."""

    darkroom: Darkroom
    judge: Judge
    executor: Executor

    def open(self, order: Order) -> list[Opened]:
        """Every photo in the order's order, the mask last.

        PhotosRejected: all that is wrong with all of them. Rejected: photos_count, too_many_people, same_person_twice,
        mask_other_shape.
        """
        taking = FEATURES[order.feature]
        if not taking.least <= len(order.photos) <= taking.most:
            raise Rejected("photos_count", least=taking.least, most=taking.most)
        shown = roles(order.feature, len(order.photos))
        photos = list(self.executor.map(self._one, order.photos, shown))
        reports = [p if isinstance(p, PhotoReport) else p.report for p in photos]
        if not all(usable(report, role) for report, role in zip(reports, shown, strict=True)):
            raise PhotosRejected(reports)
        opened = [Opened(p, role, self.judge) for p, role in zip(photos, shown, strict=True) if isinstance(p, Photo)]
        self._count(opened, taking.people)
        if taking.once:
            self._once(opened)
        return opened if order.mask is None else [*opened, self._mask(order.mask, opened[0])]

    def _one(self, hint: PhotoHint, role: Role) -> Photo | PhotoReport:
        try:
            if role in ("person", "picture"):
                return self.darkroom.open(hint.photo, hint.faces)
            return self.darkroom.open(hint.photo)
        except Rejected as error:
            return PhotoReport(hint.photo, False, 0, 0, (), (error.problem,))

    @staticmethod
    def _count(opened: Sequence[Opened], most: int | None) -> None:
        count = sum(len(photo.faces) for photo in opened if photo.role in ("person", "picture"))
        if most is not None and count > most:
            raise Rejected("too_many_people", count=count, limit=most)

    def _once(self, opened: Sequence[Opened]) -> None:
        """The same person twice is refused."""
        people = [
            (photo, likeness)
            for photo, likenesses in zip(opened, self.executor.map(_likenesses, opened), strict=True)
            for likeness in likenesses
        ]
        for i, (first, a) in enumerate(people):
            for second, b in people[i + 1 :]:
                if distance(a.descriptor, b.descriptor) < SAME_PERSON:
                    raise Rejected("same_person_twice", first=first.name, second=second.name)

    def _mask(self, name: str, first: Opened) -> Opened:
        """The mask over the first photo, at its size. Rejected mask_other_shape."""
        mask = self.darkroom.plain(name)
        (height, width), (h, w) = first.rgb.shape[:2], mask.rgb.shape[:2]
        if abs(width * h - height * w) > SHAPE * width * h:
            raise Rejected("mask_other_shape", file=name)
        sized = np.asarray(cv2.resize(mask.rgb, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
        return Opened(Photo(name, sized, (), (), mask.report), "mask", self.judge)


def _likenesses(photo: Opened) -> tuple[Likeness, ...]:
    return photo.likenesses
