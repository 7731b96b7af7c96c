"""Exactness of our edges against composites with known alpha, and of rembg's on the same pictures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from statistics import fmean, median

import numpy as np
from numpy.typing import NDArray

from bench import machine, rembg_cutter
from bench.known_alpha import BACKGROUNDS, PEOPLE, composites, groups
from bench.matte_errors import Errors, errors
from bench.report import say, table
from tuanyuan import settings
from tuanyuan.imaging.faces import FaceFinder
from tuanyuan.imaging.matting import PersonCutter

Alpha = NDArray[np.float32]
Pixels = NDArray[np.uint8]

OURS, RIVAL, RIVAL_MATTING = "Tuanyuan", "rembg", "rembg + alpha matting"
MEASURES = ("sad", "mse", "gradient")


def measure() -> str:
    models = settings.load().models_dir
    finder, cutter = FaceFinder(models), PersonCutter(models)
    rembg_cutter.start()
    methods: dict[str, Callable[[Pixels], Alpha]] = {
        OURS: lambda rgb: cutter.cut(rgb, finder.find(rgb)[:1])[0].alpha,
        RIVAL: lambda rgb: _rembg(rgb, matting=False),
        RIVAL_MATTING: lambda rgb: _rembg(rgb, matting=True),
    }
    found: dict[tuple[str, str], dict[str, Errors]] = defaultdict(dict)
    for composite in composites():
        for name, method in methods.items():
            found[composite.person, composite.background][name] = errors(method(composite.picture), composite.alpha)
        row = found[composite.person, composite.background]
        say(f"edges: {composite.person} / {composite.background}: " + _sads(row))
    together = _groups(finder, cutter)
    return "\n\n".join((machine.describe(), _summary(list(found.values())), _by_person(found), together))


def _groups(finder: FaceFinder, cutter: PersonCutter) -> str:
    """Ours on two people who touch."""
    rows = []
    for composite in groups():
        alpha = cutter.cut(composite.picture, finder.find(composite.picture)[:2])[0].alpha
        rows.append(errors(alpha, composite.alpha))
        say(f"edges: {composite.person} / {composite.background}: {rows[-1].sad:.1f}")
    cells = [f"{fmean(v):.1f} / {median(v):.1f}" for v in ([getattr(e, m) for e in rows] for m in MEASURES)]
    head = ("mean / median", "SAD (1000 px)", "MSE ×1000 near the rim", "gradient")
    return f"Two people side by side, {len(rows)} pictures.\n\n" + table(head, [("Tuanyuan", *cells)])


def _rembg(rgb: Pixels, *, matting: bool) -> Alpha:
    return rembg_cutter.cutout(rgb, matting)[..., 3].astype(np.float32) / 255


def _sads(row: dict[str, Errors]) -> str:
    return ", ".join(f"{name} {e.sad:.1f}" for name, e in row.items())


def _summary(rows: Sequence[dict[str, Errors]]) -> str:
    """Mean and median over all pictures, and on how many of them each is the most exact of the three."""
    lines = []
    for name in (OURS, RIVAL, RIVAL_MATTING):
        cells = [name]
        for measure_ in MEASURES:
            values = [getattr(row[name], measure_) for row in rows]
            best = sum(getattr(row[name], measure_) == min(getattr(e, measure_) for e in row.values()) for row in rows)
            cells.append(f"{fmean(values):.1f} / {median(values):.1f} / {best}")
        lines.append(cells)
    head = ("mean / median / pictures won", "SAD (1000 px)", "MSE ×1000 near the rim", "gradient")
    return f"{len(PEOPLE)} people × {len(BACKGROUNDS)} backgrounds = {len(rows)} pictures.\n\n" + table(head, lines)


def _by_person(found: dict[tuple[str, str], dict[str, Errors]]) -> str:
    lines = []
    for person in PEOPLE:
        rows = [row for (who, _), row in found.items() if who == person]
        cells = [
            " / ".join(f"{fmean(getattr(row[name], m) for row in rows):.1f}" for m in MEASURES)
            for name in (OURS, RIVAL, RIVAL_MATTING)
        ]
        lines.append((person, *cells))
    return table(("mean SAD / MSE / gradient", OURS, RIVAL, RIVAL_MATTING), lines)
