"""How good a changed outfit is, in figures: the colour asked for, folds that survive, nothing else touched."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from tuanyuan.engines.local.outfits import SILKS
from tuanyuan.imaging.clothes.top import TopFinder
from tuanyuan.imaging.outfit.dye import PLAIN, asked_colour, difference, woven
from tuanyuan.imaging.outfit.fitness import fitness
from tuanyuan.imaging.outfit.photometry import lab, log_luminance
from tuanyuan.imaging.outfit.tailor import fitted, sewn

SAMPLES = Path(__file__).parents[2] / "samples"
WORN = ("man_black_hair.jpg", "woman_headscarf.jpg")


@pytest.fixture(scope="module", params=WORN)
def top(request, models_dir, finder):
    rgb = cv2.cvtColor(cv2.imread(str(SAMPLES / request.param)), cv2.COLOR_BGR2RGB)
    (found,) = TopFinder(models_dir).find(rgb, finder.find(rgb))
    return found


@pytest.fixture(scope="module", params=("tang", "cheongsam"))
def fit(request, top):
    return fitted(top, request.param), request.param


def plain(measured, silk):
    """Sure cloth away from collar, opening and motif."""
    unit = measured.top.body.unit
    cloth = woven(silk, measured.u, measured.v, unit)
    aside = np.abs(np.arange(measured.whole.shape[1])[None] - measured.collar.pit[0]) > 0.6 * unit
    return (measured.top.alpha > 0.98) & (cloth.thread < PLAIN) & aside & (measured.collar.alpha < 0.01)


def kept(picture, measured, where):
    """Correlation of the new picture's light with the old cloth's, over the size of folds."""
    old = log_luminance(measured.top.rgb.astype(np.float32) / 255)
    new = log_luminance(picture.astype(np.float32) / 255)
    sigma = 0.03 * measured.top.body.unit
    weight = cv2.GaussianBlur(where.astype(np.float32), (0, 0), sigma) + 1e-3
    old, new = (cv2.GaussianBlur(level * where, (0, 0), sigma) / weight for level in (old, new))
    inner = where & (weight > 0.8)
    return float(np.corrcoef(old[inner], new[inner])[0, 1])


def test_the_sample_is_fit_for_it(top):
    assert fitness(top).fault is None


def test_the_colour_is_the_one_asked_for(fit):
    measured, outfit = fit
    for silk in SILKS[outfit]:
        picture = sewn(measured, silk, outfit)
        cloth = woven(silk, measured.u, measured.v, measured.top.body.unit)
        where = (measured.top.alpha > 0.95) & (cloth.thread < PLAIN) & (measured.collar.alpha < 0.01)
        shown = np.median(lab(picture[where].astype(np.float32) / 255), 0)
        assert difference(shown, lab(asked_colour(silk, measured.exposure))) < 4.0


def test_folds_survive_and_flat_paint_would_be_noticed(fit):
    measured, outfit = fit
    silk = SILKS[outfit][0]
    where = plain(measured, silk)
    assert kept(sewn(measured, silk, outfit), measured, where) > 0.6
    flat = measured.top.rgb.copy()
    flat[measured.top.alpha > 0.5] = silk.ground
    grain = np.random.default_rng(0).integers(-2, 3, flat.shape)
    assert kept(np.clip(flat + grain, 0, 255).astype(np.uint8), measured, where) < 0.3


def test_nothing_else_is_touched(fit):
    measured, outfit = fit
    picture = sewn(measured, SILKS[outfit][1], outfit)
    elsewhere = measured.whole < 1 / 255
    assert elsewhere.mean() > 0.1
    assert np.array_equal(picture[elsewhere], measured.top.rgb[elsewhere])
    # The collar and the closed neckline are a small part of what changes.
    added = (measured.whole > 0.5) & (measured.top.alpha < 0.5)
    assert added.sum() < 0.35 * (measured.top.alpha > 0.5).sum()
