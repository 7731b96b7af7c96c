"""The fake of OpenAI Images refuses fields and bodies that the contract does not allow (contracts/openai-images.md)."""

from __future__ import annotations

from typing import Any

import pytest
from doubles.openai import (
    EDITS,
    EXAMPLE,
    GENERATIONS,
    KEY,
    RED,
    A,
    generated,
    named,
    padded,
    photo,
    pictures,
    planned,
    posted,
    refused,
    sent,
    unasked,
)

from tuanyuan.engines.openai.fake import OpenAIFake


@pytest.mark.parametrize(
    ("more", "code", "param"),
    [
        ({"model": None}, "missing_required_parameter", "model"),
        ({"prompt": None}, "missing_required_parameter", "prompt"),
        ({"prompt": "x" * 32001}, "invalid_value", "prompt"),
        ({"n": "0"}, "invalid_value", "n"),
        ({"n": "11"}, "invalid_value", "n"),
        ({"n": "two"}, "invalid_type", "n"),
        ({"quality": "xhigh"}, "invalid_value", "quality"),
        ({"quality": "standard"}, "invalid_value", "quality"),
        ({"background": "green"}, "invalid_value", "background"),
        ({"background": "transparent", "output_format": "jpeg"}, "invalid_value", "background"),
        ({"output_format": "gif"}, "invalid_value", "output_format"),
        ({"output_format": "jpeg", "output_compression": "101"}, "invalid_value", "output_compression"),
        ({"output_compression": "80"}, "invalid_value", "output_compression"),
        ({"stream": "yes"}, "invalid_type", "stream"),
        ({"stream": "true", "partial_images": "4"}, "invalid_value", "partial_images"),
        ({"partial_images": "1"}, "invalid_value", "partial_images"),
        ({"moderation": "low"}, "unknown_parameter", "moderation"),
        ({"response_format": "b64_json"}, "unknown_parameter", "response_format"),
        ({"seed": "7"}, "unknown_parameter", "seed"),
        ({"image": "not a file"}, "invalid_type", "image"),
        ({"input_fidelity": "high"}, "invalid_input_fidelity_model", "input_fidelity"),
        ({"input_fidelity": "low"}, "invalid_input_fidelity_model", "input_fidelity"),
        ({"model": "gpt-image-2.6-flare", "input_fidelity": "high"}, "invalid_input_fidelity_model", "input_fidelity"),
        ({"model": "gpt-image-1-mini", "input_fidelity": "high"}, "invalid_value", "input_fidelity"),
        ({"model": "gpt-image-1.5", "input_fidelity": "medium"}, "invalid_value", "input_fidelity"),
    ],
)
def test_what_the_contract_does_not_allow(more: dict[str, Any], code: str, param: str) -> None:
    fake = planned()
    refused(sent(fake, **more), 400, code, param)
    assert unasked(fake)


@pytest.mark.parametrize(
    "more",
    [
        {"prompt": "人" * 32000},
        {"n": "1"},
        {"n": ""},
        {"quality": "auto"},
        {"model": "gpt-image-2.5-flare", "quality": "max"},
        {"output_format": "webp", "output_compression": "0"},
        {"output_compression": "100"},
        {"model": "gpt-image-1.5", "input_fidelity": "high"},
        {"model": "gpt-image-1-mini", "input_fidelity": "low"},
        {"safety_identifier": "u-1", "user": "u-1"},
    ],
)
def test_just_inside_the_bounds(more: dict[str, Any]) -> None:
    assert len(pictures(sent(OpenAIFake(), **more))) == 1


def test_ten_pictures() -> None:
    fake = OpenAIFake()
    assert len(pictures(sent(fake, n="10", size="1024x640"))) == 10
    assert fake.accepted[0].pictures == 10


