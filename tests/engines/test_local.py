"""The local engine behind the port: what it understands, what it refuses before it costs, what it answers."""

from __future__ import annotations

import asyncio
import json
from importlib import import_module
from string import Formatter
from typing import Any

import pytest

from tuanyuan.domain.capabilities import Limits
from tuanyuan.domain.engine import BadRequest, Beyond, EngineRequest, InputRefused, TaskRef, Throttled, Transient
from tuanyuan.domain.errors import NotNow, OurFault, PhotosRejected, Rejected, WrongUsage
from tuanyuan.domain.job import JobRequest, Person
from tuanyuan.domain.messages import MESSAGES, outfits, problem, tryon
from tuanyuan.domain.order import Order, PhotoHint
from tuanyuan.domain.photo import PhotoReport
from tuanyuan.domain.ports import Made
from tuanyuan.engines.local.engine import LocalEngine
from tuanyuan.engines.local.ordering import STYLES, UNDERSTOOD, as_fields, local_order
from tuanyuan.imaging.label import read_label
from tuanyuan.processes.pixels import PixelProcesses
from tuanyuan.settings import Settings
from tuanyuan.wiring.makers import FILM_MAKER, MAKERS
from tuanyuan.workshop import order_of


def request(photos=("p1", "p2"), **fields: Any) -> JobRequest:
    return JobRequest("reunion", tuple(photos), **fields)


class Pixels:
    """Notes what is asked for, and answers as told."""

    def __init__(self, answer: Any) -> None:
        self.answer, self.asked = answer, []

    def make(self, feature, photos, order, progress):
        self.asked.append((feature, photos, order))
        progress(0.5, "一半", "half")
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def submit(engine, order, photos=(("p1", b"1"), ("p2", b"2")), candidates=4, watermark=False, progress=lambda *_: None):
    asked = EngineRequest("job", order, photos, candidates, watermark)
    return asyncio.run(engine.submit(asked, "attempt", progress))


def test_without_a_word_the_usual_portrait_is_made():
    made = local_order(request(), 4, False)
    assert made == Order((PhotoHint("p1"), PhotoHint("p2")), "reunion", candidates=4, seed=1001, beauty=1)
    assert made.frame == (1920, 1440)


def test_everything_that_was_said_is_understood():
    order = request(
        background="studio-portrait",
        options={"size": "1280x960", "seed": 7, "beauty_level": 0},
        people=(Person("p2", 0.8, "front", (1, 3)),),
    )
    made = local_order(order, 1, True)
    hints = (PhotoHint("p1"), PhotoHint("p2", 0.8, "front", (1, 3)))
    assert made == Order(hints, "reunion", "studio-portrait", None, 1, (1280, 960), 7, 0, True)
    assert order_of("reunion", json.loads(json.dumps(as_fields(made)))) == made


@pytest.mark.parametrize(("name", "size"), [("1080p", (1440, 1080)), ("2k", (1920, 1440)), ("4k", (4096, 3072))])
def test_a_resolution_is_a_size(name, size):
    assert local_order(request(options={"resolution": name}), 4, False).size == size


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"colour": "red"}, "options.colour"),
        ({"size": "100x100"}, "options.size"),
        ({"size": "4096x500"}, "options.size"),
        ({"size": "９６０x７２０"}, "options.size"),
        ({"size": [640, 480]}, "options.size"),
        ({"resolution": "8k"}, "options.resolution"),
        ({"resolution": ["2k"]}, "options.resolution"),
        ({"size": "640x480", "resolution": "2k"}, "options.resolution"),
        ({"seed": -1}, "options.seed"),
        ({"seed": 2**31 + 1}, "options.seed"),
        ({"seed": 1.0}, "options.seed"),
        ({"seed": True}, "options.seed"),
        ({"seed": "1"}, "options.seed"),
        ({"beauty_level": 6}, "options.beauty_level"),
        ({"beauty_level": None}, "options.beauty_level"),
        ({"x" * 500: 1}, "options." + "x" * 52),
    ],
)
def test_an_option_that_is_not_understood_is_refused_by_name(options, field):
    pixels = Pixels(None)
    engine = LocalEngine(pixels, Limits())
    with pytest.raises(WrongUsage) as caught:
        engine.check(request(options=options))
    assert caught.value.code == "option_invalid"
    assert caught.value.problem.message_en == f"This choice is not valid: {field}"
    with pytest.raises(WrongUsage):
        submit(engine, request(options=options))
    assert pixels.asked == []


