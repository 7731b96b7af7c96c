"""Every way 即梦 says no (contract §1.6), and the class it is for us."""

from __future__ import annotations

import json

import pytest

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
from tuanyuan.engines.jimeng.answers import Made, noted, outcome, refusal, task_id
from tuanyuan.engines.wire import Answer

CODES = [
    (400, 50411, InputRefused, "engine_input_refused"),
    (400, 50412, InputRefused, "engine_input_refused"),
    (400, 50413, InputRefused, "engine_input_refused"),
    (400, 50512, InputRefused, "engine_input_refused"),
    (400, 50518, InputRefused, "engine_input_refused"),
    (400, 50511, OutputRefused, "engine_output_refused"),
    (400, 50516, OutputRefused, "engine_output_refused"),
    (400, 50517, OutputRefused, "engine_output_refused"),
    (400, 50519, OutputRefused, "engine_output_refused"),
    (400, 50520, Transient, "engine_failed"),
    (400, 50521, Transient, "engine_failed"),
    (400, 50522, Transient, "engine_failed"),
    (400, 50400, EngineSetup, "engine_setup"),
    (401, 50400, EngineSetup, "engine_setup"),
    (429, 50429, Throttled, "engine_throttled"),
    (429, 50430, Throttled, "engine_throttled"),
    (500, 50500, Transient, "engine_failed"),
    (500, 50501, Transient, "engine_failed"),
    # Codes that the contract does not have.
    (400, 50299, BadRequest, "engine_bad_request"),
    (200, 50299, BadRequest, "engine_bad_request"),
    (429, 50299, Throttled, "engine_throttled"),
    (403, 50299, EngineSetup, "engine_setup"),
    (500, 50299, Transient, "engine_failed"),
]
GATEWAY = [
    ("MissingAuthenticationToken", 100003, 401),
    ("InvalidTimestamp", 100006, 400),
    ("InvalidActionOrVersion", 100008, 404),
    ("InvalidAccessKey", 100009, 401),
    ("SignatureDoesNotMatch", 100010, 401),
    ("LackPolicy", 100012, 403),
    ("AccessDenied", 100013, 403),
]
SECRET = "https://img.example.cn/secret.jpg"


def said(status, body, **headers):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, content)


def business(status, code, data=None, **headers):
    message = f"Pre Img Risk Not Pass {SECRET}"
    body = {"code": code, "data": data, "message": message, "request_id": "20261122X", "status": code}
    return said(status, body, **headers)


@pytest.mark.parametrize(("status", "code", "kind", "ours"), CODES)
def test_a_code_of_the_service(status, code, kind, ours):
    error = refusal(business(status, code))
    assert type(error) is kind
    assert error.code == ours
    assert SECRET not in str(error)
    with pytest.raises(kind):
        task_id(business(status, code))
    with pytest.raises(kind):
        outcome(business(status, code), clip=False)


@pytest.mark.parametrize(("code", "number", "status"), GATEWAY)
def test_a_code_of_the_gateway_is_our_set_up(code, number, status):
    error = {"CodeN": number, "Code": code, "Message": SECRET}
    found = refusal(said(status, {"ResponseMetadata": {"RequestId": "2026X", "Error": error}}))
    assert type(found) is EngineSetup
    assert found.code == "engine_setup"
    assert code in str(found)
    assert "jimeng" in str(found)
    assert SECRET not in str(found)


@pytest.mark.parametrize(("status", "kind"), [(429, Throttled), (500, Transient), (503, Transient)])
def test_the_gateway_may_be_busy_or_broken(status, kind):
    found = refusal(said(status, {"ResponseMetadata": {"Error": {"Code": "Whatever"}}}))
    assert type(found) is kind


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, Unknown),
        (204, Unknown),
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
@pytest.mark.parametrize("body", [b"<html>", b"", b"[]", {}, {"code": "10000"}, {"ResponseMetadata": None}])
def test_an_answer_that_is_none_of_the_contracts(status, kind, body):
    assert type(refusal(said(status, body))) is kind


def test_throttling_tells_when_to_come_again():
    assert refusal(business(429, 50430, retry_after="7")).retry_after == 7
    assert refusal(business(429, 50430)).retry_after is None


def test_a_code_is_told_and_a_sentence_never():
    assert "50299" in str(refusal(business(400, 50299)))
    error = {"Code": f"no: {SECRET}"}
    assert SECRET not in str(refusal(said(403, {"ResponseMetadata": {"Error": error}})))


def test_the_log_has_codes_and_names_only():
    assert noted(business(400, 50411)) == {"status": 400, "provider_code": "50411", "request_id": "20261122X"}
    gateway = {"ResponseMetadata": {"RequestId": "2026X", "Error": {"Code": "AccessDenied", "Message": SECRET}}}
    assert noted(said(403, gateway)) == {"status": 403, "provider_code": "AccessDenied", "request_id": "2026X"}
    assert noted(said(502, b"<html>")) == {"status": 502}


@pytest.mark.parametrize("data", [None, {}, {"task_id": ""}, {"task_id": 7}])
def test_accepted_without_a_number_is_lost(data):
    with pytest.raises(Unknown, match="answer_lost"):
        task_id(business(200, 10000, data))


@pytest.mark.parametrize("status", ["in_queue", "generating", "processing", "", None])
@pytest.mark.parametrize(("clip", "seconds"), [(False, 3.0), (True, 8.0)])
def test_a_task_that_runs(status, clip, seconds):
    assert outcome(business(200, 10000, {"status": status, "image_urls": None}), clip) == Pending(None, seconds)


@pytest.mark.parametrize(("status", "code"), [("not_found", "engine_task_gone"), ("expired", "engine_failed")])
def test_a_task_that_is_gone_is_known_to_have_failed(status, code):
    with pytest.raises(Transient, match=code):
        outcome(business(200, 10000, {"status": status}), clip=False)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"image_urls": None, "binary_data_base64": None},
        {"image_urls": []},
        {"image_urls": "https://x"},
        {"binary_data_base64": ["A"]},
        {"video_url": ""},
    ],
)
def test_done_and_nothing_there_has_failed(data):
    with pytest.raises(Transient, match="engine_failed"):
        outcome(business(200, 10000, {"status": "done", **data}), clip=False)


@pytest.mark.parametrize(("code", "kind"), [(50511, OutputRefused), (50501, Transient)])
def test_done_is_a_success_only_with_the_code_of_success(code, kind):
    with pytest.raises(kind):
        outcome(business(200, code, {"status": "done", "image_urls": ["https://x/y"]}), clip=False)


def test_pictures_and_clips_are_found():
    done = {"status": "done", "aigc_meta_tagged": True}
    pictures = business(200, 10000, {**done, "image_urls": ["https://x/1", "https://x/2"], "binary_data_base64": None})
    assert outcome(pictures, clip=False) == Made(("https://x/1", "https://x/2"))
    assert outcome(business(200, 10000, {**done, "video_url": "https://x/v"}), clip=True) == Made(("https://x/v",))
    assert outcome(business(200, 10000, {**done, "binary_data_base64": ["/9j/"]}), clip=False) == Made(
        (), (b"\xff\xd8\xff",)
    )
