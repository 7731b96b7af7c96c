"""The OpenAI engine as a whole: what is sent, once, and what comes of it."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import replace
from email import message_from_bytes

import httpx2
import pytest
from doubles.asking import WORDS, Provider, asking, manifest, picture, reference, submitted, telling
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
from tuanyuan.engines.openai.engine import SHUT_DOWN, OpenAIEngine

KEY = "sk-example"
MANIFEST = manifest("openai")
FLARE, TWO = MANIFEST.capabilities.models


def done(*pictures):
    return telling(
        200,
        {
            "created": 1795345200,
            "data": [{"b64_json": base64.b64encode(one).decode()} for one in pictures],
            "usage": {
                "input_tokens": 1210,
                "input_tokens_details": {"text_tokens": 22, "image_tokens": 1188},
                "output_tokens": 1584,
                "total_tokens": 2794,
            },
        },
        {"x-request-id": "req_1"},
    )


def engine(provider, url=MANIFEST.url, key=KEY, capabilities=MANIFEST.capabilities):
    return OpenAIEngine(capabilities, {"openai_api_key": key}, url, transport=provider.transport)


def ask(*answers, url=MANIFEST.url, **changed):
    provider = Provider(list(answers))
    return submitted(engine(provider, url), asking(TWO, reference(), reference("garment"), **changed)), provider


def refused(*answers):
    provider = Provider(list(answers))
    with pytest.raises(Exception, match=r".") as caught:
        submitted(engine(provider), asking(TWO, reference()))
    assert len(provider.calls) == 1
    return caught.value


def parts(call):
    """(name, content) of a multipart body, read by another parser than the one that wrote it."""
    whole = message_from_bytes(b"Content-Type: " + call.headers["content-type"].encode() + b"\r\n\r\n" + call.content)
    assert whole.get_content_type() == "multipart/form-data"
    return [
        (part.get_param("name", header="content-disposition"), part.get_payload(decode=True))
        for part in whole.get_payload()
    ]


def test_one_call_brings_all_the_pictures():
    result, provider = ask(done(b"1", b"2"), candidates=2)
    assert [one.data for one in result.pictures] == [b"1", b"2"]
    assert (result.cost_fen, result.missing) == (42, "")
    (call,) = provider.calls
    assert (call.method, str(call.url)) == ("POST", "https://api.openai.com/v1/images/edits")
    assert call.headers["authorization"] == f"Bearer {KEY}"
    assert parts(call) == [
        ("model", b"gpt-image-2"),
        ("prompt", WORDS.encode()),
        ("size", b"1024x1536"),
        ("n", b"2"),
        ("quality", b"medium"),
        ("output_format", b"jpeg"),
        ("output_compression", b"95"),
        ("image[]", picture()),
        ("image[]", picture()),
    ]


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://api.openai.com", "https://api.openai.com/v1/images/edits"),
        ("https://relay.example/openai/v1/", "https://relay.example/openai/v1/images/edits"),
    ],
)
def test_a_relay_may_stand_between(url, asked):
    _, provider = ask(done(b"1"), url=url)
    assert str(provider.calls[0].url) == asked


def test_fewer_than_asked_for_are_returned_and_not_topped_up():
    result, provider = ask(done(b"1"), candidates=4)
    assert len(result.pictures) == 1
    assert len(provider.calls) == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (telling(400, {"error": {"code": "moderation_blocked", "type": "image_generation_user_error"}}), InputRefused),
        (telling(200, {"data": []}), OutputRefused),
        (telling(429, {"error": {"code": "rate_limit_exceeded"}}), Throttled),
        (telling(401, {"error": {"code": "invalid_api_key"}}), EngineSetup),
        (telling(400, {"error": {"code": "invalid_value"}}), BadRequest),
        (telling(503, b"<html>"), Transient),
        (telling(200, b"<html>"), Unknown),
        (telling(200, {"data": [{"url": "https://pictures.example/1"}]}), Unknown),
        (httpx2.ConnectError("refused"), Transient),
        (httpx2.ReadError("cut"), Unknown),
        (httpx2.ReadTimeout("late"), Unknown),
    ],
)
def test_whatever_is_answered_it_is_asked_once(answer, kind):
    assert type(refused(answer)) is kind


def test_more_references_than_it_takes_are_not_sent():
    provider = Provider([done(b"1")])
    with pytest.raises(BadRequest):
        submitted(engine(provider), asking(TWO, *[reference()] * 17))
    assert provider.calls == []


def test_neither_key_nor_words_nor_pictures_are_logged():
    with capture_logs() as lines:
        ask(done(b"1"))
        told = refused(telling(401, {"error": {"code": "invalid_api_key", "message": f"{KEY} is none"}}))
    assert [line["event"] for line in lines] == ["engine_answered", "engine_refused"]
    assert lines[0]["request"] == "req_1"
    for text in (str(lines), str(told), repr(told)):
        assert KEY not in text
        assert WORDS not in text
        assert "api.openai.com" not in text


@pytest.mark.parametrize("gone", sorted(SHUT_DOWN))
def test_a_model_that_was_shut_down_does_not_start(gone):
    told = replace(MANIFEST.capabilities, models=(TWO, replace(FLARE, id=gone)))
    with pytest.raises(EngineSetup) as caught:
        engine(Provider([]), capabilities=told)
    assert f"model_shut_down:{gone}" in str(caught.value)


def test_the_catalogue_names_no_such_model():
    assert {"gpt-image-1", "dall-e-2", "dall-e-3"} == set(SHUT_DOWN)
    assert not {model.id for model in MANIFEST.capabilities.models} & set(SHUT_DOWN)


@pytest.mark.parametrize(("url", "key"), [("", KEY), ("ftp://relay.example", KEY), (MANIFEST.url, "ключ")])
def test_an_address_or_key_that_is_none_does_not_start(url, key):
    with pytest.raises(EngineSetup):
        engine(Provider([]), url, key)


def test_it_has_no_tasks_and_cannot_tell_of_a_lost_call():
    one = engine(Provider([]))
    assert one.resumable is False
    with pytest.raises(BadRequest):
        asyncio.run(one.poll(TaskRef("openai", "1")))
    with pytest.raises(Unknown):
        asyncio.run(one.find("attempt"))
    asyncio.run(one.cancel(TaskRef("openai", "1")))


def test_an_order_for_what_it_does_not_understand_is_refused():
    one = engine(Provider([]))
    one.check(JobRequest("tryon", ("p",), options={"beauty_level": 2}))
    with pytest.raises(WrongUsage):
        one.check(JobRequest("tryon", ("p",), options={"seed": 5}))
