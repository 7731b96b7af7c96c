"""Goods come out of their photos with their holes, their thin parts and their edges."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from doubles import goods

from tuanyuan.imaging.matting.goods import GoodsCutter, own_cutout


@pytest.fixture(scope="module")
def goods_cutter(models_dir):
    return GoodsCutter(models_dir)


def slope(alpha):
    return np.hypot(*(cv2.Sobel(alpha, cv2.CV_32F, *d, scale=0.125) for d in ((1, 0), (0, 1))))


def errors(truth, found):
    """Mean absolute error in thousandths, and the squared error of the gradient, summed."""
    return 1000 * np.abs(found - truth).mean(), ((slope(found) - slope(truth)) ** 2).sum()


# What the cut-out before backing and colours were looked at came to: basket 65 / 768, fork on wood 55 / 477.
@pytest.mark.parametrize(
    ("kind", "ground", "most", "most_slope"),
    [
        ("mug", "paper", 2.0, 40),
        ("bag", "white", 2.0, 30),
        ("fork", "wood", 6.0, 150),
        ("basket", "paper", 4.0, 80),
        ("basket", "wood", 9.0, 170),
        ("carton", "cloth", 3.0, 60),
        ("ball", "stone", 3.0, 70),
        ("white", "white", 5.0, 120),
    ],
)
def test_a_known_alpha_is_found(goods_cutter, kind, ground, most, most_slope):
    thing = goods.drawn(kind)
    mean, gradient = errors(thing.alpha, goods_cutter.cut(thing.over(goods.ground(ground))).alpha)
    assert mean < most
    assert gradient < most_slope


@pytest.mark.parametrize(("kind", "hole"), [("mug", (0.70, 0.5)), ("bag", (0.5, 0.33)), ("basket", (0.45, 0.53))])
def test_the_place_is_not_seen_through_holes(goods_cutter, kind, hole):
    thing = goods.drawn(kind)
    alpha = goods_cutter.cut(thing.over(goods.ground("grey"))).alpha
    x, y = (round(v * goods.SIZE) for v in hole)
    assert thing.alpha[y - 2 : y + 3, x - 2 : x + 3].max() == 0
    assert alpha[y - 2 : y + 3, x - 2 : x + 3].max() < 0.05


def test_a_pale_label_on_white_paper_is_no_hole(goods_cutter):
    thing = goods.drawn("mug")
    alpha = goods_cutter.cut(thing.over(goods.ground("white"))).alpha
    assert alpha[211:269, 182:230].min() > 0.98


def test_clear_glass_dims_what_is_put_behind_it_and_brings_nothing_along(goods_cutter):
    thing = goods.drawn("glass")
    cut = goods_cutter.cut(thing.over(goods.ground("paper")))
    inside = np.s_[200:380, 240:290]
    assert thing.alpha[inside].max() == pytest.approx(0.16, abs=0.01)
    assert 0.01 < float(np.median(cut.alpha[inside])) < 0.25
    before_blue = cut.colour * cut.alpha[..., None] + np.array([0.1, 0.2, 0.7]) * (1 - cut.alpha[..., None])
    assert np.median(before_blue[inside], (0, 1)) == pytest.approx([0.1, 0.2, 0.7], abs=0.09)
    lid = np.s_[100:125, 190:290]
    assert cut.alpha[lid].min() > 0.95


def test_white_goods_on_white_paper_are_no_glass(goods_cutter):
    thing = goods.drawn("white")
    _, seen = goods_cutter.seen(thing.over(goods.ground("white")))
    assert not seen.clear.any()


def test_their_old_shadow_stays_behind(goods_cutter):
    thing, paper = goods.drawn("carton"), goods.ground("paper")
    laid = cv2.warpAffine(thing.alpha, np.float32([[1, 0, 26], [0, 0.12, 350]]), (480, 480))
    shadow = cv2.GaussianBlur(laid, (0, 0), 6)
    alpha = goods_cutter.cut(thing.over(paper * (1 - 0.35 * shadow[..., None]))).alpha
    assert shadow[thing.alpha == 0].max() > 0.5
    assert np.abs(alpha - thing.alpha)[shadow > 0.4].mean() < 0.02


def test_nothing_is_cut_out_of_an_empty_paper(goods_cutter):
    paper = np.rint(goods.ground("paper") * 255).astype(np.uint8)
    cut = goods_cutter.cut(paper)
    assert cut.alpha.shape == paper.shape[:2]
    assert cut.colour.dtype == cut.alpha.dtype == np.float32


def test_the_files_own_transparency_is_kept_as_it_is():
    thing = goods.drawn("glass", 120)
    alpha = np.rint(thing.alpha * 255).astype(np.uint8)
    white = np.rint(255 * (thing.colour * thing.alpha[..., None] + 1 - thing.alpha[..., None])).astype(np.uint8)
    cut = own_cutout(white, alpha)
    assert np.array_equal(np.rint(cut.alpha * 255), alpha)
    solid = thing.alpha > 0.7
    assert np.abs(cut.colour - thing.colour)[solid].max() < 0.01


def test_the_same_photo_gives_the_same_cutout(goods_cutter, executor):
    photo = goods.drawn("mug").over(goods.ground("stone"))
    first, second = executor.map(lambda _: goods_cutter.cut(photo), range(2))
    assert np.array_equal(first.alpha, second.alpha)
    assert np.array_equal(first.colour, second.colour)
