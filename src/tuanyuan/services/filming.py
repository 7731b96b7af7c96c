"""A finished picture that moves, made on this computer: opened, brought to life, encoded, labelled, handed over."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from tuanyuan.domain.label import new_label
from tuanyuan.domain.order import Order
from tuanyuan.domain.ports import Progress, ResultFiles
from tuanyuan.domain.ports.film import FilmMaker, Films
from tuanyuan.imaging.judge import Judge
from tuanyuan.services.darkroom import Darkroom
from tuanyuan.services.keepsakes import Keepsakes, handed_over
from tuanyuan.services.laps import Laps
from tuanyuan.services.opening import Opening

STEM = "motion"


@dataclass(frozen=True)
class Filming:
    """The use case of `tuanyuan make motion`. maker: it loads what it needs at the first call."""

    darkroom: Darkroom
    judge: Judge
    executor: Executor
    maker: Callable[[], FilmMaker]
    films: Films
    engine: str = "local"

    def make(self, order: Order, results: ResultFiles, progress: Progress) -> dict[str, Any]:
        """Make the clip and hand its files to `results`; the content of result.json.

        Rejected: a picture that cannot be used. OurFault: the clip could not be encoded. Nothing is handed over then.
        """
        laps = Laps()
        progress(0.02, "打开照片", "opening the picture")
        photo = Opening(self.darkroom, self.judge, self.executor).open(order)[0]
        laps.lap("check")
        progress(0.06, "找出人物", "finding the people")
        effect, footage = self.maker().prepare(photo, order)
        laps.lap("prepare")
        shape = footage.shape

        def done(count: int) -> None:
            progress(0.1 + 0.8 * count / shape.count, f"第 {count}/{shape.count} 帧", f"frame {count}/{shape.count}")

        label = new_label(uuid.uuid4().hex)
        still, files = Keepsakes(self.films).make(footage.frames(done), shape, footage.still, label)
        laps.lap("clip")
        progress(0.95, "保存", "saving")
        candidate = {
            **handed_over(STEM, still, files, results),
            "rank": 1,
            "score": 1.0,
            "width": shape.width,
            "height": shape.height,
            "effect": effect,
            "fps": shape.fps,
            "seconds": shape.seconds,
            "attempt": 0,
            "people": [],
            "warnings": [],
            "produce_id": label.produce_id,
        }
        result = {
            "feature": order.feature,
            "engine": self.engine,
            "seed": order.seed,
            "scene": None,
            "candidates": [candidate],
            "timings": laps.seconds,
        }
        results.write("result.json", json.dumps(result, ensure_ascii=False, indent=2).encode())
        results.commit()
        progress(1.0, "完成", "done")
        return result
