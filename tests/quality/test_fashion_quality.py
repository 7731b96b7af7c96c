"""How good fashion pages are: the model is the person of the photo, without their old place. Controls must fail."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import cv2
import numpy as np
import pytest
from doubles.opened import Opened

from tuanyuan.domain.order import Order, PhotoHint
from tuanyuan.engines.local.fashion import Fashion
from tuanyuan.imaging.decode import decode
from tuanyuan.store.scenes import SceneFolder

Photo = partial(Opened, role="garment", name="model.jpg")


@pytest.fixture(scope="module", params=["man_glasses", "woman_headscarf"])
def page(request, portrait, models_dir, executor, scenes, judge):
    """The likeness of the person in the photo, and the first page of each style."""
    known = portrait(request.param)
    scene = SceneFolder(scenes).find("studio")
    place = decode(scene.picture.read_bytes(), name="studio", long_side=1600).rgb
    maker = Fashion(models_dir, executor)
    pages = []
    for style in ("studio", "editorial"):
        wanted = Order((PhotoHint("a"),), "fashion", style=style, size=(720, 960))
        ready = maker.prepare([Photo(known.rgb, faces=known.faces)], wanted, scene, place)
        pages.append(maker.render(ready, wanted, maker.plans(ready, wanted)[0]))
    likeness = replace(judge.likeness(known.rgb, known.face), surroundings=ready.around[0])
    return likeness, pages


def test_the_model_is_the_person_of_the_photo(page, judge):
    likeness, pages = page
    for made in pages:
        judged = judge.judge(made.picture, [likeness], made.meshes, made.backdrop, made.owner)
        (person,) = judged.people
        assert person.face_distance < 0.35
        assert person.leftover < 0.1
        assert abs(person.squash) < 0.03
        assert judged.strangers == 0


def test_a_squashed_model_is_found_out(page, judge):
    likeness, pages = page
    height, width = pages[0].picture.shape[:2]
    wide = cv2.resize(pages[0].picture, (round(1.15 * width), height), interpolation=cv2.INTER_AREA)
    meshes = tuple((m * np.float32([1.15, 1])).astype(np.float32) for m in pages[0].meshes)
    (person,) = judge.judge(wide, [likeness], meshes).people
    assert abs(person.squash) > 0.08


def test_pages_keep_a_margin_over_the_hair_and_no_body_floats(page):
    _, pages = page
    for made in pages:
        rows = np.flatnonzero((made.owner > 0).any(1))
        assert 0.02 * 960 < rows[0] < 0.4 * 960
        assert rows[-1] == 959
