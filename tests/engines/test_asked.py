"""What an order asks for must be understood by the engine, or it is refused before it costs."""

from __future__ import annotations

import pytest

from tuanyuan.domain.capabilities import Capabilities, Model, Parameter
from tuanyuan.domain.errors import WrongUsage
from tuanyuan.domain.job import JobRequest
from tuanyuan.engines import asked

TAKEN = {
    "seed": Parameter("sent", "seed"),
    "size": Parameter("emulated", "aspectRatio"),
    "beauty_level": Parameter("emulated", "prompt"),
    "fps": Parameter("none"),
}


def check(options, taken=TAKEN):
    models = (Model("one", frozenset({"reunion"})),)
    order = JobRequest("reunion", ("p1",), options=options)
    asked.check(order, Capabilities("引擎", "Engine", "here", models, parameters=taken))


def refused(options, taken=TAKEN):
    with pytest.raises(WrongUsage) as caught:
        check(options, taken)
    assert caught.value.code == "option_invalid"
    return caught.value.problem.message_zh + caught.value.problem.advice_zh


@pytest.mark.parametrize("options", [{}, {"seed": 7}, {"size": "1024x1536", "beauty_level": 0}])
def test_what_is_sent_or_emulated_may_be_asked_for(options):
    check(options)


def test_what_holds_when_nothing_is_said_is_not_refused():
    check({}, taken={})


def test_what_the_table_says_none_of_is_refused_by_name_and_told_what_would_do():
    words = refused({"fps": 10})
    assert "options.fps" in words
    assert "seed、size、beauty_level" in words


def test_its_default_is_refused_too_when_it_is_asked_for():
    assert "options.fps" in refused({"seed": 7, "fps": 10})


def test_what_the_table_does_not_name_is_refused():
    assert "options.repair" in refused({"repair": True})


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"colour": "red"}, "options.colour"),
        ({"seed": -1}, "options.seed"),
        ({"seed": True}, "options.seed"),
        ({"size": "10x10"}, "options.size"),
        ({"size": "1920x1440", "resolution": "4k"}, "options.resolution"),
    ],
)
def test_what_is_unknown_or_out_of_bounds_is_refused(options, field):
    assert field in refused(options)
