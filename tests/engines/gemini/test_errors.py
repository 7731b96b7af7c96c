"""Gemini's HTTP errors as ours (contract §3.5)."""

from __future__ import annotations

import json

import pytest

from tuanyuan.domain.engine import BadRequest, EngineSetup, Throttled, Transient, Unknown
from tuanyuan.engines.gemini.refusals import refusal
from tuanyuan.engines.wire import Answer

SECRET = "the words of the prompt"


def error(status, code=None, details=(), headers=None, body=None):
    told = {"error": {"code": status, "message": SECRET, "status": code, "details": list(details)}}
    return refusal(Answer(status, headers or {}, json.dumps(told).encode() if body is None else body))


def retry(delay):
    return {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}


def quota(name):
    return {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": name}]}


@pytest.mark.parametrize(
    ("status", "code", "kind", "ours"),
    [
        (400, "INVALID_ARGUMENT", BadRequest, "engine_bad_request"),
        (400, "FAILED_PRECONDITION", EngineSetup, "engine_setup"),
        (401, "UNAUTHENTICATED", EngineSetup, "engine_setup"),
        (403, "PERMISSION_DENIED", EngineSetup, "engine_setup"),
        (404, "NOT_FOUND", EngineSetup, "engine_setup"),
        (408, None, Transient, "engine_failed"),
        (429, "RESOURCE_EXHAUSTED", Throttled, "engine_throttled"),
        (500, "INTERNAL", Transient, "engine_failed"),
        (502, None, Transient, "engine_failed"),
        (503, "UNAVAILABLE", Transient, "engine_failed"),
        (504, "DEADLINE_EXCEEDED", Transient, "engine_failed"),
        # Beyond the contract: by what the status says alone.
        (400, "SOMETHING_NEW", BadRequest, "engine_bad_request"),
        (413, None, BadRequest, "engine_bad_request"),
        (429, None, Throttled, "engine_throttled"),
        (302, None, EngineSetup, "engine_setup"),
        (524, None, Unknown, "answer_lost"),
    ],
)
def test_every_code_has_its_class(status, code, kind, ours):
    told = error(status, code)
    assert type(told) is kind
    assert told.code == ours


def test_the_code_counts_before_the_status():
    assert type(error(500, "PERMISSION_DENIED")) is EngineSetup
    assert type(error(400, "UNAVAILABLE")) is Transient


def test_a_setup_error_names_engine_and_code_and_nothing_of_the_message():
    told = error(403, "PERMISSION_DENIED")
    assert "gemini" in str(told)
    assert "PERMISSION_DENIED" in str(told)
    assert SECRET not in str(told)
    assert SECRET not in str(error(400, SECRET))
    assert "400" in str(error(400, SECRET))


def test_a_wrong_key_is_our_set_up_though_it_comes_as_a_bad_request():
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
    assert type(error(400, "INVALID_ARGUMENT", [info])) is EngineSetup


@pytest.mark.parametrize(("delay", "seconds"), [("37s", 37), ("37.8s", 38), ("0.2s", 1), ("90000s", 3600)])
def test_the_delay_of_a_throttle_is_kept(delay, seconds):
    assert error(429, "RESOURCE_EXHAUSTED", [retry(delay)]).retry_after == seconds


@pytest.mark.parametrize("delay", ["soon", "", None, {"seconds": 3}])
def test_a_delay_that_is_none_is_not_believed(delay):
    assert error(429, "RESOURCE_EXHAUSTED", [retry(delay)]).retry_after is None
    assert error(429, "RESOURCE_EXHAUSTED", [retry(delay)], {"retry-after": "12"}).retry_after == 12


def test_a_quota_of_the_day_is_out_of_credit_whatever_delay_it_tells():
    told = error(429, "RESOURCE_EXHAUSTED", [quota("GenerateRequestsPerDayPerProjectPerModel"), retry("37s")])
    assert type(told) is EngineSetup
    assert told.code == "engine_out_of_credit"
    minute = error(429, "RESOURCE_EXHAUSTED", [quota("GenerateRequestsPerMinutePerProjectPerModel"), retry("37s")])
    assert type(minute) is Throttled


@pytest.mark.parametrize(
    "body", [b"<html>bad gateway", b"", b"[]", b'{"error": "no"}', b'{"error": {"status": [], "details": 5}}']
)
def test_a_body_that_says_nothing_leaves_the_status(body):
    assert type(error(503, body=body)) is Transient
    assert type(error(403, body=body)) is EngineSetup
