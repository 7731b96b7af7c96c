"""Every way Ark says no (contract §2.5), and the class it is for us."""

from __future__ import annotations

import json

import pytest
from doubles.volcengine import manifest

from tuanyuan.domain.engine import (
    BadRequest,
    EngineSetup,
    InputRefused,
    OutputRefused,
    Pending,
    Throttled,
    Transient,
    Unknown,
)
from tuanyuan.engines.seedream.answers import Made, clip_fen, made, noted, outcome, refusal, task_id
from tuanyuan.engines.seedream.mapping import Task
from tuanyuan.engines.wire import Answer

IN, OUT = "engine_input_refused", "engine_output_refused"
CODES = [
    (400, "MissingParameter", BadRequest, "engine_bad_request"),
    (400, "InvalidParameter", BadRequest, "engine_bad_request"),
    (400, "InvalidParameter.OversizeImage", BadRequest, "engine_bad_request"),
    (400, "InvalidImageURL.EmptyURL", BadRequest, "engine_bad_request"),
    (400, "InvalidImageURL.InvalidFormat", BadRequest, "engine_bad_request"),
    (400, "InvalidEndpoint.ClosedEndpoint", EngineSetup, "engine_setup"),
    (400, "SensitiveContentDetected", InputRefused, IN),
    (400, "SensitiveContentDetected.SevereViolation", InputRefused, IN),
    (400, "SensitiveContentDetected.Violence", InputRefused, IN),
    (400, "InputTextSensitiveContentDetected", InputRefused, IN),
    (400, "InputImageSensitiveContentDetected", InputRefused, IN),
    (400, "InputImageSensitiveContentDetected.PolicyViolation", InputRefused, IN),
    (400, "InputImageSensitiveContentDetected.PrivacyInformation", InputRefused, IN),
    (400, "InputTextRiskDetection", InputRefused, IN),
    (400, "InputImageRiskDetection", InputRefused, IN),
    (400, "OutputImageSensitiveContentDetected", OutputRefused, OUT),
    (400, "OutputVideoSensitiveContentDetected", OutputRefused, OUT),
    (400, "OutputTextRiskDetection", OutputRefused, OUT),
    (400, "OutputImageRiskDetection", OutputRefused, OUT),
    (400, "ContentSecurityDetectionError", Transient, "engine_failed"),
    (401, "AuthenticationError", EngineSetup, "engine_setup"),
    (403, "AccountOverdueError", EngineSetup, "engine_out_of_credit"),
    (403, "ServiceOverdue", EngineSetup, "engine_out_of_credit"),
    (403, "AccessDenied", EngineSetup, "engine_setup"),
    (403, "ServiceNotOpen", EngineSetup, "engine_setup"),
    (404, "InvalidEndpointOrModel.NotFound", EngineSetup, "engine_setup"),
    (404, "ModelNotOpen", EngineSetup, "engine_setup"),
    (404, "UnsupportedModel", EngineSetup, "engine_setup"),
    (429, "RateLimitExceeded.EndpointRPMExceeded", Throttled, "engine_throttled"),
    (429, "AccountRateLimitExceeded", Throttled, "engine_throttled"),
    (429, "ModelAccountIpmRateLimitExceeded", Throttled, "engine_throttled"),
    (429, "RequestBurstTooFast", Throttled, "engine_throttled"),
    (429, "ServerOverloaded", Throttled, "engine_throttled"),
    (429, "InflightBatchsizeExceeded", Throttled, "engine_throttled"),
    (429, "QuotaExceeded", EngineSetup, "engine_out_of_credit"),
    (429, "SetLimitExceeded", EngineSetup, "engine_out_of_credit"),
    (500, "InternalServiceError", Transient, "engine_failed"),
    # Codes that the contract does not have.
    (400, "SomethingNew", BadRequest, "engine_bad_request"),
    (429, "SomethingNew", Throttled, "engine_throttled"),
    (403, "SomethingNew", EngineSetup, "engine_setup"),
    (503, "SomethingNew", Transient, "engine_failed"),
]
SECRET = "https://img.example.cn/secret.jpg"
PICTURE = {"url": "https://ark-out.example/1.jpeg", "size": "2048x2048"}
HOLE = {"error": {"code": "OutputImageSensitiveContentDetected", "message": SECRET}}
TASK = Task("cgt-1", "doubao-seedance-1-0-pro-250528", 5)
DANCE = manifest("seedream").capabilities.model(TASK.model)


def said(status, body, **headers):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, content)


def error(status, code, **headers):
    message = f"The request failed: {SECRET}. Request id: 0217abc"
    return said(status, {"error": {"code": code, "message": message, "param": "", "type": "BadRequest"}}, **headers)


