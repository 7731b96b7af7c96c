"""One small family portrait of three, made by the local engine, for all that looks at finished pictures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pytest
from doubles.portraits import Portrait

from tuanyuan.domain.judgement import Judgement
from tuanyuan.domain.order import Order, PhotoHint
from tuanyuan.domain.reunion import plans
from tuanyuan.engines.local.rendering import Rendering
from tuanyuan.engines.local.reunion import Group, LocalReunion
from tuanyuan.imaging.decode import decode, over_white
from tuanyuan.imaging.judge import Judge, Likeness
from tuanyuan.store.scenes import SceneFolder

NAMES = ("elderly_man", "woman_long_hair", "man_black_hair")
SIZE = (960, 720)


@dataclass(frozen=True, eq=False)
class Portrayed:
    """A picture and all that the judge is told of it."""

    judge: Judge
    photos: tuple[Portrait, ...]
    likenesses: tuple[Likeness, ...]
    rendering: Rendering

    @property
    def picture(self) -> np.ndarray:
        return self.rendering.picture

    @property
    def meshes(self) -> tuple[np.ndarray, ...]:
        return self.rendering.meshes

    def mask(self, person: int) -> np.ndarray:
        """Where this person is in front: bool H×W."""
        x, y = np.rint(self.meshes[person].mean(0)).astype(int)
        return self.rendering.owner == self.rendering.owner[y, x]

    def judged(self, picture: np.ndarray, **told) -> Judgement:
        """The verdict on a (spoilt) picture; `told` replaces meshes, backdrop, owner or likenesses."""
        known = {
            "people": self.likenesses,
            "expected": self.meshes,
            "backdrop": self.rendering.backdrop,
            "owner": self.rendering.owner,
        }
        return self.judge.judge(picture, **{**known, **told})


@dataclass(frozen=True, eq=False)
class Studio:
    """Prepares and renders the three."""

    judge: Judge
    photos: tuple[Portrait, ...]
    scene_picture: np.ndarray
    order: Order
    scene: object

    def prepared(self, engine: LocalReunion) -> Group:
        photos = [SimpleNamespace(rgb=p.rgb, faces=p.faces, others=()) for p in self.photos]
        return engine.prepare(photos, self.order, self.scene, self.scene_picture)

    def portrayed(self, engine: LocalReunion, group: Group, number: int = 0) -> Portrayed:
        likenesses = tuple(
            replace(self.judge.likeness(p.rgb, p.face), surroundings=around)
            for p, around in zip(self.photos, group.around, strict=True)
        )
        rendering = engine.render(group, self.order, plans(4)[number])
        return Portrayed(self.judge, self.photos, likenesses, rendering)


@pytest.fixture(scope="session")
def studio(judge, portrait, scenes) -> Studio:
    scene = SceneFolder(scenes).find("new-year-wall")
    picture = over_white(decode(scene.picture.read_bytes(), name=scene.id, long_side=2 * max(SIZE)))
    order = Order(tuple(PhotoHint(name) for name in NAMES), size=SIZE)
    return Studio(judge, tuple(portrait(name) for name in NAMES), picture, order, scene)


@pytest.fixture(scope="session")
def engine(models_dir, executor) -> LocalReunion:
    return LocalReunion(models_dir, executor)


@pytest.fixture(scope="session")
def group(studio, engine) -> Group:
    return studio.prepared(engine)


@pytest.fixture(scope="session")
def portrayed(studio, engine, group) -> Portrayed:
    """The untouched picture."""
    return studio.portrayed(engine, group)
