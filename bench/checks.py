"""How far the checks of a finished picture see, and how often they cry for nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from bench import damage, machine
from bench.composites import Mix, Studio, mixes, studio
from bench.paths import PICTURES, SAMPLES
from bench.report import say, table
from tuanyuan.domain.judgement import (
    MOST_COVERED,
    MOST_LEFTOVER,
    MOST_RESIDUAL,
    MOST_SQUASH,
    Judgement,
    Measured,
)
from tuanyuan.domain.reunion import plans

BACKGROUNDS = ("new-year-wall", "studio", str(PICTURES / "museum.jpg"), str(PICTURES / "trees.jpg"))
MIXES, DAMAGED_MIXES = 16, 8
MEASURES = (
    ("face_distance", None),
    ("squash", MOST_SQUASH),
    ("residual", MOST_RESIDUAL),
    ("covered", MOST_COVERED),
    ("leftover", MOST_LEFTOVER),
)
SQUASHES = (0.02, 0.04, 0.06, 0.08, 0.10, 0.15, 0.20)
COVERS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
PATCHES = (0.02, 0.04, 0.06, 0.08, 0.12, 0.20)

# (what, strengths, codes of which one must be given, measure that shows it)
Kind = tuple[str, tuple[float, ...], frozenset[str], str | None]
NOT_HIM = frozenset({"person_swapped", "person_not_recognised", "person_hardly_recognised"})
# A face that is hardly left to be seen is no longer found, or not known again.
HIDDEN = frozenset({"face_covered", "person_missing", "person_not_recognised"})
TOO_MANY = frozenset({"person_doubled", "stranger_in_picture"})
KINDS: tuple[Kind, ...] = (
    ("whole picture narrower by", SQUASHES, frozenset({"face_distorted"}), "squash"),
    ("whole picture lower by", SQUASHES, frozenset({"face_distorted"}), "squash"),
    ("one face narrower by", SQUASHES, frozenset({"face_distorted"}), "squash"),
    ("one face lower by", SQUASHES, frozenset({"face_distorted"}), "squash"),
    ("another's face laid over, opacity", (0.3, 0.5, 0.7, 1.0), NOT_HIM, "face_distance"),
    ("two people in each other's place", (1.0,), NOT_HIM, "face_distance"),
    ("a head a second time, size", (0.25, 0.35, 0.5, 0.7, 1.0), TOO_MANY, None),
    ("a person faded away by", (0.5, 0.7, 0.85, 1.0), frozenset({"person_missing", *NOT_HIM}), None),
    ("face covered from the left", COVERS, HIDDEN, "covered"),
    ("face covered from the right", COVERS, HIDDEN, "covered"),
    ("face covered from above", COVERS, HIDDEN, "covered"),
    ("face covered from below", COVERS, HIDDEN, "covered"),
    ("old background beside the head, area", PATCHES, frozenset({"old_background_left"}), "leftover"),
)


def measure(folder: Path = SAMPLES) -> str:
    untouched: list[Judgement] = []
    seen: dict[tuple[str, float], list[tuple[bool, float]]] = defaultdict(list)
    with studio() as made:
        for number, mix in enumerate(mixes(made, folder, BACKGROUNDS, MIXES)):
            renderings = [(made.render(mix, plan), plan) for plan in plans(4)]
            # The call ends within the round, so its `mix` is this round's.
            judgements = made.map(lambda r: made.judge(mix, r[0]), renderings)  # noqa: B023
            untouched += judgements
            warned = Counter(w for j in judgements for w in _warnings(j))
            say(f"checks: {number + 1}/{MIXES} {mix}: {', '.join(f'{w} {n}' for w, n in warned.items()) or 'clean'}")
            if number < DAMAGED_MIXES:
                for key, result in _damaged(made, mix, renderings[0][0], number):
                    seen[key].append(result)
    return "\n\n".join((machine.describe(), _alarms(untouched), _untouched(untouched), _sight(seen)))


def _warnings(judgement: Judgement) -> list[str]:
    return [*judgement.warnings, *(w for p in judgement.people for w in p.warnings)]


def _damaged(
    made: Studio, mix: Mix, rendering: Any, number: int
) -> Iterator[tuple[tuple[str, float], tuple[bool, float]]]:
    """Every kind at every strength, on one person of the mix; (caught, measured)."""
    person = number % len(mix.likenesses)
    tasks = list(_tasks(mix, rendering, person))

    def look(task: tuple[Kind, float, Callable[[], Any]]) -> tuple[tuple[str, float], tuple[bool, float]] | None:
        (what, _, codes, shown), strength, make = task
        broken = make()
        if broken is None:
            return None
        judgement = made.judge(mix, broken)
        measured = judgement.people[person]
        caught = bool(codes & {*measured.warnings, *judgement.warnings})
        return (what, strength), (caught, _value(measured, shown))

    yield from (result for result in made.map(look, tasks) if result)


def _tasks(mix: Mix, rendering: Any, person: int) -> Iterator[tuple[Kind, float, Callable[[], Any]]]:
    others = [p for p in range(len(mix.likenesses)) if p != person]
    photo = [p.rgb for p in mix.photos for _ in p.faces][person]
    makers: Sequence[Callable[[float], Any] | None] = (
        lambda s: damage.squash_picture(rendering, s, across=True),
        lambda s: damage.squash_picture(rendering, s, across=False),
        lambda s: damage.squash_face(rendering, person, s, across=True),
        lambda s: damage.squash_face(rendering, person, s, across=False),
        (lambda s: damage.another_face(rendering, person, others[0], s)) if others else None,
        (lambda _: damage.change_places(rendering, person, others[0])) if others else None,
        lambda s: damage.double(rendering, person, s),
        lambda s: damage.fade(rendering, person, s),
        *(partial(_covered, rendering, person, side) for side in ("left", "right", "top", "bottom")),
        lambda s: damage.old_background(rendering, person, mix.likenesses[person], photo, s),
    )
    for kind, maker in zip(KINDS, makers, strict=True):
        if maker is not None:
            for strength in kind[1]:
                yield kind, strength, partial(maker, strength)


def _covered(rendering: Any, person: int, side: str, share: float) -> Any:
    return damage.cover(rendering, person, share, side)


def _value(measured: Measured, name: str | None) -> float:
    value = getattr(measured, name) if name and measured.box is not None else None
    return float("nan") if value is None else float(value)


def _alarms(untouched: Sequence[Judgement]) -> str:
    """What was warned of in pictures that nobody damaged."""
    people = sum(len(j.people) for j in untouched)
    counted = Counter(w for j in untouched for w in _warnings(j))
    passed = sum(j.passed for j in untouched)
    told = ", ".join(f"`{code}` {n}×" for code, n in counted.most_common()) or "none"
    return (
        f"Untouched: {len(untouched)} pictures, {people} people; {passed} pictures pass every check. Warnings: {told}."
    )


def _untouched(judgements: Sequence[Judgement]) -> str:
    rows = []
    for name, limit in MEASURES:
        values = [_value(p, name) for j in judgements for p in j.people if p.box is not None]
        cells = [f"{v:.3f}" for v in np.nanpercentile(values, [50, 90, 95, 99, 100])]
        rows.append((name, *cells, "" if limit is None else limit))
    return table(("untouched people", "median", "90 %", "95 %", "99 %", "most", "limit"), rows)


def _sight(seen: dict[tuple[str, float], list[tuple[bool, float]]]) -> str:
    """Share caught at each strength, and the median of what was measured."""
    lines = []
    for what, strengths, _, _ in KINDS:
        cells = []
        for strength in strengths:
            results = seen.get((what, strength))
            if not results:
                continue
            values = [v for _, v in results if not np.isnan(v)]
            shown = f" ({min(values):.3f}, {np.median(values):.3f})" if values else ""
            cells.append(f"{strength:.0%}: **{sum(c for c, _ in results)}/{len(results)}**{shown}")
        lines.append((what, " · ".join(cells)))
    return table(("damage", "strength: caught of tried (least and median of the measure)"), lines)