@pytest.mark.parametrize(
    ("order", "field"),
    [
        (request(photos=()), "photos"),
        (request(photos="abcdef"), "photos"),
        (request(photos=("a", "a")), "photos"),
        (request(style="oil"), "style"),
        (JobRequest("dance", ("p1",)), "feature"),
        (request(people=(Person("other"),)), "people.photo"),
        (request(people=(Person("p1"), Person("p1"))), "people.photo"),
        (request(people=(Person("p1", scale=0.1),)), "people.scale"),
        (request(people=(Person("p1", scale=float("nan")),)), "people.scale"),
        (request(people=(Person("p1", row="middle"),)), "people.row"),
        (request(people=(Person("p1", faces=(0,)),)), "people.faces"),
    ],
)
def test_a_wrong_order_is_refused_by_the_field(order, field):
    with pytest.raises(WrongUsage) as caught:
        LocalEngine(Pixels(None), Limits()).check(order)
    assert caught.value.problem.message_en.endswith(f": {field}")


def test_a_good_order_is_let_through_and_nothing_is_made():
    pixels = Pixels(None)
    LocalEngine(pixels, Limits()).check(request(options={"seed": 1}))
    assert pixels.asked == []


def test_the_answer_holds_the_pictures_best_first_with_their_facts():
    entries = [
        {"file": f"{n}.jpg", "rank": n, "score": 1 - n / 10, "width": 4, "height": 3, "people": [], "warnings": []}
        for n in (2, 1)
    ]
    pixels = Pixels(Made({"1.jpg": b"one", "2.jpg": b"two"}, {"candidates": entries}))
    steps = []
    result = submit(
        LocalEngine(pixels, Limits()), request(), candidates=2, watermark=True, progress=lambda *s: steps.append(s)
    )
    assert [(p.data, p.width, p.height, p.labelled) for p in result.pictures] == [
        (b"one", 4, 3, True),
        (b"two", 4, 3, True),
    ]
    assert result.pictures[0].facts == {
        "rank": 1, "score": 0.9, "width": 4, "height": 3, "people": [], "warnings": []
    }  # fmt: skip
    assert (result.cost_fen, result.exhausted) == (0, True)
    ((feature, photos, order),) = pixels.asked
    assert (feature, photos) == ("reunion", (("p1", b"1"), ("p2", b"2")))
    assert (order["candidates"], order["watermark"]) == (2, True)
    assert steps == [(0.5, "一半", "half")]


def test_made_anew_is_made_otherwise_and_the_same_however_often_the_step_runs():
    pixels = Pixels(Made({}, {"candidates": []}))
    engine = LocalEngine(pixels, Limits())
    for order in (request(), request(again=True), request(again=True), request(again=True, options={"seed": 5})):
        submit(engine, order)
    seeds = [order["seed"] for _, _, order in pixels.asked]
    assert seeds[0] == 1001
    assert 1001 < seeds[1] == seeds[2] <= 1001 + 4096
    assert seeds[3] == 5


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Rejected("result_not_good", reasons="x"), InputRefused),
        (PhotosRejected([PhotoReport("p1", False, 0, 0, (), (problem("no_face"),))]), InputRefused),
        (NotNow("pixel_work_killed"), Transient),
        (NotNow("busy"), Throttled),
    ],
)
def test_a_refusal_is_one_of_the_engine_errors_with_the_same_words(error, kind):
    with pytest.raises(kind) as caught:
        submit(LocalEngine(Pixels(error), Limits()), request())
    assert type(caught.value) is kind
    assert caught.value.problem == error.problem


