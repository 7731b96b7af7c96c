"""The family portrait, step by step: check, prepare, make, judge, make again, rank, label, hand over."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any

from tuanyuan.domain.errors import OurFault, PhotosRejected, Rejected
from tuanyuan.domain.judgement import Judgement, as_dict, enough_passed, final_score, may_be_shown, ranked
from tuanyuan.domain.label import new_label
from tuanyuan.domain.photo import MOST_PEOPLE, PhotoReport
from tuanyuan.domain.ports import Group, PhotoFiles, Rendering, ResultFiles, ReunionEngine, Scenes
from tuanyuan.domain.reunion import Order, Plan, changed, plans
from tuanyuan.imaging.decode import decode, over_white
from tuanyuan.imaging.identity import distance
from tuanyuan.imaging.judge import Judge, Likeness
from tuanyuan.imaging.label import label_picture
from tuanyuan.imaging.watermark import watermark
from tuanyuan.services.darkroom import Darkroom, Photo

# (share done 0..1, message in Chinese, in English)
Progress = Callable[[float, str, str], None]

MOST_REMAKES = 2
# Nearer than any two photos of different people, twins included.
SAME_PERSON = 0.25
BACKGROUND_SIDE = 4096


@dataclass(frozen=True, eq=False)
class Candidate:
    """A rendering and what was found in it."""

    plan: Plan
    rendering: Rendering
    judgement: Judgement

    @property
    def score(self) -> float:
        """0 … 1."""
        return final_score(self.judgement, self.rendering.composition)


@dataclass(frozen=True)
class Reunion:
    """The use case of `tuanyuan make reunion`."""

    darkroom: Darkroom
    backgrounds: PhotoFiles
    scenes: Scenes
    engine: ReunionEngine
    judge: Judge
    executor: Executor

    def make(self, order: Order, results: ResultFiles, progress: Progress) -> dict[str, Any]:
        """Make the portrait and hand its files to `results`; the content of result.json.

        Rejected: a photo that cannot be used, too many people, an unknown background, or no candidate that may be
        shown. Nothing is handed over then.
        """
        clock = _Clock()
        progress(0.02, "检查照片", "checking the photos")
        scene = self.scenes.find(order.background)
        behind = self.executor.submit(self._background, str(scene.picture))
        opened = self._open(order)
        people = self._remember(opened)
        clock.lap("check")
        progress(0.15, "抠出人物，统一光线", "cutting people out, one light for all")
        group = self.engine.prepare([(p.rgb, p.faces, p.others) for p in opened], order, scene, behind.result())
        clock.lap("prepare")
        candidates = self._candidates(group, order, people, progress)
        clock.lap("candidates")
        progress(0.92, "加上标识，保存", "labelling and saving")
        listed = self._hand_over(candidates, order, opened, results)
        clock.lap("label")
        result = {
            "feature": "reunion",
            "engine": self.engine.name,
            "seed": order.seed,
            "scene": scene.id,
            "candidates": listed,
            "timings": clock.laps,
        }
        results.write("result.json", json.dumps(result, ensure_ascii=False, indent=2).encode())
        results.commit()
        progress(1.0, "完成", "done")
        return result

    def _open(self, order: Order) -> list[Photo]:
        """Every photo, or one refusal that names all that is wrong with all of them."""

        def one(number: int) -> Photo | PhotoReport:
            hint = order.people[number]
            try:
                return self.darkroom.open(hint.photo, hint.faces)
            except Rejected as error:
                return PhotoReport(hint.photo, False, 0, 0, (), (error.problem,))

        opened = list(self.executor.map(one, range(len(order.people))))
        reports = [o if isinstance(o, PhotoReport) else o.report for o in opened]
        if not all(r.ok for r in reports):
            raise PhotosRejected(reports)
        photos = [o for o in opened if isinstance(o, Photo)]
        count = sum(len(p.faces) for p in photos)
        if count > MOST_PEOPLE:
            raise Rejected("too_many_people", count=count, limit=MOST_PEOPLE)
        return photos

    def _remember(self, opened: Sequence[Photo]) -> list[tuple[Photo, Likeness]]:
        """Each person's likeness, photo by photo, from left to right. The same person twice is refused."""
        pairs = [(photo, face) for photo in opened for face in photo.faces]
        likenesses = list(self.executor.map(lambda pair: self.judge.likeness(pair[0].rgb, pair[1]), pairs))
        people = list(zip((photo for photo, _ in pairs), likenesses, strict=True))
        for i, (first, a) in enumerate(people):
            for second, b in people[i + 1 :]:
                if distance(a.descriptor, b.descriptor) < SAME_PERSON:
                    raise Rejected("same_person_twice", first=first.name, second=second.name)
        return people

    def _background(self, path: str) -> Any:
        return over_white(decode(self.backgrounds.read(path), name=path, long_side=BACKGROUND_SIDE))

    def _candidates(
        self, group: Group, order: Order, people: Sequence[tuple[Photo, Likeness]], progress: Progress
    ) -> list[Candidate]:
        """Those that may be shown, best first; each weak one was tried again with changed parameters."""
        around = [s for own in group.around for s in own]
        likenesses = [replace(one, surroundings=s) for (_, one), s in zip(people, around, strict=True)]
        done = 0

        def make(plan: Plan) -> Candidate:
            nonlocal done
            best = self._try(group, order, plan, likenesses)
            while not best.judgement.passed and plan.attempt < MOST_REMAKES:
                plan = changed(plan)
                again = self._try(group, order, plan, likenesses)
                best = max(best, again, key=lambda c: (c.judgement.passed, c.score))
            done += 1
            progress(0.3 + 0.6 * done / order.candidates, f"第 {done} 张", f"picture {done}")
            return best

        made = list(self.executor.map(make, plans(order.candidates)))
        judgements = [c.judgement for c in made]
        if not enough_passed(judgements):
            raise Rejected("result_not_good", reasons=_reasons(judgements))
        return [made[i] for i in ranked(judgements, [c.score for c in made]) if may_be_shown(judgements[i])]

    def _try(self, group: Group, order: Order, plan: Plan, likenesses: Sequence[Likeness]) -> Candidate:
        rendering = self.engine.render(group, order, plan)
        judgement = self.judge.judge(
            rendering.picture, likenesses, rendering.meshes, rendering.backdrop, rendering.owner
        )
        return Candidate(plan, rendering, judgement)

    def _hand_over(
        self, candidates: Sequence[Candidate], order: Order, opened: Sequence[Photo], results: ResultFiles
    ) -> list[dict[str, Any]]:
        """Label and write every candidate, ranked from 1."""

        def labelled(candidate: Candidate) -> tuple[bytes, str]:
            picture = candidate.rendering.picture
            if order.watermark:
                picture = watermark(picture)
            produce_id = uuid.uuid4().hex
            return label_picture(picture, new_label(produce_id), "jpeg"), produce_id

        who = [
            (photo.name, number)
            for photo, hint in zip(opened, order.people, strict=True)
            for number in sorted(set(hint.faces)) or range(1, len(photo.faces) + 1)
        ]
        listed = []
        for rank, (candidate, (data, produce_id)) in enumerate(
            zip(candidates, self.executor.map(labelled, candidates), strict=True), 1
        ):
            name = f"reunion-{rank}.jpg"
            results.write(name, data)
            listed.append({**_entry(name, rank, candidate, who), "produce_id": produce_id})
        return listed


def _entry(name: str, rank: int, candidate: Candidate, who: Sequence[tuple[str, int]]) -> dict[str, Any]:
    judgement, rendering = candidate.judgement, candidate.rendering
    height, width = rendering.picture.shape[:2]
    people = []
    for (photo, number), measured, notes in zip(who, judgement.people, rendering.notes, strict=True):
        people.append({**as_dict(measured, photo, notes), "person": number})
    return {
        "file": name,
        "rank": rank,
        "score": candidate.score,
        "width": width,
        "height": height,
        "light": candidate.plan.light,
        "crop": candidate.plan.crop,
        "attempt": candidate.plan.attempt,
        "people": people,
        "warnings": list(judgement.warnings),
    }


def _reasons(judgements: Sequence[Judgement]) -> str:
    codes = {code for j in judgements for code in (*j.warnings, *(w for p in j.people for w in p.warnings))}
    if not codes:
        raise OurFault("unexpected", detail="a candidate failed without a reason")
    return ", ".join(sorted(codes))


class _Clock:
    """Seconds of each step, rounded to milliseconds."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._start = self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = round(now - self._last, 3)
        self._last = now
        self.laps["total"] = round(now - self._start, 3)
