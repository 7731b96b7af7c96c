"""How good product pictures are: edges against a known alpha, colours, paper. Controls must fail."""

from __future__ import annotations

from functools import partial

import cv2
import numpy as np
import pytest
from doubles import goods
from doubles.opened import Opened

from tuanyuan.domain.order import Order, PhotoHint
from tuanyuan.engines.local.product import FRAMINGS, Product
from tuanyuan.imaging.goods.item import item
from tuanyuan.imaging.goods.tabletop import Spot, put
from tuanyuan.imaging.matting import Cutout
from tuanyuan.imaging.matting.goods import GoodsCutter

SIZE = (800, 600)


Photo = partial(Opened, role="product", name="goods.jpg")


def lab(picture):
    scaled = picture.astype(np.float32) / (255 if picture.dtype == np.uint8 else 1)
    return cv2.cvtColor(np.ascontiguousarray(scaled), cv2.COLOR_RGB2LAB)


def halo(truth, cut, ground):
    """Mean CIE76 error along the true outline, when the cut-out is laid on green."""
    green = np.broadcast_to(np.float32([0.2, 0.7, 0.3]), ground.shape)
    wanted = truth.colour * truth.alpha[..., None] + green * (1 - truth.alpha[..., None])
    got = cut.colour * cut.alpha[..., None] + green * (1 - cut.alpha[..., None])
    edge = cv2.dilate(((truth.alpha > 0.05) & (truth.alpha < 0.95)).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    return float(np.sqrt(((lab(wanted) - lab(got)) ** 2).sum(2))[edge].mean())


@pytest.fixture(scope="module")
def goods_cutter(models_dir):
    return GoodsCutter(models_dir)


@pytest.mark.parametrize(
    ("kind", "ground"), [("mug", "paper"), ("carton", "wood"), ("basket", "grey"), ("fork", "paper")]
)
def test_edges_on_another_ground_look_like_the_true_ones(goods_cutter, kind, ground):
    truth, behind = goods.drawn(kind), goods.ground(ground)
    photo = truth.over(behind)
    assert halo(truth, goods_cutter.cut(photo), behind) < 9
    # A hard mask two pixels too wide, with the photo's own colours, is what must not pass.
    wide = cv2.dilate((truth.alpha > 0.5).astype(np.float32), np.ones((5, 5), np.uint8))
    assert halo(truth, Cutout(photo.astype(np.float32) / 255, wide), behind) > 20


@pytest.fixture(scope="module")
def made(models_dir, executor):
    """A carton photographed on paper, in soft light, and its order."""
    maker = Product(models_dir, executor)
    wanted = Order((PhotoHint("a"),), "product", style="softbox", size=SIZE)
    ready = maker.prepare([Photo(goods.drawn("carton").over(goods.ground("paper")))], wanted, None, None)
    return maker.render(ready, wanted, maker.plans(ready, wanted)[0])


def test_the_goods_keep_their_colours_in_soft_light(made):
    truth = goods.drawn("carton")
    framing = FRAMINGS["standard"]
    thing = item(Cutout(truth.colour.astype(np.float32), truth.alpha))
    placed = put(thing, SIZE, Spot(framing.x, framing.ground, framing.wide, framing.tall))
    inside = cv2.erode((placed.alpha > 0.99).astype(np.uint8), np.ones((15, 15), np.uint8)) > 0
    flat = cv2.Laplacian(lab(placed.colour)[..., 0], cv2.CV_32F)
    calm = inside & (cv2.dilate(np.abs(flat), np.ones((9, 9), np.uint8)) < 3)
    away = np.sqrt(((lab(made.picture) - lab(placed.colour)) ** 2).sum(2))
    assert calm.sum() > 5000
    assert away[calm].mean() < 3
    warmer = np.clip(made.picture * np.array([1.12, 1.0, 0.85]), 0, 255).astype(np.uint8)
    assert np.sqrt(((lab(warmer) - lab(placed.colour)) ** 2).sum(2))[calm].mean() > 3


def test_the_paper_has_no_bands(made):
    """The steps between levels of a smoothed row: a dithered paper passes every level in between."""
    rows = made.picture[60:120, :, 1].astype(np.float32)
    fine = cv2.GaussianBlur(rows, (0, 0), 4)[30]
    assert len(np.unique(np.rint(fine * 8))) > 20
    banded = cv2.GaussianBlur(np.rint(cv2.GaussianBlur(rows, (0, 0), 12) / 3) * 3, (0, 0), 0.5)[30]
    assert len(np.unique(np.rint(banded * 8))) < len(np.unique(np.rint(fine * 8)))
    assert np.abs(np.diff(fine)).max() < 0.6 < np.abs(np.diff(banded)).max()


def test_the_goods_stand_out_and_stand_on_the_ground(made):
    level = lab(made.picture)[..., 0]
    blue = made.picture[..., 2].astype(int) - made.picture[..., 0] > 40
    rows = np.flatnonzero(blue.any(1))
    column = int(np.flatnonzero(blue[rows[-1]]).mean())
    under = level[rows[-1] + 3 : rows[-1] + 8, column - 20 : column + 20].mean()
    away = level[rows[-1] + 3 : rows[-1] + 8, 20:60].mean()
    assert under < away - 8
    assert made.composition > 0.8
