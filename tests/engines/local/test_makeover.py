"""One photo's people before another background: as they stand, whole, in four versions, in own or other clothes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from tuanyuan.domain.errors import OurFault, Rejected
from tuanyuan.domain.messages import MESSAGES
from tuanyuan.domain.order import Order, PhotoHint, Plan
from tuanyuan.domain.scene import Light, Scene
from tuanyuan.engines.local.makeover import Makeover

SIZE = (960, 720)


@dataclass(frozen=True, eq=False)
class Opened:
    """A photo as a maker is shown it."""

    name: str
    rgb: np.ndarray
    faces: tuple[Any, ...] = ()
    others: tuple[Any, ...] = ()
    role: str = "person"
    alpha: None = None
    likenesses: tuple[Any, ...] = ()


class Wardrobe:
    """Paints the whole photo in one plain colour for each variant."""

    colours = ((200, 20, 20), (20, 20, 200), (20, 160, 60), (120, 20, 120))

    def __init__(self, problem=None):
        self.problem, self.asked = problem, []

    def fit(self, photo, outfit, mask):
        del outfit, mask
        if self.problem:
            raise Rejected(self.problem, file=photo.name)

    def dress(self, photo, outfit, mask, variants):
        self.asked.append((photo.name, outfit, None if mask is None else mask.shape, variants))
        return tuple(np.full_like(photo.rgb, colour) for colour in self.colours[:variants])


@pytest.fixture(scope="module")
def executor():
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture(scope="module")
def maker(models_dir, executor):
    return Makeover(models_dir, executor)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A plain grey-green room lit from the left, and its picture."""
    scene = Scene("room", "房间", "room", tmp_path_factory.getbasetemp(), light=Light(direction=(-0.5, 0.3, 0.8)))
    return scene, np.full((720, 960, 3), (90, 120, 100), np.uint8)


@pytest.fixture(scope="module")
def group(portrait):
    known = portrait("group_of_three")
    return Opened("group_of_three", known.rgb, known.faces)


@pytest.fixture(scope="module")
def order():
    return Order((PhotoHint("group_of_three"),), feature="makeover", size=SIZE)


@pytest.fixture(scope="module")
def prepared(maker, group, order, place):
    return maker.prepare([group], order, *place)


@pytest.fixture(scope="module")
def candidates(maker, prepared, order):
    return [maker.render(prepared, order, plan) for plan in maker.plans(prepared, order)]


def chosen(photo, *numbers):
    """The photo with only the faces of these numbers wanted."""
    kept = tuple(f for n, f in enumerate(photo.faces) if n in numbers)
    return replace(photo, faces=kept, others=tuple(f for n, f in enumerate(photo.faces) if n not in numbers))


def test_there_are_four_and_they_differ_in_look_and_crop(candidates, prepared):
    assert [c.picture.shape for c in candidates] == [(720, 960, 3)] * 4
    assert len({c.facts["look"] for c in candidates}) == 4
    assert len({c.facts["crop"] for c in candidates}) == 3
    assert prepared.people == ((0, 0), (0, 1), (0, 2))
    small = [c.picture[::8, ::8].astype(float) for c in candidates]
    assert min(np.abs(a - b).mean() for i, a in enumerate(small) for b in small[i + 1 :]) > 5


def test_people_stay_as_they_stand_to_each_other(candidates, group):
    before = np.concatenate([f.mesh[:, :2] for f in group.faces])
    for candidate in candidates:
        after = np.concatenate(candidate.meshes)
        a, b = before - before.mean(0), after - after.mean(0)
        scale = (a * b).sum() / (a * a).sum()
        assert np.abs(b - scale * a).max() < 0.5  # pixels: moved and scaled together, nothing else


def test_the_faces_are_where_the_meshes_say(candidates, finder):
    for candidate in candidates:
        found = sorted(finder.find(candidate.picture, thorough=True), key=lambda f: f.box[0])
        assert len(found) == 3
        for face, mesh in zip(found, candidate.meshes, strict=True):
            assert np.abs(face.mesh[:, :2].mean(0) - mesh.mean(0)).max() < 0.1 * face.width


def test_the_same_order_gives_the_same_pixels(maker, prepared, order, candidates):
    assert np.array_equal(maker.render(prepared, order, Plan(0, "daylight")).picture, candidates[0].picture)
    other = maker.render(prepared, replace(order, seed=7), Plan(0, "daylight"))
    assert not np.array_equal(other.picture, candidates[0].picture)


def test_only_the_wanted_are_in_the_picture(maker, group, order, place, finder):
    one = chosen(group, 0)
    maker.fit([one], order)
    prepared = maker.prepare([one], order, *place)
    rendering = maker.render(prepared, order, Plan(0, "daylight"))
    assert len(finder.find(rendering.picture, thorough=True)) == 1
    assert len(rendering.meshes) == 1
    assert "people_parted" in rendering.notes[0]


