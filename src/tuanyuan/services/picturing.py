"""Every picture feature on this computer: check, prepare, make, judge, make again, rank, label, hand over."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuanyuan.domain.errors import OurFault, Rejected
from tuanyuan.domain.feature import FEATURES
from tuanyuan.domain.judgement import Judgement, as_dict, enough_passed, final_score, may_be_shown, ranked
from tuanyuan.domain.label import new_label
from tuanyuan.domain.order import Order
from tuanyuan.domain.ports import Maker, PhotoFiles, Rendering, ResultFiles, Scenes, Sitting
from tuanyuan.domain.scene import Scene
from tuanyuan.imaging.decode import decode, over_white
from tuanyuan.imaging.judge import Judge, Likeness
from tuanyuan.imaging.label import label_picture
from tuanyuan.imaging.watermark import watermark
from tuanyuan.services.darkroom import Darkroom
from tuanyuan.services.laps import Laps
from tuanyuan.services.opening import Opened, Opening

# (share done 0..1, message in Chinese, in English)
Progress = Callable[[float, str, str], None]
Pixels = NDArray[np.uint8]

MOST_REMAKES = 2
BACKGROUND_SIDE = 4096


@dataclass(frozen=True, eq=False)
class Candidate:
    """A rendering and what was found in it. likeness: whether everybody must be recognised in it."""

    plan: Any
    rendering: Rendering
    judgement: Judgement
    likeness: bool

    @property
    def good(self) -> bool:
        """It passed every check."""
        return not self.rendering.faults and (self.judgement.passed or not self.likeness)

    @property
    def shown(self) -> bool:
        """It keeps to the floor."""
        return not self.rendering.faults and (may_be_shown(self.judgement) or not self.likeness)

    @property
    def score(self) -> float:
        """0 … 1."""
        if self.likeness and self.judgement.people:
            return final_score(self.judgement, self.rendering.composition)
        return round(self.rendering.composition, 4)


@dataclass(frozen=True)
class Picturing:
    """The use case of `tuanyuan make …`. makers: by feature; it loads what it needs at the first call.

    engine: the name that result.json has.
    """

    darkroom: Darkroom
    backgrounds: PhotoFiles
    scenes: Scenes
    makers: Callable[[str], Maker]
    judge: Judge
    executor: Executor
    engine: str = "local"

    def fit(self, order: Order) -> None:
        """Whether the photos will do for the feature, before anything is charged. Rejected, PhotosRejected."""
        self._scene(order)
        self.makers(order.feature).fit(self._open(order), order)

    def make(self, order: Order, results: ResultFiles, progress: Progress) -> dict[str, Any]:
        """Make the pictures and hand their files to `results`; the content of result.json.

        Rejected: a photo that cannot be used, too many people, an unknown background, or no candidate that may be
        shown. Nothing is handed over then.
        """
        laps = Laps()
        progress(0.02, "检查照片", "checking the photos")
        scene = self._scene(order)
        behind = self.executor.submit(self._background, str(scene.picture)) if scene else None
        opened = self._open(order)
        laps.lap("check")
        progress(0.15, "准备", "preparing")
        maker = self.makers(order.feature)
        prepared = maker.prepare(opened, order, scene, behind.result() if behind else None)
        likenesses = self._likenesses(opened, prepared)
        laps.lap("prepare")
        candidates = self._candidates(maker, prepared, order, likenesses, progress)
        laps.lap("candidates")
        progress(0.92, "加上标识，保存", "labelling and saving")
        who = [(opened[photo].name, self._number(order, photo, face)) for photo, face in prepared.people]
        listed = self._hand_over(candidates, order, who, results)
        laps.lap("label")
        result = {
            "feature": order.feature,
            "engine": self.engine,
            "seed": order.seed,
            "scene": scene.id if scene else None,
            "candidates": listed,
            "timings": laps.seconds,
        }
        results.write("result.json", json.dumps(result, ensure_ascii=False, indent=2).encode())
        results.commit()
        progress(1.0, "完成", "done")
        return result

    def _open(self, order: Order) -> list[Opened]:
        return Opening(self.darkroom, self.judge, self.executor).open(order)

    def _scene(self, order: Order) -> Scene | None:
        """The place of the order; None: the feature has a ground of its own. Rejected: background_*."""
        taking = FEATURES[order.feature]
        chosen = taking.background if order.background is None else order.background
        if chosen is None:
            return None
        if taking.place is None:
            raise Rejected("background_not_taken", feature=order.feature)
        scene = self.scenes.find(chosen)
        if not scene.own and scene.kind != taking.place:
            known = "、".join(one.id for one in self.scenes.all() if one.kind == taking.place)
            raise Rejected("background_unknown", given=chosen, known=known)
        return scene

    def _background(self, path: str) -> Pixels:
        return over_white(decode(self.backgrounds.read(path), name=path, long_side=BACKGROUND_SIDE))

    def _likenesses(self, opened: Sequence[Opened], prepared: Sitting) -> list[Likeness]:
        """Of everybody who is to be recognised, with what was seen round them in their own photo."""
        wanted = sorted({photo for photo, _ in prepared.people})
        found = dict(zip(wanted, self.executor.map(lambda i: opened[i].likenesses, wanted), strict=True))
        around = prepared.around or (None,) * len(prepared.people)
        return [
            replace(found[photo][face], surroundings=seen)
            for (photo, face), seen in zip(prepared.people, around, strict=True)
        ]

    @staticmethod
    def _number(order: Order, photo: int, face: int) -> int:
        """The number of a face among all of its photo, from the left, from 1."""
        chosen = sorted(set(order.photos[photo].faces))
        return chosen[face] if chosen else face + 1

    def _candidates(
        self, maker: Maker, prepared: Sitting, order: Order, people: Sequence[Likeness], progress: Progress
    ) -> list[Candidate]:
        """Those that may be shown, best first; each weak one was tried again with changed parameters."""
        plans = list(maker.plans(prepared, order))
        done = 0

        def make(plan: Any) -> Candidate:
            nonlocal done
            best = self._try(maker, prepared, order, plan, people)
            for _ in range(MOST_REMAKES):
                plan = None if best.good else maker.changed(plan)
                if plan is None:
                    break
                again = self._try(maker, prepared, order, plan, people)
                best = max(best, again, key=lambda c: (c.good, c.shown, c.score))
            done += 1
            progress(0.3 + 0.6 * done / len(plans), f"第 {done} 张", f"picture {done}")
            return best

        made = list(self.executor.map(make, plans))
        good = [c.good for c in made]
        if not enough_passed(good):
            raise Rejected("result_not_good", reasons=_reasons(made))
        return [made[i] for i in ranked(good, [c.score for c in made]) if made[i].shown]

    def _try(self, maker: Maker, prepared: Sitting, order: Order, plan: Any, people: Sequence[Likeness]) -> Candidate:
        made = maker.render(prepared, order, plan)
        # A picture that is to be compared with nobody says so by placing nobody.
        people = () if made.meshes == () else people
        judgement = Judgement(())
        if people:
            judgement = self.judge.judge(made.picture, people, made.meshes, made.backdrop, made.owner)
        return Candidate(plan, made, judgement, FEATURES[order.feature].likeness)

    def _hand_over(
        self,
        candidates: Sequence[Candidate],
        order: Order,
        who: Sequence[tuple[str, int]],
        results: ResultFiles,
    ) -> list[dict[str, Any]]:
        """Label and write every candidate, ranked from 1."""

        def labelled(candidate: Candidate) -> tuple[bytes, str]:
            picture = candidate.rendering.picture
            if order.watermark:
                picture = watermark(picture)
            produce_id = uuid.uuid4().hex
            return label_picture(picture, new_label(produce_id), "jpeg"), produce_id

        listed = []
        for rank, (candidate, (data, produce_id)) in enumerate(
            zip(candidates, self.executor.map(labelled, candidates), strict=True), 1
        ):
            name = f"{order.feature}-{rank}.jpg"
            results.write(name, data)
            listed.append({**_entry(name, rank, candidate, who), "produce_id": produce_id})
        return listed


def _entry(name: str, rank: int, candidate: Candidate, who: Sequence[tuple[str, int]]) -> dict[str, Any]:
    judgement, rendering = candidate.judgement, candidate.rendering
    height, width = rendering.picture.shape[:2]
    people = []
    notes = rendering.notes or ((),) * len(who)
    # Whom a picture is compared with nobody in has no measures; a style may change a face, and that is no warning.
    for (photo, number), measured, noted in zip(who, judgement.people, notes, strict=False):
        told = {**as_dict(measured, photo, noted), "person": number}
        people.append(told if candidate.likeness else {**told, "warnings": list(noted)})
    # Of people who were not measured in this picture.
    unsaid = sorted({code for noted in rendering.notes[len(people) :] for code in noted})
    return {
        "file": name,
        "rank": rank,
        "score": candidate.score,
        "width": width,
        "height": height,
        **_plain(rendering.facts),
        "attempt": candidate.plan.attempt,
        "people": people,
        "warnings": [*(judgement.warnings if candidate.likeness else ()), *unsaid],
    }


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    """With Python's own numbers."""
    plain: dict[str, Any] = json.loads(json.dumps(dict(facts), default=float))
    return plain


def _reasons(candidates: Sequence[Candidate]) -> str:
    codes = {code for c in candidates for code in c.rendering.faults}
    for judgement in [c.judgement for c in candidates if c.likeness]:
        codes |= {*judgement.warnings, *(w for p in judgement.people for w in p.warnings)}
    if not codes:
        raise OurFault("unexpected", detail="a candidate failed without a reason")
    return ", ".join(sorted(codes))
