"""The Gemini engine as a whole: what is sent, once, and what comes of it."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import replace

import httpx2
import pytest
from doubles.asking import Provider, asking, manifest, picture, reference, submitted, telling
from structlog.testing import capture_logs

from tuanyuan.domain.engine import (
    BadRequest,
    EngineSetup,
    InputRefused,
    OutputRefused,
    TaskRef,
    Throttled,
    Transient,
    Unknown,
)
from tuanyuan.domain.errors import WrongUsage
from tuanyuan.domain.job import JobRequest
from tuanyuan.engines.gemini.engine import GeminiEngine

KEY = "AIzaExample"
MANIFEST = manifest("gemini")
FLASH, PRO = MANIFEST.capabilities.models
DRAWN = {"text": "Done."}, {"inlineData": {"mimeType": "image/png", "data": base64.b64encode(picture()).decode()}}
DONE = {
    "candidates": [{"content": {"role": "model", "parts": list(DRAWN)}, "finishReason": "STOP", "index": 0}],
    "responseId": "r-1",
}


def engine(provider, url=MANIFEST.url, key=KEY, capabilities=MANIFEST.capabilities):
    return GeminiEngine(capabilities, {"gemini_api_key": key}, url, transport=provider.transport)


def ask(*answers, url=MANIFEST.url, **changed):
    provider = Provider(list(answers))
    return submitted(engine(provider, url), asking(FLASH, reference(), **changed)), provider


def refused(*answers):
    provider = Provider(list(answers))
    with pytest.raises(Exception, match=r".") as caught:
        submitted(engine(provider), asking(FLASH, reference()))
    assert len(provider.calls) == 1
    return caught.value


def test_one_call_brings_the_picture():
    result, provider = ask(telling(200, DONE))
    assert [one.data for one in result.pictures] == [picture()]
    assert not result.pictures[0].labelled
    (call,) = provider.calls
    assert call.method == "POST"
    assert str(call.url) == (
        "https://generativelanguage.googleapis.com/v1/models/gemini-2.5-flash-image:generateContent"
    )
    assert call.headers["x-goog-api-key"] == KEY
    assert json.loads(call.content)["generationConfig"]["seed"] == 1001


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://relay.example", "https://relay.example/v1/models/"),
        ("https://relay.example/google/", "https://relay.example/google/v1/models/"),
        ("https://relay.example/v1beta", "https://relay.example/v1beta/models/"),
    ],
)
def test_a_relay_may_stand_between(url, asked):
    _, provider = ask(telling(200, DONE), url=url)
    assert str(provider.calls[0].url).startswith(asked)


def test_several_wanted_is_still_one_call_and_one_picture():
    result, provider = ask(telling(200, DONE), candidates=4)
    assert len(result.pictures) == 1
    assert len(provider.calls) == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (telling(200, {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}), InputRefused),
        (telling(200, {"candidates": [{"finishReason": "IMAGE_SAFETY", "index": 0}]}), OutputRefused),
        (telling(429, {"error": {"code": 429, "status": "RESOURCE_EXHAUSTED"}}), Throttled),
        (telling(403, {"error": {"code": 403, "status": "PERMISSION_DENIED"}}), EngineSetup),
        (telling(400, {"error": {"code": 400, "status": "INVALID_ARGUMENT"}}), BadRequest),
        (telling(503, b"<html>"), Transient),
        (telling(200, b"<html>"), Unknown),
        (telling(200, b"[]"), Unknown),
        (httpx2.ConnectError("refused"), Transient),
        (httpx2.ReadError("cut"), Unknown),
        (httpx2.ReadTimeout("late"), Unknown),
    ],
)
def test_whatever_is_answered_it_is_asked_once(answer, kind):
    assert type(refused(answer)) is kind


@pytest.mark.parametrize("references", [(), tuple(reference() for _ in range(4))])
def test_references_that_do_not_fit_are_not_sent(references):
    provider = Provider([telling(200, DONE)])
    with pytest.raises(BadRequest):
        submitted(engine(provider), asking(FLASH, *references))
    assert provider.calls == []


def test_neither_key_nor_words_nor_pictures_are_logged():
    with capture_logs() as lines:
        ask(telling(200, DONE))
        told = refused(telling(403, {"error": {"status": "PERMISSION_DENIED", "message": f"{KEY} has no right"}}))
    assert [line["event"] for line in lines] == ["engine_answered", "engine_refused"]
    assert lines[0]["request"] == "r-1"
    for text in (str(lines), str(told), repr(told)):
        assert KEY not in text
        assert "Keep the face" not in text
        assert "googleapis.com" not in text


@pytest.mark.parametrize(
    "gone",
    [
        "gemini-2.0-flash-preview-image-generation",
        "gemini-3-pro-image-preview",
        "gemini-3.1-flash-image-preview",
        "imagen-4.0-generate-001",
    ],
)
def test_a_model_that_was_shut_down_does_not_start(gone):
    told = replace(MANIFEST.capabilities, models=(FLASH, replace(PRO, id=gone)))
    with pytest.raises(EngineSetup) as caught:
        engine(Provider([]), capabilities=told)
    assert gone in str(caught.value)


@pytest.mark.parametrize(("url", "key"), [("", KEY), ("relay.example", KEY), (MANIFEST.url, "two\nlines")])
def test_an_address_or_key_that_is_none_does_not_start(url, key):
    with pytest.raises(EngineSetup) as caught:
        engine(Provider([]), url, key)
    assert "two" not in str(caught.value)


def test_it_has_no_tasks_and_cannot_tell_of_a_lost_call():
    one = engine(Provider([]))
    assert one.resumable is False
    with pytest.raises(BadRequest):
        asyncio.run(one.poll(TaskRef("gemini", "1")))
    with pytest.raises(Unknown) as caught:
        asyncio.run(one.find("attempt"))
    assert caught.value.code == "answer_lost"
    asyncio.run(one.cancel(TaskRef("gemini", "1")))


def test_an_order_for_what_it_does_not_understand_is_refused():
    one = engine(Provider([]))
    one.check(JobRequest("tryon", ("p",), options={"seed": 5, "beauty_level": 2}))
    with pytest.raises(WrongUsage):
        one.check(JobRequest("tryon", ("p",), options={"fps": 10}))
