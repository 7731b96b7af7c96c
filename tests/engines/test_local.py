"""The local engine behind the port: what it understands, what it refuses before it costs, what it answers."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tuanyuan.domain.capabilities import Limits
from tuanyuan.domain.engine import BadRequest, EngineRequest, InputRefused, TaskRef, Throttled, Transient
from tuanyuan.domain.errors import NotNow, OurFault, PhotosRejected, Rejected, WrongUsage
from tuanyuan.domain.job import JobRequest, Person
from tuanyuan.domain.messages import problem
from tuanyuan.domain.photo import PhotoReport
from tuanyuan.domain.ports import Made
from tuanyuan.domain.reunion import Order, PersonHint
from tuanyuan.engines.local.engine import LocalEngine
from tuanyuan.engines.local.ordering import as_fields, reunion_order
from tuanyuan.imaging.label import read_label
from tuanyuan.processes.pixels import PixelProcesses
from tuanyuan.settings import Settings
from tuanyuan.workshop import reunion_order as order_from_json


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
    made = reunion_order(request(), 4, False)
    assert made == Order((PersonHint("p1"), PersonHint("p2")), "new-year-wall", 4, (1920, 1440), 1001, 1, False)


def test_everything_that_was_said_is_understood():
    order = request(
        background="studio-portrait",
        options={"size": "1280x960", "seed": 7, "beauty_level": 0},
        people=(Person("p2", 0.8, "front", (1, 3)),),
    )
    made = reunion_order(order, 1, True)
    hints = (PersonHint("p1"), PersonHint("p2", 0.8, "front", (1, 3)))
    assert made == Order(hints, "studio-portrait", 1, (1280, 960), 7, 0, True)
    assert order_from_json(json.loads(json.dumps(as_fields(made)))) == made


@pytest.mark.parametrize(("name", "size"), [("1080p", (1440, 1080)), ("2k", (1920, 1440)), ("4k", (4096, 3072))])
def test_a_resolution_is_a_size(name, size):
    assert reunion_order(request(options={"resolution": name}), 4, False).size == size


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
        (JobRequest("makeover", ("p1",)), "feature"),
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
