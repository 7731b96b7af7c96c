"""One call of one engine: sent once, waited for, judged; and what is found before it costs anything."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from doubles.books import new_id
from doubles.routes import PlainPixels, PlainPrompts, good
from doubles.studio import Cloud, a_task, cloudy

from tuanyuan.domain.capabilities import Model
from tuanyuan.domain.engine import (
    EngineRequest,
    EngineResult,
    InputRefused,
    Pending,
    Picture,
    Prompt,
    TaskRef,
    Throttled,
    Transient,
    Unknown,
)
from tuanyuan.domain.errors import Conflict, OurFault, PhotosRejected, Rejected, WrongUsage
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.messages import problem
from tuanyuan.domain.photo import PhotoReport
from tuanyuan.domain.ports import Finished
from tuanyuan.services.briefing import Briefing
from tuanyuan.services.generating import Generating
from tuanyuan.services.tries import Chosen

FAR = Model("far", frozenset({"reunion"}), references=5, outputs=2, price_fen=20)
PHOTOS = (("1-her.jpg", b"her"), ("2-him.jpg", b"him"))
ORDER = JobRequest("reunion", ("1-her.jpg", "2-him.jpg"))
TOLD: list[tuple[float, str, str]] = []


class Looking(PlainPixels):
    """Looks at photos too. bad: names of those that cannot be used."""

    def __init__(self, *bad: str) -> None:
        super().__init__()
        self.bad, self.examined = bad, []

    def examine(self, data: bytes, name: str) -> PhotoReport:
        self.examined.append((name, data))
        problems = (problem("no_face"),) if name in self.bad else ()
        return PhotoReport(name, not problems, 900, 1200, (), problems)


def far(*script: Any, model: Model = FAR, **changes: Any) -> Cloud:
    told = {"models": (model,), "complete": False, **changes}
    return Cloud(list(script), capabilities=cloudy(**told), name="far")


def raw(*pictures: bytes, **more: Any) -> Any:
    def act(engine: Cloud, request: EngineRequest) -> EngineResult:
        del engine, request
        return EngineResult(tuple(Picture(data) for data in pictures), **more)

    return act


def generating(pixels: Looking, **changes: Any) -> Generating:
    told: dict[str, Any] = {"clock": lambda: datetime(2026, 2, 16, tzinfo=UTC), "new_id": new_id, "run": asyncio.run}
    return Generating(Briefing(pixels, PlainPrompts()), **{**told, **changes})


def once(engine: Cloud, pixels: Looking | None = None, order: JobRequest = ORDER, **changes: Any) -> Any:
    more = {name: changes.pop(name) for name in ("prompt", "candidates") if name in changes}
    chosen = Chosen(engine, engine.capabilities.models[0])
    use_case = generating(pixels or Looking(), **changes)
    return use_case.once(chosen, order, PHOTOS, lambda *told: TOLD.append(told), **more)


@pytest.mark.parametrize("error", [Transient("engine_failed"), Throttled("engine_throttled"), Unknown("answer_lost")])
def test_it_is_sent_once_and_never_again(error):
    engine, slept = far(error), []
    with pytest.raises(type(error)) as raised:
        once(engine, sleep=slept.append)
    assert (raised.value.code, len(engine.calls), slept) == (error.code, 1, [])


def test_a_task_is_asked_for_until_it_is_done_also_over_lost_answers():
    made = raw(b"picture", cost_fen=20)(None, None)
    engine, slept = far(a_task), []
    engine.polls = [Pending(0.3, 1.5), Unknown("answer_lost"), Throttled("engine_throttled"), Pending(None, 4.0), made]
    result = once(engine, sleep=slept.append)
    assert (len(engine.calls), engine.polled) == (1, [TaskRef("far", "task-1")] * 5)
    assert slept == [1.5, 2.0, 2.0, 4.0]
    assert [picture.data for picture in result.pictures] == [good(b"picture").data]


def test_a_task_that_is_refused_is_told_so():
    engine = far(a_task)
    engine.polls = [InputRefused("engine_input_refused")]
    with pytest.raises(InputRefused):
        once(engine)
    assert len(engine.polled) == 1


def test_at_the_models_deadline_it_is_late():
    engine = far(a_task, model=Model("far", frozenset({"reunion"}), references=5, deadline=0.02))
    engine.polls = [Pending(None, 0.0)] * 1000
    with pytest.raises(Transient) as late:
        once(engine, sleep=lambda _: time.sleep(0.005))
    assert late.value.code == "engine_late"


def test_what_is_no_error_of_ours_comes_through():
    with pytest.raises(ZeroDivisionError):
        once(far(ZeroDivisionError()))


@pytest.mark.parametrize(("region", "export", "asked"), [("cn", False, 0), ("cn", True, 1), ("sg", False, 1)])
def test_photos_go_abroad_only_where_that_was_agreed(region, export, asked):
    engine, pixels = far(raw(b"picture"), region="abroad"), Looking()
    if asked:
        once(engine, pixels, region=region, export=export)
    else:
        with pytest.raises(Conflict) as refused:
            once(engine, pixels, region=region, export=export)
        assert refused.value.code == "abroad_not_agreed"
        assert pixels.prepared == []
    assert len(engine.calls) == asked


def test_photos_that_cannot_be_used_are_told_together_before_anything_is_sent():
    engine, pixels = far(), Looking("1-her.jpg", "2-him.jpg")
    with pytest.raises(PhotosRejected) as refused:
        once(engine, pixels)
    assert [report.file for report in refused.value.reports] == ["1-her.jpg", "2-him.jpg"]
    assert engine.calls == []


def test_the_photo_of_a_garment_needs_no_face():
    engine, pixels = far(raw(b"picture"), model=Model("far", frozenset({"tryon"}), references=5)), Looking("2-him.jpg")
    once(engine, pixels, JobRequest("tryon", ("1-her.jpg", "2-him.jpg")))
    assert [reference.role for reference in engine.calls[0].references] == ["person", "garment"]


def test_an_engine_that_is_complete_looks_itself_and_its_pictures_are_taken_as_they_are():
    engine, pixels = far(complete=True), Looking("1-her.jpg")
    result = once(engine, pixels)
    assert (pixels.examined, pixels.wishes) == ([], [])
    assert [picture.labelled for picture in result.pictures] == [True]


def test_an_order_that_the_engine_does_not_understand_is_not_sent():
    engine = far()
    with pytest.raises(WrongUsage):
        once(engine, order=JobRequest("reunion", ORDER.photos, options={"nonsense": 1}))
    assert engine.calls == []


@pytest.mark.parametrize(("wanted", "sent"), [(1, 1), (2, 2), (4, 2)])
def test_no_more_is_asked_for_than_one_call_brings(wanted, sent):
    engine = far(raw(b"picture"))
    once(engine, candidates=wanted)
    assert [call.candidates for call in engine.calls] == [sent]
    assert engine.calls[0].watermark is False


def test_words_of_the_operator_stand_for_the_librarys():
    engine = far(raw(b"picture"), raw(b"picture"))
    assert once(engine).prompt.text == "reunion of 2"
    words = Prompt("一张全家福", version="command line")
    assert once(engine, prompt=words).prompt == words
    assert engine.calls[1].prompt == words


def test_the_best_is_first_and_what_may_not_be_shown_is_told_with_its_reason():
    pixels = Looking()
    pixels.finishing = [good(b"a", 0.5), Finished(None, 0, 0, "not_recognised", {}), good(b"c", 0.8)]
    result = once(far(raw(b"a", b"b", b"c", cost_fen=60, missing="moderated")), pixels, candidates=2)
    assert [picture.facts["score"] for picture in result.pictures] == [0.8, 0.5]
    told = result.as_dict()
    assert (told["rejected"], told["billed"], told["cost_fen"]) == (["not_recognised"], 3, 60)
    assert (told["engine"], told["model"], told["missing"]) == ("far", "far", "moderated")
    assert json.loads(json.dumps(told)) == told


def test_no_picture_at_all_is_said():
    with pytest.raises(Rejected) as refused:
        once(far(raw(missing="moderated")))
    assert refused.value.code == "nothing_made"


def test_a_model_that_reads_by_address_needs_one():
    engine = far(model=Model("far", frozenset({"reunion"}), references=5, needs_address=True))
    with pytest.raises(OurFault) as refused:
        once(engine)
    assert (refused.value.code, engine.calls) == ("public_url_missing", [])
