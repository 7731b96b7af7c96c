"""Our client at servers that speak OpenAI's interface in their own ways."""

from __future__ import annotations

import httpx2
import pytest
from doubles.asking import asking, manifest, reference, submitted

from tuanyuan.domain.engine import EngineSetup, Transient
from tuanyuan.engines.openai.fake import OpenAIFake
from tuanyuan.engines.openai_compatible.engine import OpenAICompatibleEngine
from tuanyuan.engines.sandbox import Faults

GENERATIONS = ("/images/generations",)
WORDS_ONLY = {"model": [{"id": "openai-compatible", "options": {"edits": "false", "response_format": "b64_json"}}]}


def ask(fake, *references, path="", changes=None, **changed):
    told = manifest("openai_compatible", changes)
    keys = {
        "openai_compatible_url": "http://fake" + path,
        "openai_compatible_api_key": "sk-example",
        "openai_compatible_model": "janus-pro-7b",
    }
    engine = OpenAICompatibleEngine(told.capabilities, keys, told.url, transport=httpx2.ASGITransport(app=fake.app))
    return submitted(engine, asking(told.capabilities.models[0], *references, **changed))


def test_a_model_of_its_own_under_a_path_of_its_own_that_sends_addresses():
    fake = OpenAIFake(base_path="/api/v3", models=("janus-pro-7b",), url_results=True)
    result = ask(fake, reference(), path="/api/v3", candidates=2)
    assert [one.data for one in result.pictures] == fake.accepted[0].made
    assert fake.calls == {"/images/edits": 1, "/pictures": 2}


def test_a_server_that_has_generations_only():
    fake = OpenAIFake(models=("janus-pro-7b",), routes=GENERATIONS)
    assert len(ask(fake, changes=WORDS_ONLY).pictures) == 1
    assert fake.accepted[0].request["response_format"] == "b64_json"


def test_one_that_has_no_edits_and_was_not_said_to_is_our_set_up():
    fake = OpenAIFake(models=("janus-pro-7b",), routes=GENERATIONS)
    with pytest.raises(EngineSetup):
        ask(fake, reference())
    assert fake.accepted == []


def test_an_address_that_does_not_hold_any_more():
    fake = OpenAIFake(Faults(["expired"]), models=("janus-pro-7b",), url_results=True)
    with pytest.raises(Transient) as caught:
        ask(fake, reference())
    assert caught.value.code == "picture_gone"
