"""The errors of OpenAI's images interface as ours (contract §4.5)."""

from __future__ import annotations

import json

import pytest

from tuanyuan.domain.engine import BadRequest, EngineSetup, InputRefused, Throttled, Transient, Unknown
from tuanyuan.engines.openai.refusals import refusal
from tuanyuan.engines.wire import Answer

SECRET = "safety_violations=[sexual]; the words of the prompt"


def error(status, code=None, kind=None, headers=None, body=None):
    told = {"error": {"message": SECRET, "type": kind, "param": None, "code": code}}
    return refusal(Answer(status, headers or {}, json.dumps(told).encode() if body is None else body), "openai")


@pytest.mark.parametrize(
    ("status", "code", "kind", "ours"),
    [
        (400, "moderation_blocked", InputRefused, "engine_input_refused"),
        (400, "content_policy_violation", InputRefused, "engine_input_refused"),
        (400, "invalid_value", BadRequest, "engine_bad_request"),
        (400, "unknown_parameter", BadRequest, "engine_bad_request"),
        (400, "invalid_image_file", BadRequest, "engine_bad_request"),
        (401, "invalid_api_key", EngineSetup, "engine_setup"),
        (403, None, EngineSetup, "engine_setup"),
        (403, "unsupported_country_region_territory", EngineSetup, "engine_setup"),
        (404, "model_not_found", EngineSetup, "engine_setup"),
        (429, "rate_limit_exceeded", Throttled, "engine_throttled"),
        (429, "insufficient_quota", EngineSetup, "engine_out_of_credit"),
        (429, "billing_hard_limit_reached", EngineSetup, "engine_out_of_credit"),
        (400, "billing_hard_limit_reached", EngineSetup, "engine_out_of_credit"),
        (500, "server_error", Transient, "engine_failed"),
        (502, None, Transient, "engine_failed"),
        (503, "overloaded", Transient, "engine_failed"),
        # Beyond the contract: by what the status says alone.
        (400, "something_new", BadRequest, "engine_bad_request"),
        (422, None, BadRequest, "engine_bad_request"),
        (402, None, EngineSetup, "engine_out_of_credit"),
        (429, None, Throttled, "engine_throttled"),
        (308, None, EngineSetup, "engine_setup"),
        (504, None, Unknown, "answer_lost"),
        (524, None, Unknown, "answer_lost"),
    ],
)
def test_every_code_has_its_class(status, code, kind, ours):
    told = error(status, code)
    assert type(told) is kind
    assert told.code == ours


def test_the_type_counts_where_there_is_no_code():
    assert error(429, None, "insufficient_quota").code == "engine_out_of_credit"
    assert type(error(500, None, "server_error")) is Transient
    assert type(error(400, "moderation_blocked", "image_generation_user_error")) is InputRefused


def test_an_error_names_engine_and_code_and_nothing_of_the_message():
    told = error(403, "organization_must_be_verified")
    assert "openai" in str(told)
    assert "organization_must_be_verified" in str(told)
    assert SECRET not in str(told) + str(error(400, SECRET)) + str(error(400, "invalid_value"))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "20", "x-ratelimit-reset-requests": "1s"}, 20),
        ({"x-ratelimit-reset-requests": "1s", "x-ratelimit-reset-tokens": "6m0s"}, 360),
        ({"x-ratelimit-reset-requests": "20ms"}, 1),
        ({"x-ratelimit-reset-images": "1.2s"}, 2),
        ({"x-ratelimit-reset-requests": "9h0m0s"}, 3600),
        ({"x-ratelimit-reset-requests": "soon"}, None),
        ({"x-ratelimit-reset-requests": ""}, None),
        ({}, None),
    ],
)
def test_when_to_come_again(headers, seconds):
    assert error(429, "rate_limit_exceeded", headers=headers).retry_after == seconds


@pytest.mark.parametrize(
    "body", [b"<html>bad gateway", b"", b"[]", b'{"error": "no"}', b'{"error": {"code": [], "type": {}}}']
)
def test_a_body_that_says_nothing_leaves_the_status(body):
    assert type(error(503, body=body)) is Transient
    assert type(error(401, body=body)) is EngineSetup