@pytest.mark.parametrize(
    ("model", "size", "status"),
    [
        ("gpt-image-1.5", "1024x1536", 200),
        ("gpt-image-1.5", "1536x864", 400),
        ("gpt-image-1-mini", "1040x1040", 400),
        ("gpt-image-2", "1536x864", 200),
        ("gpt-image-2", "1536x865", 400),
        ("gpt-image-2", "1536x512", 200),
        ("gpt-image-2", "1552x512", 400),
        ("gpt-image-2", "1024x640", 200),
        ("gpt-image-2", "1008x640", 400),
        ("gpt-image-2", "3856x2144", 400),
        ("gpt-image-2", "3840x2176", 400),
        ("gpt-image-2", "1024", 400),
        ("gpt-image-2", "0x1024", 400),
        ("gpt-image-2", "1024X1024", 400),
        ("gpt-image-2.5-sunburst-2026-09-08", "1536x864", 200),
    ],
)
def test_size_rules_of_each_model(model: str, size: str, status: int) -> None:
    answer = sent(OpenAIFake(), model=model, size=size, output_format="jpeg")
    assert answer.status_code == status
    if status == 200:
        assert [f"{it.width}x{it.height}" for it in pictures(answer)] == [size]
    else:
        refused(answer, 400, "invalid_value", "size")


def test_the_largest_size() -> None:
    answer = sent(OpenAIFake(), size="3840x2160", output_format="jpeg")
    assert [it.size for it in pictures(answer)] == [(3840, 2160)]


def test_a_body_that_is_too_long() -> None:
    fake = planned(max_body=10_000)
    refused(sent(fake, files=[named("image", padded(photo(RED), 10_000))]), 413, None)
    refused(generated(fake, prompt="x" * 10_000), 413, None)
    assert unasked(fake)


def test_a_field_twice() -> None:
    two = [("n", (None, b"1", None)), ("n", (None, b"2", None))]
    refused(posted(OpenAIFake(), EDITS, KEY, data=EXAMPLE, files=[A, *two]), 400, "invalid_value", "n")


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        (EDITS, {"json": {"model": "gpt-image-2", "prompt": "x"}}),
        (GENERATIONS, {"data": {"model": "gpt-image-2", "prompt": "x"}}),
    ],
)
def test_the_other_kind_of_body(path: str, asked: dict[str, Any]) -> None:
    refused(posted(OpenAIFake(), path, KEY, **asked), 400, "unsupported_content_type")


@pytest.mark.parametrize("body", [b"{", b"[]", b"null"])
def test_no_json(body: bytes) -> None:
    headers = {"content-type": "application/json"}
    refused(posted(OpenAIFake(), GENERATIONS, KEY, content=body, headers=headers), 400, None)


def test_no_form() -> None:
    headers = {"content-type": "multipart/form-data; boundary=b1"}
    refused(posted(OpenAIFake(), EDITS, KEY, content=b"--b2\r\nx", headers=headers), 400, None)


@pytest.mark.parametrize(
    ("more", "code", "param"),
    [
        ({"prompt": None}, "missing_required_parameter", "prompt"),
        ({"prompt": 1}, "invalid_type", "prompt"),
        ({"prompt": ["x"]}, "invalid_type", "prompt"),
        ({"model": ["gpt-image-2"]}, "invalid_type", "model"),
        ({"n": "1"}, "invalid_type", "n"),
        ({"n": True}, "invalid_type", "n"),
        ({"n": 11}, "invalid_value", "n"),
        ({"stream": "true"}, "invalid_type", "stream"),
        ({"moderation": "high"}, "invalid_value", "moderation"),
        ({"size": "512x512"}, "invalid_value", "size"),
        ({"input_fidelity": "high"}, "unknown_parameter", "input_fidelity"),
        ({"image": "data:"}, "unknown_parameter", "image"),
        ({"response_format": "url"}, "unknown_parameter", "response_format"),
        ({"style": "vivid"}, "unknown_parameter", "style"),
    ],
)
def test_what_a_generation_does_not_allow(more: dict[str, Any], code: str, param: str) -> None:
    refused(generated(OpenAIFake(), **more), 400, code, param)