def test_a_fault_of_ours_is_not_dressed_up():
    with pytest.raises(OurFault) as caught:
        submit(LocalEngine(Pixels(OurFault("label_unverified")), Limits()), request())
    assert type(caught.value) is OurFault


def test_there_are_no_tasks_to_ask_for():
    with pytest.raises(BadRequest):
        asyncio.run(LocalEngine(Pixels(None), Limits()).poll(TaskRef("local", "1")))


def test_the_loop_stays_free_while_a_picture_is_made(models_dir, scenes, samples):
    """Two sample photos, all the way: other coroutines go on meanwhile."""
    settings = Settings(models_dir=models_dir, scenes_dir=scenes, threads=2)
    pixels = PixelProcesses(settings.model_dump_json(include={"models_dir", "scenes_dir", "threads"}), 1)
    engine = LocalEngine(pixels, Limits())
    names = ("astronaut", "man_black_hair")
    photos = tuple((name, (samples / f"{name}.jpg").read_bytes()) for name in names)
    order = request(names, options={"size": "640x480"}, background="new-year-wall")
    turns = 0

    async def go():
        nonlocal turns
        work = asyncio.create_task(
            engine.submit(EngineRequest("job", order, photos, 1, True), "attempt", lambda *_: None)
        )
        while not work.done():
            turns += 1
            await asyncio.sleep(0.01)
        return await work

    try:
        result = asyncio.run(go())
    finally:
        pixels.close()
    assert turns > 10
    (picture,) = result.pictures
    assert (picture.width, picture.height, picture.labelled) == (640, 480, True)
    assert read_label(picture.data).produce_id == picture.facts["produce_id"]
    assert [p["photo"] for p in picture.facts["people"]] == list(names)
    assert all(p["face_distance"] < 0.45 for p in picture.facts["people"])


@pytest.mark.parametrize(
    ("feature", "module"),
    [("avatar", "avatar"), ("fashion", "fashion_looks"), ("product", "product"), ("restore", "restore")],
)
def test_the_styles_that_are_offered_are_those_that_are_made(feature, module):
    made = import_module(f"tuanyuan.engines.local.{module}").STYLES
    assert sorted(STYLES[feature]) == sorted(made)


def test_every_feature_that_is_offered_has_its_maker():
    every = {**MAKERS, "motion": FILM_MAKER}
    assert set(every) == set(UNDERSTOOD)
    for feature, (module, name) in every.items():
        assert getattr(import_module(f"tuanyuan.engines.local.{module}"), name).feature == feature


def test_a_finished_picture_takes_the_place_of_a_photo():
    order = local_order(JobRequest("card", (), work="w", style="wedding", options={"words": "百年好合"}), 1, False)
    assert order.photos == (PhotoHint("w"),)
    assert (order.style, dict(order.options)) == ("wedding", {"words": "百年好合"})


@pytest.mark.parametrize(("feature", "wanted"), [("makeover", True), ("reunion", False)])
def test_a_mask_is_taken_where_clothes_are_changed(feature, wanted):
    order = JobRequest(feature, ("p1",), mask="m")
    if wanted:
        assert local_order(order, 4, False).mask == "m"
        return
    with pytest.raises(WrongUsage, match="mask"):
        local_order(order, 4, False)


@pytest.mark.parametrize(
    ("order", "looks"),
    [
        (JobRequest("tryon", ("p1", "p2")), True),
        (JobRequest("makeover", ("p1",), options={"cloth_style": "tang"}), True),
        (JobRequest("makeover", ("p1",)), False),
        (JobRequest("reunion", ("p1",)), False),
    ],
)
def test_photos_are_looked_at_beforehand_where_many_will_not_do(order, looks):
    assert LocalEngine(Pixels(None), Limits()).looks(order) is looks


@pytest.mark.parametrize("code", [*outfits.MESSAGES, *tryon.MESSAGES])
def test_what_this_computer_cannot_do_another_engine_may(code):
    facts = {name: "x" for text in MESSAGES[code] for _, name, _, _ in Formatter().parse(text) if name}
    with pytest.raises(Beyond):
        submit(LocalEngine(Pixels(Rejected(code, **facts)), Limits()), request())
