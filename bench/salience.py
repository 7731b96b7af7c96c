"""The size at which the salience network looks at a photo: what it costs, and what the edges gain."""

from __future__ import annotations

from statistics import fmean, median
from unittest.mock import patch

from bench import machine
from bench.known_alpha import composites
from bench.matte_errors import errors
from bench.report import say, table
from bench.spent import spent
from tuanyuan import settings
from tuanyuan.imaging.faces import FaceFinder
from tuanyuan.imaging.matting import PersonCutter, salience

SIZES = (128, 160, 192, 224, 256, 320)
MEASURES = ("sad", "mse", "gradient")


def measure() -> str:
    models = settings.load().models_dir
    finder = FaceFinder(models)
    pictures = [(c, finder.find(c.picture)[:1]) for c in composites()]
    rows = []
    for size in SIZES:
        with patch.object(salience, "INPUT", size):
            cutter = PersonCutter(models)
            cutter.cut(pictures[0][0].picture, pictures[0][1])
            with spent() as taken:
                alphas = [cutter.cut(c.picture, faces)[0].alpha for c, faces in pictures]
        found = [errors(alpha, c.alpha) for alpha, (c, _) in zip(alphas, pictures, strict=True)]
        cells = []
        for name in MEASURES:
            values = [getattr(e, name) for e in found]
            cells.append(f"{fmean(values):.1f} / {median(values):.1f}")
        rows.append((f"{size} px", *cells, f"{taken.processor / len(pictures):.2f}"))
        say(f"salience: {' '.join(rows[-1])}")
    head = ("input", "SAD, mean / median", "MSE", "gradient", "processor seconds for one cut-out")
    return f"{machine.describe()}\n\n" + table(head, rows)
