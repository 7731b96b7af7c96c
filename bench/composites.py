"""Family portraits of many mixes of people, before the label, with all that the judge is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from bench.paths import pictures_in, read
from tuanyuan import settings, wiring
from tuanyuan.domain.errors import StudioError
from tuanyuan.domain.judgement import Judgement
from tuanyuan.domain.order import Order, PhotoHint
from tuanyuan.domain.photo import MOST_PEOPLE
from tuanyuan.domain.reunion import Plan
from tuanyuan.engines.local.rendering import Rendering
from tuanyuan.engines.local.reunion import Group
from tuanyuan.imaging.judge import Likeness
from tuanyuan.services.opening import Opened, Opening
from tuanyuan.services.picturing import Picturing

One, Other = TypeVar("One"), TypeVar("Other")

SIZE = (1920, 1440)
# How many people the mixes have, in turn.
PEOPLE = (2, 3, 5, 1, 4, 5)


@dataclass(frozen=True, eq=False)
class Mix:
    """People brought together, ready for any number of pictures. likenesses: person by person, as in meshes."""

    order: Order
    photos: tuple[Opened, ...]
    likenesses: tuple[Likeness, ...]
    group: Group

    def __str__(self) -> str:
        names = ", ".join(Path(p.photo).stem for p in self.order.photos)
        return f"{names} / {Path(str(self.order.background)).stem}"


class Studio:
    """The studio in this process, one step at a time."""

    def __init__(self, reunion: Picturing) -> None:
        self._reunion = reunion

    def usable(self, folder: Path) -> list[Path]:
        """Photos of a folder that the studio takes, at most five people each."""
        reports = self._reunion.darkroom.check([str(p) for p in pictures_in(folder)])
        return [Path(r.file) for r in reports if r.ok and len(r.faces) <= MOST_PEOPLE]

    def mix(self, photos: Sequence[Path], background: str) -> Mix:
        """Everything that a portrait's candidates share, as the service does it."""
        studio = self._reunion
        order = Order(tuple(PhotoHint(str(p)) for p in photos), background=background, size=SIZE)
        scene = studio.scenes.find(background)
        opened = tuple(Opening(studio.darkroom, studio.judge, studio.executor).open(order))
        group = studio.makers("reunion").prepare(opened, order, scene, read(scene.picture))
        likenesses = [one for photo in opened for one in photo.likenesses]
        return Mix(
            order,
            opened,
            tuple(replace(one, surroundings=s) for one, s in zip(likenesses, group.around, strict=True)),
            group,
        )

    def render(self, mix: Mix, plan: Plan) -> Rendering:
        """One candidate, not judged."""
        return self._reunion.makers("reunion").render(mix.group, mix.order, plan)

    def judge(self, mix: Mix, made: Rendering, likenesses: Sequence[Likeness] | None = None) -> Judgement:
        """Judge a rendering, or one that was damaged, against the people of `mix`."""
        people = mix.likenesses if likenesses is None else likenesses
        return self._reunion.judge.judge(made.picture, people, made.meshes, made.backdrop, made.owner)

    def map(self, function: Callable[[One], Other], items: Iterable[One]) -> list[Other]:
        """Several at once."""
        return list(self._reunion.executor.map(function, items))


@contextmanager
def studio() -> Iterator[Studio]:
    with wiring.picturing(settings.load()) as reunion:
        yield Studio(reunion)


def mixes(made: Studio, folder: Path, backgrounds: Sequence[str], count: int) -> Iterator[Mix]:
    """`count` different groups of the usable photos, on the backgrounds in turn; the same ones every time."""
    photos = made.usable(folder)
    choose = np.random.default_rng(2025)
    done = 0
    while done < count:
        people = min(PEOPLE[done % len(PEOPLE)], len(photos))
        chosen = [photos[i] for i in choose.permutation(len(photos))[:people]]
        try:
            mix = made.mix(chosen, backgrounds[done % len(backgrounds)])
        except StudioError:
            continue
        if len(mix.likenesses) <= MOST_PEOPLE:
            done += 1
            yield mix
