"""What an HTTP status says alone, and which codes may be shown."""

from __future__ import annotations

import pytest

from tuanyuan.domain.engine import BadRequest, EngineSetup, Throttled, Transient, Unknown
from tuanyuan.engines import statuses


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (301, EngineSetup, "engine_setup"),
        (400, BadRequest, "engine_bad_request"),
        (401, EngineSetup, "engine_setup"),
        (402, EngineSetup, "engine_out_of_credit"),
        (403, EngineSetup, "engine_setup"),
        (404, EngineSetup, "engine_setup"),
        (405, BadRequest, "engine_bad_request"),
        (429, Throttled, "engine_throttled"),
        (499, BadRequest, "engine_bad_request"),
        (500, Transient, "engine_failed"),
        (502, Transient, "engine_failed"),
        (503, Transient, "engine_failed"),
        (504, Unknown, "answer_lost"),
        (599, Unknown, "answer_lost"),
    ],
)
def test_each_status_has_its_class(status, kind, code):
    error = statuses.refused(status, "gemini", None)
    assert type(error) is kind
    assert error.code == code


def test_who_calls_it_safe_may_ask_again():
    assert type(statuses.refused(504, "gemini", None, safe=frozenset({504}))) is Transient
    assert type(statuses.refused(500, "gemini", None, safe=frozenset({504}))) is Unknown


def test_when_to_come_again_is_kept():
    assert statuses.refused(429, "gemini", None, 12).retry_after == 12
    assert statuses.throttled(None).retry_after is None


@pytest.mark.parametrize("code", ["INVALID_ARGUMENT", "InvalidParameter.Size", "model_shut_down:gpt-image-1", "50412"])
def test_a_code_is_shown(code):
    assert statuses.short(code, "400") == code
    assert code in str(statuses.refused(400, "gemini", code))


@pytest.mark.parametrize("code", ["", "two words", "x" * 61, "词", "a\nb", None, 5, [], {}])
def test_anything_else_is_not(code):
    assert statuses.short(code, "400") == "400"
    assert "400" in str(statuses.refused(400, "gemini", code))