def test_who_nobody_can_tell_apart_is_refused(maker, order, portrait, place):
    known = portrait("man_glasses")
    # The same head twice at nearly one place: no border between them can be right.
    ghost = replace(known.face, mesh=known.face.mesh + np.array([0.35 * known.face.width, 0, 0], np.float32))
    photo = Opened("one.jpg", known.rgb, (known.face,), (ghost,))
    with pytest.raises(Rejected, match=r"one\.jpg") as told:
        maker.fit([photo], order)
    assert told.value.problem.code == "people_inseparable"
    with pytest.raises(Rejected):
        maker.prepare([photo], order, *place)


def test_an_upright_picture_holds_everybody(maker, group, place):
    order = Order((PhotoHint("group_of_three"),), feature="makeover", size=(720, 1280), candidates=1)
    prepared = maker.prepare([group], order, *place)
    rendering = maker.render(prepared, order, Plan(0, "daylight"))
    assert rendering.picture.shape == (1280, 720, 3)
    assert all(m[:, 0].min() >= 0 and m[:, 0].max() <= 720 and m[:, 1].max() <= 1280 for m in rendering.meshes)


def test_nothing_of_the_group_ends_above_the_lower_edge(candidates):
    for candidate in candidates:
        for mesh in candidate.meshes:
            middle = round(float(mesh[:, 0].mean()))
            assert (candidate.owner[-1, middle - 15 : middle + 15] > 0).all()


@pytest.mark.parametrize("size", [(960, 720), (720, 1280), (720, 720)])
@pytest.mark.parametrize(("name", "cut"), [("woman_blonde", True), ("man_black_hair", False)])
def test_only_hair_that_the_photo_cuts_meets_the_upper_edge(maker, portrait, place, size, name, cut):
    known = portrait(name)
    order = Order((PhotoHint(name),), feature="makeover", size=size)
    prepared = maker.prepare([Opened(name, known.rgb, known.faces)], order, *place)
    made = [maker.render(prepared, order, plan) for plan in maker.plans(prepared, order)]
    assert [bool((m.owner[0] > 0).mean() > 0.15) for m in made] == [cut] * 4
    assert all(m.meshes[0][:, 1].min() > 0.05 * size[1] for m in made)


def test_after_a_failed_check_the_plainest_light_is_tried_and_then_nothing(maker):
    again = maker.changed(Plan(3, "evening"))
    assert again == Plan(3, "daylight", 1)
    assert maker.changed(again) is None


def test_beauty_is_in_the_picture(maker, portrait, place):
    known = portrait("elderly_man")
    photo = Opened("elderly_man", known.rgb, known.faces)
    plain, evened = (
        maker.render(maker.prepare([photo], o, *place), o, Plan(0, "daylight")).picture.astype(int)
        for o in (Order((PhotoHint("x"),), "makeover", size=SIZE, candidates=1, beauty=b) for b in (0, 5))
    )
    changed = np.abs(plain - evened).max(2) > 3
    assert 0.01 < changed.mean() < 0.3


def test_each_candidate_wears_its_own_variant(models_dir, executor, portrait, place):
    wardrobe = Wardrobe()
    maker = Makeover(models_dir, executor, wardrobe)
    known = portrait("man_glasses")
    mask = Opened("mask", np.zeros((*known.rgb.shape[:2], 3), np.uint8), role="mask")
    order = Order((PhotoHint("man"),), "makeover", size=SIZE, candidates=2, options={"cloth_style": "tang"})
    prepared = maker.prepare([Opened("man", known.rgb, known.faces), mask], order, *place)
    assert wardrobe.asked == [("man", "tang", known.rgb.shape[:2], 2)]
    red, blue = (maker.render(prepared, order, plan) for plan in maker.plans(prepared, order))
    worn = [c.picture[c.owner > 0].mean(0) for c in (red, blue)]
    assert worn[0][0] > worn[0][2] + 60
    assert worn[1][2] > worn[1][0] + 60
    assert np.array_equal(prepared.dressed[0].cutout.alpha, prepared.dressed[1].cutout.alpha)


def test_what_the_outfit_refuses_is_refused_before_anything_is_made(models_dir, executor, portrait):
    known = portrait("man_glasses")
    maker = Makeover(models_dir, executor, Wardrobe("people_inseparable"))
    order = Order((PhotoHint("man"),), "makeover", size=SIZE, options={"cloth_style": "cheongsam"})
    with pytest.raises(Rejected):
        maker.fit([Opened("man", known.rgb, known.faces)], order)


def test_without_a_place_it_is_our_fault(maker, portrait):
    known = portrait("man_glasses")
    photo = Opened("man", known.rgb, known.faces)
    plain = Order((PhotoHint("man"),), "makeover", size=SIZE)
    with pytest.raises(OurFault):
        maker.prepare([photo], plain, None, None)


@pytest.mark.parametrize("code", ["people_inseparable", "people_parted", "body_hidden"])
def test_every_code_has_words(code):
    assert all(MESSAGES[code])
