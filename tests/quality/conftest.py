"""Family portraits made by the studio as it is wired, from the sample photos."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tuanyuan import wiring
from tuanyuan.domain.order import Order, PhotoHint
from tuanyuan.imaging.decode import decode
from tuanyuan.settings import Settings


@dataclass(frozen=True, eq=False)
class Made:
    """What one order left in its folder."""

    folder: Path
    result: dict[str, Any]

    @property
    def candidates(self) -> list[dict[str, Any]]:
        return self.result["candidates"]

    @property
    def people(self) -> list[dict[str, Any]]:
        """Everybody of every candidate."""
        return [person for candidate in self.candidates for person in candidate["people"]]

    @cached_property
    def pictures(self) -> list[np.ndarray]:
        return [decode(self.data(candidate), name=candidate["file"]).rgb for candidate in self.candidates]

    def data(self, candidate: dict[str, Any]) -> bytes:
        return (self.folder / candidate["file"]).read_bytes()


@pytest.fixture(scope="session")
def make(models_dir, scenes, samples, tmp_path_factory) -> Callable[..., Made]:
    """`make("man_glasses", PhotoHint("astronaut", scale=0.8), size=(960, 720))`."""
    with wiring.picturing(Settings(models_dir=models_dir, scenes_dir=scenes)) as studio:

        def order(*who: str | PhotoHint, **options: Any) -> Made:
            hints = [hint if isinstance(hint, PhotoHint) else PhotoHint(hint) for hint in who]
            people = tuple(PhotoHint(str(samples / f"{h.photo}.jpg"), h.scale, h.row, h.faces) for h in hints)
            folder = tmp_path_factory.mktemp("made")
            with wiring.outbox(folder) as results:
                result = studio.make(Order(people, **options), results, lambda *_: None)
            return Made(folder, result)

        yield order


@pytest.fixture(scope="session")
def family(make) -> Made:
    """Five people, four candidates."""
    return make(
        *("elderly_man", "woman_long_hair", "man_black_hair", "woman_headscarf", "man_glasses"), size=(1280, 960)
    )
