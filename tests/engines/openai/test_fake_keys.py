"""Whom the fake of OpenAI Images serves, and with which models (contracts/openai-images.md)."""

from __future__ import annotations

import pytest
from doubles.openai import (
    EDITS,
    EXAMPLE,
    KEY,
    A,
    error,
    generated,
    got,
    pictures,
    planned,
    posted,
    refused,
    sent,
    unasked,
)

from tuanyuan.engines.openai.fake import MODELS, OpenAIFake


@pytest.mark.parametrize("key", [None, "", "sk-examplf", "sk-example2"])
def test_key(key: str | None) -> None:
    fake = planned()
    refused(sent(fake, key=key), 401, "invalid_api_key")
    assert unasked(fake)


def test_the_key_is_a_bearers() -> None:
    headers = {"authorization": f"Basic {KEY}"}
    refused(posted(OpenAIFake(), EDITS, None, data=EXAMPLE, files=[A], headers=headers), 401, "invalid_api_key")


@pytest.mark.parametrize("model", ["gpt-image-1", "dall-e-2", "dall-e-3", "gpt-image-9"])
def test_a_model_that_was_shut_down(model: str) -> None:
    fake = planned()
    refused(sent(fake, model=model), 404, "model_not_found", "model")
    refused(generated(fake, model=model), 404, "model_not_found", "model")
    assert unasked(fake)


@pytest.mark.parametrize("model", MODELS)
def test_each_model_of_the_contract(model: str) -> None:
    assert pictures(sent(OpenAIFake(), model=model, size="1024x1024"))


def test_other_addresses() -> None:
    fake = OpenAIFake()
    assert posted(fake, "/v1/images/variations", KEY).status_code == 404
    assert error(got(fake, EDITS))["message"].startswith("Not allowed to GET")
    assert fake.calls == {"unknown": 2}
