"""The first way that can does it; who did not, why, and what it cost is told."""

from __future__ import annotations

import pytest

from tuanyuan.domain.engine import BadRequest, EngineSetup, InputRefused, OutputRefused, Throttled, Transient, Unknown
from tuanyuan.domain.errors import Rejected, WrongUsage
from tuanyuan.domain.messages import problem
from tuanyuan.services.ways import PassedOver, Way, chosen, first_of

FAILURES = [
    (Transient("engine_failed"), 0),
    (Transient("picture_broken"), 7),
    (Throttled("engine_throttled"), 0),
    (Unknown("answer_lost"), 7),
    (InputRefused("engine_input_refused"), 0),
    (OutputRefused("person_not_recognised"), 7),
    (EngineSetup("engine_setup", engine="a", detail="x"), 0),
    (BadRequest("engine_bad_request", engine="a", detail="x"), 0),
    (Rejected("no_face"), 0),
]


def attempt(way):
    if isinstance(way.by, Exception):
        raise way.by
    return way.by


@pytest.mark.parametrize(("failure", "paid"), FAILURES, ids=lambda value: getattr(value, "code", str(value)))
def test_a_known_failure_goes_to_the_next(failure, paid):
    done, report = first_of([Way("a", failure, 7), Way("b", "picture", 2), Way("c", "never")], attempt)
    assert done == "picture"
    assert (report.by, report.cost_fen) == ("b", paid + 2)
    assert [(p.way, p.code, p.problem) for p in report.passed] == [("a", failure.code, failure.problem)]
    told = report.as_dict()
    assert told["not_by"][0] == {"by": "a", **failure.problem.as_dict()}


def test_a_way_that_is_not_asked_costs_nothing():
    _, report = first_of([Way("a", PassedOver("faces_sharp_already"), 7), Way("b", "picture")], attempt)
    told = problem("faces_sharp_already").as_dict()
    assert report.as_dict() == {"by": "b", "not_by": [{"by": "a", **told}], "cost_fen": 0}


def test_the_last_no_is_everybodys():
    with pytest.raises(Rejected) as refused:
        first_of([Way("a", Transient("engine_failed")), Way("b", Rejected("no_face"))], attempt)
    assert refused.value.code == "no_face"


def test_a_bug_is_no_failure_of_a_way():
    with pytest.raises(ZeroDivisionError):
        first_of([Way("a", ZeroDivisionError()), Way("b", "picture")], attempt)


def test_one_may_be_chosen():
    ways = [Way("a", 1), Way("b", 2)]
    assert chosen(ways, None) == ways
    assert [way.name for way in chosen(ways, "b")] == ["b"]
    with pytest.raises(WrongUsage) as refused:
        chosen(ways, "c")
    assert refused.value.code == "engine_unknown"
    assert "a、b" in refused.value.problem.advice_zh
