"""The fake of Gemini refuses what the contract does not allow, before any work (contracts/gemini.md)."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from doubles.gemini import (
    FLASH,
    PRO,
    RED,
    configured,
    error,
    example,
    inline,
    photo,
    picture,
    refused,
    sent,
    with_parts,
)
from PIL import Image

from tuanyuan.engines.gemini.fake import GeminiFake, Words
from tuanyuan.engines.sandbox import Faults


def noise() -> bytes:
    """A picture of more than two kilobytes."""
    file = io.BytesIO()
    Image.effect_noise((60, 80), 90).save(file, "JPEG")
    return file.getvalue()


def unasked(fake: GeminiFake) -> bool:
    """Nothing was taken, and the plan of faults was not touched."""
    return not fake.accepted and fake.faults.next() == "fail"


def planned() -> GeminiFake:
    return GeminiFake(Faults(["fail"]))


@pytest.mark.parametrize("key", [None, "", "AIzaExamplf", "AIzaExample2"])
def test_key(key: str | None) -> None:
    fake = planned()
    refused(sent(fake, key=key), 403, "PERMISSION_DENIED")
    assert unasked(fake)


def test_a_wrong_key_as_the_service_has_been_seen_to_say_it() -> None:
    said = error(sent(GeminiFake(words=Words(wrong_key="API_KEY_INVALID")), key="x"))
    assert (said["code"], said["status"]) == (400, "INVALID_ARGUMENT")
    assert said["details"][0]["reason"] == "API_KEY_INVALID"


@pytest.mark.parametrize(
    "path",
    [
        "/v1/models/gemini-2.0-flash-preview-image-generation:generateContent",
        "/v1/models/gemini-3-pro-image-preview:generateContent",
        "/v1/models/gemini-3.1-flash-image-preview:generateContent",
        "/v1/models/imagen-4.0-generate-001:predict",
        f"/v1/models/{FLASH}:predict",
        f"/v1/models/{FLASH}",
        f"/v2/models/{FLASH}:generateContent",
        "/v1/elsewhere",
    ],
)
def test_shut_down_or_unknown(path: str) -> None:
    fake = planned()
    refused(sent(fake, path=path), 404, "NOT_FOUND")
    assert sum(fake.calls.values()) == 1
    assert unasked(fake)


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"contents": []},
        {"contents": {}},
        {"contents": ["x"]},
        {"contents": [{"role": "user"}]},
        {"contents": [{"role": "user", "parts": []}]},
        {"contents": [{"role": "system", "parts": [{"text": "x"}]}]},
        with_parts({}),
        with_parts({"text": 1}),
        with_parts({"text": "x", **inline(photo(RED))}),
        with_parts({"image": "x"}),
        with_parts({"inlineData": {"mimeType": "image/png"}}),
        with_parts({"inlineData": {"data": "aaaa"}}),
        with_parts({"inlineData": {"mimeType": "image/png", "data": "!!!!"}}),
        with_parts({"inlineData": {"mimeType": "image/png", "data": ""}}),
        with_parts({"inlineData": {"mime_type": "image/png", **inline(photo(RED))["inlineData"]}}),
        with_parts(inline(photo(RED, format="GIF"), "image/gif")),
        with_parts(inline(photo(RED), "image/jpeg")),
        with_parts(inline(noise()[:-1000], "image/jpeg")),
        with_parts(inline(b"no heic", "image/heic")),
        with_parts({"fileData": {"mimeType": "image/png", "fileUri": "gs://bucket/a.png"}}),
        with_parts({"fileData": {"mimeType": "image/png"}}),
        {**example(), "systemInstruction": {"parts": []}},
        {**example(), "systemInstruction": "x"},
        {**example(), "generation": {}},
        {**example(), "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT"}]},
        {**example(), "safetySettings": [{"category": "RUDE", "threshold": "OFF"}]},
        configured(responseModalities=["TEXT"]),
        configured(responseModalities=["IMAGE", "AUDIO"]),
        configured(responseModalities="IMAGE"),
        configured(imageConfig={"aspectRatio": "3:5"}),
        configured(imageConfig={"aspectRatio": "1:8"}),
        configured(imageConfig={"imageSize": "1K"}),
        configured(imageConfig={"aspect": "1:1"}),
        configured(imageConfig={"outputMimeType": "image/jpeg"}),
        configured(imageConfig={"outputCompressionQuality": 80}),
        configured(imageConfig={"personGeneration": "ALLOW_CHILDREN"}),
        configured(candidateCount=2),
        configured(candidateCount=True),
        configured(seed=2**31),
        configured(seed="1"),
        configured(temperature=2.1),
    ],
)
def test_what_the_contract_does_not_allow(body: Any) -> None:
    fake = planned()
    refused(sent(fake, body))
    assert unasked(fake)


@pytest.mark.parametrize(
    ("model", "config"),
    [
        (PRO, {"imageConfig": {"imageSize": "1k"}}),
        (PRO, {"imageConfig": {"imageSize": "512"}}),
        (PRO, {"imageConfig": {"aspectRatio": "4:1"}}),
        ("gemini-3.1-flash-image", {"imageConfig": {"imageSize": "8K"}}),
    ],
)
def test_what_the_model_does_not_allow(model: str, config: dict[str, Any]) -> None:
    refused(sent(GeminiFake(), configured(**config), model))


@pytest.mark.parametrize(
    "config",
    [
        {"seed": 2**31 - 1},
        {"seed": -(2**31)},
        {"temperature": 0},
        {"temperature": 2.0},
        {"candidateCount": 1},
        {"imageConfig": {"personGeneration": "ALLOW_ADULT"}},
    ],
)
def test_just_inside_the_bounds(config: dict[str, Any]) -> None:
    assert picture(sent(GeminiFake(), configured(**config)))


def test_no_json() -> None:
    refused(sent(planned(), content=b'{"contents":'))


def test_an_error_names_the_field() -> None:
    said = error(sent(GeminiFake(), {**example(), "contentz": 1}))
    assert 'Unknown name "contentz"' in said["message"]
    assert said["details"][0]["@type"] == "type.googleapis.com/google.rpc.BadRequest"


@pytest.mark.parametrize(("model", "count", "status"), [(PRO, 14, 200), (PRO, 15, 400), (FLASH, 15, 200)])
def test_fourteen_references(model: str, count: int, status: int) -> None:
    body = {**with_parts(*[inline(photo(RED, (8, 8)))] * count), "generationConfig": {"imageConfig": {}}}
    assert sent(GeminiFake(), body, model).status_code == status


@pytest.mark.parametrize(("beyond", "status"), [(0, 200), (1, 400)])
def test_a_request_of_twenty_megabytes(beyond: int, status: int) -> None:
    content = json.dumps(with_parts({"text": "x"})).encode()
    content += b" " * (20 * 1024 * 1024 + beyond - len(content))
    answer = sent(GeminiFake(), content=content)
    assert answer.status_code == status
    assert ("payload size exceeds the limit" in answer.text) == (status == 400)
