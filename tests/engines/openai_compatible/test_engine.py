"""Any server with OpenAI's images interface: the operator says where it is and what it can do."""

from __future__ import annotations

import base64
import json

import httpx2
import pytest
from doubles.asking import Provider, asking, manifest, reference, submitted, telling

from tuanyuan.domain.engine import BadRequest, EngineSetup, InputRefused, Transient, Unknown
from tuanyuan.domain.errors import WrongUsage
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.parameters import PARAMETERS
from tuanyuan.engines.openai_compatible.engine import OpenAICompatibleEngine

HOME = "http://gpu.internal:8000"
KEYS = {"openai_compatible_url": HOME, "openai_compatible_model": "janus-pro-7b"}


def written(**changes):
    return manifest("openai_compatible", {"model": [{"id": "openai-compatible", **changes}]} if changes else None)


def engine(provider, keys=None, url="", capabilities=None):
    told = KEYS if keys is None else keys
    return OpenAICompatibleEngine(capabilities or written().capabilities, told, url, transport=provider.transport)


def done(*entries):
    return telling(200, {"created": 1, "data": list(entries)})


def inline(data):
    return {"b64_json": base64.b64encode(data).decode()}


def ask(*answers, references=1, keys=None, capabilities=None, **changed):
    provider = Provider(list(answers))
    one = engine(provider, keys, capabilities=capabilities)
    request = asking(one.capabilities.models[0], *[reference()] * references, **changed)
    return submitted(one, request), provider


def test_the_server_is_told_the_operators_name_of_the_model():
    result, provider = ask(done(inline(b"1")))
    assert [one.data for one in result.pictures] == [b"1"]
    assert str(provider.calls[0].url) == f"{HOME}/v1/images/edits"
    assert b'name="model"\r\n\r\njanus-pro-7b\r\n' in provider.calls[0].content
    assert b"openai-compatible" not in provider.calls[0].content


def test_without_key_and_model_neither_is_sent():
    _, provider = ask(done(inline(b"1")), keys={"openai_compatible_url": f"{HOME}/api/v3"}, references=0)
    assert "authorization" not in provider.calls[0].headers
    assert str(provider.calls[0].url) == f"{HOME}/api/v3/images/generations"
    assert "model" not in json.loads(provider.calls[0].content)


def test_a_key_is_sent_as_bearer():
    _, provider = ask(done(inline(b"1")), keys={**KEYS, "openai_compatible_api_key": "sk-own"})
    assert provider.calls[0].headers["authorization"] == "Bearer sk-own"


def test_only_shapes_that_every_such_server_knows_are_asked_for():
    for size, sent in (((1920, 1440), "1536x1024"), ((1440, 1920), "1024x1536"), ((900, 900), "1024x1024")):
        _, provider = ask(done(inline(b"1")), references=0, size=size)
        assert json.loads(provider.calls[0].content)["size"] == sent


def test_pictures_behind_addresses_are_fetched_at_once_without_the_key():
    keys = {**KEYS, "openai_compatible_api_key": "sk-own"}
    told = done({"url": f"{HOME}/files/1.png"}, inline(b"2"))
    result, provider = ask(told, telling(200, b"1"), keys=keys, candidates=2)
    assert sorted(one.data for one in result.pictures) == [b"1", b"2"]
    assert str(provider.calls[1].url) == f"{HOME}/files/1.png"
    assert "authorization" not in provider.calls[1].headers
    assert result.cost_fen == 60


def test_an_address_that_does_not_hold_is_missing_and_the_others_are_kept():
    told = done({"url": f"{HOME}/files/1.png"}, inline(b"2"))
    result, _ = ask(told, telling(404, b""), candidates=2)
    assert [one.data for one in result.pictures] == [b"2"]
    assert result.missing == "picture_gone"
    assert result.cost_fen == 60


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (telling(404, b""), Transient, "picture_gone"),
        (telling(500, b""), Transient, "picture_gone"),
        (telling(200, b""), Transient, "picture_gone"),
        (httpx2.ConnectError("never reached"), Unknown, "answer_lost"),
    ],
)
def test_when_the_only_picture_is_gone_that_is_the_error(answer, kind, code):
    with pytest.raises(kind) as caught:
        ask(done({"url": f"{HOME}/files/1.png"}), answer)
    assert caught.value.code == code


def test_a_server_that_may_send_no_addresses_is_not_followed():
    strict = written(options={"edits": "true", "answer": "b64_json"}).capabilities
    with pytest.raises(Unknown):
        ask(done({"url": f"{HOME}/files/1.png"}), capabilities=strict)


def test_a_server_without_edits_is_sent_no_picture():
    words_only = written(options={"edits": "false", "response_format": "b64_json"}).capabilities
    _, provider = ask(done(inline(b"1")), capabilities=words_only, references=0)
    assert json.loads(provider.calls[0].content)["response_format"] == "b64_json"
    with pytest.raises(BadRequest):
        ask(done(inline(b"1")), capabilities=words_only)


def test_its_errors_are_those_of_the_interface_and_name_this_engine():
    with pytest.raises(InputRefused):
        ask(telling(400, {"error": {"code": "moderation_blocked"}}))
    with pytest.raises(EngineSetup) as caught:
        ask(telling(404, {"detail": "Not Found"}))
    assert "openai_compatible" in str(caught.value)


@pytest.mark.parametrize("url", ["", "gpu.internal:8000", "file:///etc", "https://"])
def test_without_an_address_it_does_not_start(url):
    with pytest.raises(EngineSetup) as caught:
        engine(Provider([]), {"openai_compatible_url": url})
    assert "url" in str(caught.value)


def test_it_is_abroad_until_the_operator_says_otherwise():
    told = written()
    assert told.keys == ("openai_compatible_url",)
    assert told.capabilities.region == "abroad"
    assert told.capabilities.provider
    assert manifest("openai_compatible", {"region": "here", "provider": ""}).capabilities.region == "here"


def test_every_parameter_has_its_line_and_what_there_is_no_field_for_is_refused():
    one = engine(Provider([]))
    assert set(one.capabilities.parameters) == set(PARAMETERS)
    for name in ("seed", "fps", "video_length", "motion_bucket_id"):
        with pytest.raises(WrongUsage):
            one.check(JobRequest("tryon", ("p",), options={name: 10}))
