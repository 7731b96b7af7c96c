"""A fashion page: a garment hung or laid, or somebody as they are in their photo; nobody is dressed or invented."""

from __future__ import annotations

from functools import partial

import cv2
import numpy as np
import pytest
from doubles.opened import Opened

from tuanyuan.domain.errors import Rejected
from tuanyuan.domain.order import Order, PhotoHint
from tuanyuan.domain.scene import Scene
from tuanyuan.engines.local.fashion import Fashion
from tuanyuan.engines.local.fashion_looks import STYLES
from tuanyuan.imaging.decode import decode
from tuanyuan.store.scenes import SceneFolder

SIZE = (480, 640)


Photo = partial(Opened, role="garment", name="garment.png")


def order(style=None, background=None, size=SIZE, beauty=1):
    return Order((PhotoHint("a"),), "fashion", background, style, size=size, beauty=beauty)


@pytest.fixture(scope="module")
def maker(models_dir, executor):
    return Fashion(models_dir, executor)


@pytest.fixture(scope="module")
def studio(scenes):
    scene = SceneFolder(scenes).find("studio")
    return scene, decode(scene.picture.read_bytes(), name="studio", long_side=1200).rgb


@pytest.fixture(scope="module")
def shirt():
    """A blue shirt with weave, cut out by its file."""
    alpha = np.zeros((600, 600), np.uint8)
    outline = [[240, 80], [360, 80], [540, 180], [500, 270], [420, 230], [420, 520], [180, 520], [180, 230], [100, 270]]
    cv2.fillPoly(alpha, [np.array([*outline, [60, 180]])], 255, cv2.LINE_AA)
    weave = np.indices((600, 600)).sum(0) % 6 < 3
    colour = np.where(weave[..., None], [30, 70, 160], [60, 110, 200]).astype(np.float32)
    over = alpha[..., None] / np.float32(255)
    return Photo(np.rint(colour * over + 255 * (1 - over)).astype(np.uint8), alpha)


def sitter(portrait, name, role="person"):
    known = portrait(name)
    return Photo(known.rgb, faces=known.faces, role=role, name=name)


def blue(picture):
    return (picture[..., 2].astype(int) - picture[..., 0]) > 50


def test_a_garment_hangs_or_lies_and_no_two_pages_are_alike(maker, studio, shirt):
    ready = maker.prepare([shirt], order(), *studio)
    made = [maker.render(ready, order(), plan) for plan in maker.plans(ready, order())]
    assert ready.people == ()
    assert [m.facts["shows"] for m in made] == ["hung", "hung", "laid", "laid"]
    assert len({(m.facts["look"], m.facts["framing"]) for m in made}) == 4
    for one in made:
        assert one.picture.shape == (640, 480, 3)
        assert one.meshes == ()
        assert 0.08 < blue(one.picture).mean() < 0.6


def test_in_a_place_that_was_chosen_every_page_is_there(maker, studio, shirt):
    wanted = order(background="studio")
    ready = maker.prepare([shirt], wanted, *studio)
    assert [maker.render(ready, wanted, p).facts["shows"] for p in maker.plans(ready, wanted)] == ["hung"] * 4


def test_a_model_is_shown_whole_where_the_face_was_put(maker, studio, portrait, finder):
    wanted = order("editorial")
    ready = maker.prepare([sitter(portrait, "man_black_hair", "garment")], wanted, *studio)
    assert ready.people == ((0, 0),)
    for plan in maker.plans(ready, wanted):
        made = maker.render(ready, wanted, plan)
        assert made.facts["shows"] == "model"
        (mesh,) = made.meshes
        (face,) = finder.find(made.picture)
        assert np.abs(mesh.mean(0) - face.mesh[:, :2].mean(0)).max() < 0.1 * face.width
        assert made.owner[int(mesh[:, 1].mean()), int(mesh[:, 0].mean())] == 1


@pytest.mark.parametrize("size", [(480, 640), (640, 480), (480, 480)])
def test_hair_that_the_photo_cuts_meets_the_pages_edge_and_whole_hair_does_not(maker, studio, portrait, size):
    wanted = order(size=size)
    touches = {}
    for name in ("woman_blonde", "man_black_hair"):
        ready = maker.prepare([sitter(portrait, name, "garment")], wanted, *studio)
        for plan in maker.plans(ready, wanted):
            made = maker.render(ready, wanted, plan)
            touches.setdefault(name, []).append((made.owner[0] == 1).mean())
            (mesh,) = made.meshes
            assert mesh.min() >= 0
            assert (mesh.max(0) <= size).all()
    assert min(touches["woman_blonde"]) > 0.2
    assert touches["man_black_hair"] == [0] * 4


