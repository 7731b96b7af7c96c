"""What an engine far away has made, looked at by the real judge: shown only if everybody is there, then labelled."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from tuanyuan.domain.errors import Rejected
from tuanyuan.domain.ports import Finished, Wish
from tuanyuan.engines.sandbox import broken, draw, wrong_size
from tuanyuan.imaging.decode import decode
from tuanyuan.imaging.label import read_label
from tuanyuan.settings import Settings
from tuanyuan.workshop import Workshop

NAMES = ("man_glasses", "woman_headscarf")
SIZE = (1440, 1080)


@pytest.fixture(scope="module")
def workshop(models_dir, scenes) -> Workshop:
    return Workshop(Settings(models_dir=models_dir, scenes_dir=scenes, threads=2, secret_key="s" * 32))


@pytest.fixture(scope="module")
def photos(samples):
    return [(name, (samples / f"{name}.jpg").read_bytes()) for name in NAMES]


@pytest.fixture(scope="module")
def good(photos) -> bytes:
    """Both of them, side by side."""
    return draw([data for _, data in photos], *SIZE)


def wish(feature="reunion", names=NAMES, **changes) -> Wish:
    return Wish(feature, tuple(names), SIZE, {}, **changes)


def finish(workshop, photos, picture, *args, **changes) -> Finished:
    (finished,) = workshop.finish([picture], photos, wish(*args, **changes))
    return finished


def test_a_good_picture_is_judged_and_labelled(workshop, photos, good):
    finished = finish(workshop, photos, good)
    assert (finished.reason, finished.width, finished.height) == ("", *SIZE)
    label = read_label(finished.data)
    assert label is not None
    assert label.produce_id == finished.facts["produce_id"]
    people = finished.facts["people"]
    assert [(p["photo"], p["person"]) for p in people] == [("man_glasses", 1), ("woman_headscarf", 1)]
    assert all(p["face_distance"] < 0.2 for p in people)
    assert 0.7 < finished.facts["score"] <= 1
    made = decode(finished.data, name="x").rgb
    given = decode(good, name="x").rgb
    corner = np.s_[-120:, -260:]
    assert np.abs(made[corner].astype(int) - given[corner]).max() > 100  # the visible mark
    assert np.abs(made[:400].astype(int) - given[:400]).mean() < 2


def test_everybody_must_be_there(workshop, photos, samples):
    alone = draw([photos[0][1]], *SIZE)
    finished = finish(workshop, photos, alone)
    assert (finished.data, finished.reason) == (None, "not_recognised")
    stranger = draw([photos[0][1], (samples / "woman_blonde.jpg").read_bytes()], *SIZE)
    assert finish(workshop, photos, stranger).data is None


def test_what_cannot_be_opened_is_not_shown(workshop, photos, good):
    for bad in (b"", b"<html>expired</html>", broken(good), b"\xff\xd8\xff\xe0" + b"\0" * 500):
        finished = finish(workshop, photos, bad)
        assert finished.data is None
        assert finished.reason.startswith("file_")


def test_a_picture_far_smaller_than_asked_for_is_not_shown(workshop, photos):
    finished = finish(workshop, photos, wrong_size([data for _, data in photos]))
    assert (finished.data, finished.reason, finished.width) == (None, "picture_too_small", 64)


def test_nothing_of_the_engines_file_leaves(workshop, photos, good):
    """ComfyUI writes the whole prompt into its pictures."""
    told = PngImagePlugin.PngInfo()
    told.add_text("prompt", "grandmother in a red coat")
    file = io.BytesIO()
    Image.open(io.BytesIO(good)).save(file, "PNG", pnginfo=told)
    assert b"grandmother" in file.getvalue()
    finished = finish(workshop, photos, file.getvalue())
    assert finished.data is not None
    assert b"grandmother" not in finished.data


def test_the_free_tier_has_a_watermark(workshop, photos, good):
    plain, marked = (finish(workshop, photos, good, watermark=w) for w in (False, True))
    middle = np.s_[300:800, 200:1200]
    difference = decode(plain.data, name="x").rgb[middle].astype(int) - decode(marked.data, name="x").rgb[middle]
    assert np.abs(difference).max() > 30


def test_goods_need_no_face(workshop):
    goods = io.BytesIO()
    Image.effect_noise(SIZE, 60).convert("RGB").save(goods, "JPEG")
    cup = [("cup", goods.getvalue())]
    finished = finish(workshop, cup, goods.getvalue(), "product", ("cup",))
    assert finished.data is not None
    assert (finished.facts["people"], finished.facts["score"]) == ([], 0.5)


def test_a_style_may_change_a_face_and_is_measured_all_the_same(workshop, photos, samples):
    """An avatar of somebody who cannot be recognised is shown, with its distance; a reunion would not be."""
    other = draw([(samples / "woman_blonde.jpg").read_bytes()], *SIZE)
    finished = finish(workshop, photos[:1], other, "avatar", NAMES[:1])
    assert finished.data is not None
    assert finish(workshop, photos[:1], other, "reunion", NAMES[:1]).data is None


def test_a_chosen_face_of_a_group_is_the_one_looked_for(workshop, samples):
    group = [("group", (samples / "group_of_three.jpg").read_bytes())]
    picture = draw([group[0][1]], *SIZE)
    (all_three,) = workshop.finish([picture], group, Wish("makeover", ("group",), SIZE, {}))
    assert len(all_three.facts["people"]) == 3
    (chosen,) = workshop.finish([picture], group, Wish("makeover", ("group",), SIZE, {"group": (2,)}))
    assert [p["person"] for p in chosen.facts["people"]] == [2]


def test_a_photo_is_prepared_within_the_bounds_of_an_engine(workshop, photos):
    both = workshop.prepare(photos, 60_000, 700, 300_000)
    assert len(both) == 2
    for ready in both:
        assert len(ready.data) <= 60_000
        assert max(ready.width, ready.height) <= 700
        assert ready.width * ready.height <= 300_000
        assert Image.open(io.BytesIO(ready.data)).size == (ready.width, ready.height)
        assert b"Exif" not in ready.data
    assert workshop.prepare(photos[1:], 60_000, 700, 300_000) == both[1:]


def test_what_is_remembered_of_faces_judges_as_the_photos_do(workshop, photos, good, samples):
    names, pictures = list(NAMES), [good, draw([photos[0][1]], *SIZE)]
    remembered = workshop.remember(photos, "reunion", {})
    plain = workshop.finish(pictures, photos, wish())
    unopened = [(name, b"") for name in names]
    for one, same in zip(plain, workshop.finish(pictures, unopened, wish(), remembered), strict=True):
        assert (same.reason, same.width, same.height) == (one.reason, one.width, one.height)
        assert {**same.facts, "produce_id": ""} == {**one.facts, "produce_id": ""}
    group = [("group", (samples / "group_of_three.jpg").read_bytes())]
    second = Wish("makeover", ("group",), SIZE, {"group": (2,)})
    (chosen,) = workshop.finish(
        [draw([group[0][1]], *SIZE)], group, second, workshop.remember(group, "makeover", second.chosen)
    )
    assert [p["person"] for p in chosen.facts["people"]] == [2]


def test_what_was_not_remembered_is_looked_at(workshop, photos, good):
    """Nobody, another length, a photo that there is not: none of it lets a picture through unjudged."""
    remembered = workshop.remember(photos, "reunion", {})
    for strange in (b"", remembered[:-1], b"\xff" * len(remembered)):
        (finished,) = workshop.finish([good], photos, wish(), strange)
        assert [p["photo"] for p in finished.facts["people"]] == list(NAMES)
    with pytest.raises(Rejected, match="file_empty"):
        workshop.finish([good], [(name, b"") for name in NAMES], wish(), remembered[:-1])
    with pytest.raises(Rejected, match="file_empty"):
        workshop.remember([(name, b"") for name in NAMES], "reunion", {})


def test_goods_leave_nothing_to_remember(workshop):
    assert workshop.remember([("cup", b"")], "product", {}) == b""


def test_the_same_pixels_in_another_file_have_the_same_source(workshop, photos, good):
    """Jimeng writes the attempt's own number into each file."""
    same, told = io.BytesIO(), PngImagePlugin.PngInfo()
    told.add_text("number", "2")
    first = io.BytesIO()
    Image.open(io.BytesIO(good)).save(first, "PNG")
    Image.open(io.BytesIO(good)).save(same, "PNG", pnginfo=told)
    one, two = workshop.finish([first.getvalue(), same.getvalue()], photos, wish())
    assert one.facts["source"] == two.facts["source"]
    assert (
        finish(workshop, photos, draw([data for _, data in photos], *SIZE, number=2)).facts["source"]
        != one.facts["source"]
    )