@pytest.mark.parametrize(("status", "code", "kind", "ours"), CODES)
def test_a_code_of_a_call(status, code, kind, ours):
    found = refusal(error(status, code))
    assert type(found) is kind
    assert found.code == ours
    assert SECRET not in str(found)
    for read in (made, task_id):
        with pytest.raises(kind):
            read(error(status, code))


@pytest.mark.parametrize(("code", "kind", "ours"), [(code, kind, ours) for _, code, kind, ours in CODES[:37]])
def test_the_same_code_in_the_item_of_a_group_or_a_failed_task(code, kind, ours):
    with pytest.raises(kind, match=ours):
        made(said(200, {"data": [{"error": {"code": code, "message": SECRET}}], "usage": {"generated_images": 0}}))
    with pytest.raises(kind, match=ours):
        outcome(said(200, {"id": "cgt-1", "status": "failed", "error": {"code": code, "message": SECRET}}))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, Unknown),
        (302, EngineSetup),
        (400, BadRequest),
        (401, EngineSetup),
        (403, EngineSetup),
        (404, EngineSetup),
        (413, BadRequest),
        (429, Throttled),
        (500, Unknown),
        (502, Unknown),
        (504, Unknown),
    ],
)
@pytest.mark.parametrize("body", [b"<html>", b"", b"[]"])
def test_an_answer_that_is_none_of_the_contracts(status, kind, body):
    assert type(refusal(said(status, body))) is kind


def test_throttling_tells_when_to_come_again():
    assert refusal(error(429, "ServerOverloaded", retry_after="9")).retry_after == 9
    assert refusal(error(429, "ServerOverloaded")).retry_after is None


def test_a_code_is_told_and_a_sentence_never():
    assert "InvalidParameter.Size" in str(refusal(error(400, "InvalidParameter.Size")))
    assert SECRET not in str(refusal(error(400, f"no: {SECRET}")))


def test_the_log_has_codes_and_names_only():
    assert noted(error(400, "InvalidParameter")) == {
        "status": 400,
        "provider_code": "InvalidParameter",
        "request_id": "0217abc",
    }
    assert noted(said(502, b"<html>")) == {"status": 502}


def test_a_group_with_a_hole():
    body = {"data": [PICTURE, HOLE], "usage": {"generated_images": 1, "output_tokens": 16384}}
    assert made(said(200, body)) == Made((PICTURE["url"],), "OutputImageSensitiveContentDetected", 1)


def test_a_group_that_an_internal_error_stopped():
    body = {"data": [PICTURE], "error": {"code": "InternalServiceError"}, "usage": {"generated_images": 1}}
    assert made(said(200, body)) == Made((PICTURE["url"],), "InternalServiceError", 1)


def test_pictures_in_the_answer_itself_and_without_usage():
    body = {"data": [{"b64_json": "/9j/"}, PICTURE, {"b64_json": "A"}, {"size": "1x1"}, None]}
    assert made(said(200, body)) == Made((b"\xff\xd8\xff", PICTURE["url"]), "", 2)


@pytest.mark.parametrize("body", [{}, {"data": []}, {"data": None}, {"data": {"url": "x"}}, {"data": [{"url": ""}]}])
def test_no_picture_and_no_reason_has_failed(body):
    with pytest.raises(Transient, match="engine_failed"):
        made(said(200, body))


@pytest.mark.parametrize("status", ["queued", "running", "thinking", None])
def test_a_clip_that_is_being_made(status):
    assert outcome(said(200, {"id": "cgt-1", "status": status})) == Pending(None, 8.0)


@pytest.mark.parametrize("status", ["cancelled", "expired", "failed"])
def test_a_clip_that_will_not_come(status):
    with pytest.raises(Transient, match="engine_failed"):
        outcome(said(200, {"id": "cgt-1", "status": status}))


def test_a_clip_that_is_not_known_any_more():
    with pytest.raises(Transient, match="engine_task_gone"):
        outcome(error(404, "ResourceNotFound"))


@pytest.mark.parametrize("content", [None, {}, {"video_url": ""}, {"video_url": 7}])
def test_a_clip_without_an_address_has_failed(content):
    with pytest.raises(Transient, match="engine_failed"):
        outcome(said(200, {"id": "cgt-1", "status": "succeeded", "content": content}))


@pytest.mark.parametrize("number", [None, "", 7])
def test_accepted_without_a_number_is_lost(number):
    with pytest.raises(Unknown, match="answer_lost"):
        task_id(said(200, {"id": number}))


def test_a_clip_costs_by_its_tokens():
    # 103818 × 15 yuan a million is 1.5573 yuan.
    assert clip_fen(said(200, {"usage": {"completion_tokens": 103_818}}), TASK, DANCE) == 156
    assert clip_fen(said(200, {}), TASK, DANCE) == 5 * 33
    assert clip_fen(said(200, {}), TASK, None) == 0