def test_model_and_garment_share_a_sheet_and_the_model_is_not_dressed(maker, studio, portrait, shirt):
    wanted = order(size=(800, 600))
    ready = maker.prepare([shirt, sitter(portrait, "woman_long_hair")], wanted, *studio)
    assert ready.people == ((1, 0),)
    made = maker.render(ready, wanted, maker.plans(ready, wanted)[0])
    assert made.facts["shows"] == "model_and_garment"
    columns = np.flatnonzero(blue(made.picture).sum(0) > 100)
    assert columns.min() > 0.56 * 800
    assert made.owner[:, int(0.56 * 800) + 6 :].max() == 0
    assert made.backdrop.shape == made.picture.shape


def test_without_a_size_a_page_is_upright_and_a_sheet_of_two_is_not(maker, studio, portrait, shirt):
    one = order(size=None)
    ready = maker.prepare([shirt], one, *studio)
    assert maker.render(ready, one, maker.plans(ready, one)[0]).picture.shape == (1920, 1440, 3)
    ready = maker.prepare([shirt, sitter(portrait, "man_glasses")], one, *studio)
    assert maker.render(ready, one, maker.plans(ready, one)[0]).picture.shape == (1440, 1920, 3)


def test_beauty_evens_the_models_skin_and_nothing_else(maker, studio, portrait):
    made = {}
    for beauty in (0, 5):
        wanted = order(beauty=beauty)
        ready = maker.prepare([sitter(portrait, "elderly_man", "garment")], wanted, *studio)
        made[beauty] = maker.render(ready, wanted, maker.plans(ready, wanted)[0])
    x0, y0 = made[0].meshes[0].min(0).astype(int)
    x1, y1 = made[0].meshes[0].max(0).astype(int)
    change = np.abs(made[0].picture.astype(int) - made[5].picture).max(2)
    assert change[y0:y1, x0:x1].mean() > 0.5
    assert change[: max(0, y0 - 40)].max() == 0


def test_somebody_without_a_face_meets_the_pages_lower_edge(maker, studio, portrait):
    known = portrait("man_turned")
    body = Photo(np.ascontiguousarray(known.rgb[int(known.face.mesh[:, 1].max()) + 8 :]))
    wanted = order(size=(800, 600))
    ready = maker.prepare([body], wanted, *studio)
    made = maker.render(ready, wanted, maker.plans(ready, wanted)[0])
    assert made.facts["shows"] == "worn"
    changed = np.abs(made.picture.astype(int) - made.backdrop).max(2) > 60
    assert changed[-4:].any(1).all()


def test_what_cannot_be_done_here_is_refused(maker, portrait, shirt):
    cases = {
        "style_not_here": ([shirt], order("street")),
        "no_face": ([shirt, Photo(shirt.rgb, role="person")], order()),
        "fashion_several_people": ([sitter(portrait, "group_of_three", "garment")], order()),
        "fashion_garment_unclear": ([Photo(shirt.rgb, np.zeros((600, 600), np.uint8))], order()),
        "goods_blurred": ([Photo(cv2.GaussianBlur(shirt.rgb, (0, 0), 9), shirt.alpha)], order()),
    }
    for code, (photos, wanted) in cases.items():
        with pytest.raises(Rejected, match=code):
            maker.fit(photos, wanted)
    maker.fit([shirt], order())
    assert set(STYLES) == {"studio", "editorial"}


def test_the_same_order_gives_the_same_pixels(maker, studio, shirt):
    ready = maker.prepare([shirt], order(), *studio)
    first, second = (maker.render(ready, order(), maker.plans(ready, order())[0]).picture for _ in range(2))
    assert np.array_equal(first, second)


def test_the_customers_own_place_lights_the_picture_from_its_bright_side(maker, shirt):
    bright_right = np.repeat(np.linspace(40, 220, 800, dtype=np.uint8)[None], 600, 0)
    own = Scene("own", "自选背景", "own background", None, own=True)
    ready = maker.prepare([shirt], order(background="x"), own, np.dstack([bright_right] * 3))
    assert ready.light.direction[0] > 0.3


def test_a_cup_is_worn_by_nobody(maker, samples):
    """The network for people takes its round outline for a head."""
    rgb = decode((samples / "goods" / "cup_of_coffee.jpg").read_bytes(), name="cup", long_side=1000).rgb
    worn, garment = maker._clothes(Photo(rgb, name="cup.jpg"), order())
    assert worn is None
    assert garment is not None
