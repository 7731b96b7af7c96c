"""Our requests in Gemini's fields (contract §3.3, §3.4, §3.7)."""

from __future__ import annotations

import base64

import pytest
from doubles.asking import SAID_IN_WORDS, WORDS, asking, manifest, picture, reference

from tuanyuan.domain.engine import BadRequest, InputRefused, OutputRefused, Prompt, Unknown
from tuanyuan.domain.errors import WrongUsage
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.parameters import PARAMETERS
from tuanyuan.engines import asked
from tuanyuan.engines.gemini import mapping

CAPABILITIES = manifest("gemini").capabilities
FLASH, PRO = CAPABILITIES.models
JPEG = reference(data=b"\xff\xd8\xff\xe0", media_type="image/jpeg")
PNG = reference("garment", data=b"\x89PNG")
EXAMPLE = {
    "candidates": [
        {
            "content": {
                "role": "model",
                "parts": [
                    {"text": "Done."},
                    {"inlineData": {"mimeType": "image/png", "data": base64.b64encode(picture()).decode()}},
                ],
            },
            "finishReason": "STOP",
            "index": 0,
        }
    ],
    "usageMetadata": {"promptTokenCount": 540, "candidatesTokenCount": 1296, "totalTokenCount": 1836},
    "modelVersion": "gemini-2.5-flash-image",
    "responseId": "r-1",
}


def body(model=FLASH, *references, **changed):
    request = asking(model, *references, **changed)
    return mapping.asked(request, model, request.references)


def configuration(model=FLASH, **changed):
    return body(model, JPEG, **changed)["generationConfig"]


def result(answer, model=FLASH, *references, **changed):
    return mapping.result(answer, asking(model, *references, **changed), model)


def drawn(*parts, reason="STOP"):
    return {"candidates": [{"content": {"role": "model", "parts": list(parts)}, "finishReason": reason}]}


def inline(data=b"picture", **more):
    return {"inlineData": {"mimeType": "image/png", "data": base64.b64encode(data).decode()}, **more}


def test_the_worked_example_and_the_word_that_a_picture_is_wanted():
    """§3.7; §3.4 wants the last sentence of whoever asks again."""
    assert body(FLASH, JPEG, PNG, size=(864, 1152), parameters={}) == {
        "contents": [
            {
                "role": "user",
                "parts": [
                    {"text": f"{WORDS}\nReturn an image."},
                    {"inlineData": {"mimeType": "image/jpeg", "data": "/9j/4A=="}},
                    {"inlineData": {"mimeType": "image/png", "data": "iVBORw=="}},
                ],
            }
        ],
        "generationConfig": {"responseModalities": ["TEXT", "IMAGE"], "imageConfig": {"aspectRatio": "3:4"}},
    }
    assert mapping.path(FLASH) == "/models/gemini-2.5-flash-image:generateContent"


@pytest.mark.parametrize(
    ("size", "ratio"),
    [
        ((1920, 1440), "4:3"),
        ((1440, 1920), "3:4"),
        ((1024, 1024), "1:1"),
        ((1000, 1500), "2:3"),
        ((1920, 1080), "16:9"),
        ((1080, 1920), "9:16"),
        ((1280, 1024), "5:4"),
        ((3000, 1000), "21:9"),
        ((1000, 3000), "9:16"),
    ],
)
def test_the_nearest_shape_is_asked_for(size, ratio):
    assert configuration(size=size)["imageConfig"] == {"aspectRatio": ratio}


@pytest.mark.parametrize(
    ("size", "told"),
    [((1024, 1024), "1K"), ((1040, 1040), "2K"), ((1920, 1440), "2K"), ((2048, 2048), "2K"), ((4096, 3072), "4K")],
)
def test_a_model_with_sizes_is_asked_for_the_smallest_that_is_enough(size, told):
    assert configuration(PRO, size=size)["imageConfig"]["imageSize"] == told


def test_a_seed_is_sent_and_changes_nothing_else():
    plain, seeded = body(FLASH, JPEG, parameters={}), body(FLASH, JPEG, options={"seed": 77})
    assert seeded["generationConfig"].pop("seed") == 77
    assert seeded == plain


def test_a_seed_is_a_signed_32_bit_number():
    assert configuration(options={"seed": 2**31})["seed"] == 0


@pytest.mark.parametrize(("size", "resolution"), [("1080x1920", None), (None, "4k")])
def test_size_and_resolution_change_the_image_config_alone(size, resolution):
    from tuanyuan.domain.parameters import size_of

    options = {"size": size} if size else {"resolution": resolution}
    plain = body(PRO, JPEG, size=size_of({}))
    other = body(PRO, JPEG, options=options, size=size_of(options))
    assert plain["generationConfig"].pop("imageConfig") != other["generationConfig"].pop("imageConfig")
    assert plain == other


@pytest.mark.parametrize(("name", "value"), SAID_IN_WORDS)
def test_what_is_said_in_words_changes_no_field(name, value):
    assert CAPABILITIES.parameters[name].taken == "emulated"
    assert CAPABILITIES.parameters[name].as_ == "prompt"
    assert body(FLASH, JPEG, options={name: value}) == body(FLASH, JPEG)
    asked.check(JobRequest("tryon", ("p",), options={name: value}), CAPABILITIES)


@pytest.mark.parametrize(("name", "value"), [("motion_bucket_id", 10), ("fps", 10), ("video_length", 5)])
def test_what_a_clip_has_is_refused(name, value):
    assert CAPABILITIES.parameters[name].taken == "none"
    with pytest.raises(WrongUsage):
        asked.check(JobRequest("tryon", ("p",), options={name: value}), CAPABILITIES)


def test_every_parameter_has_its_line():
    assert set(CAPABILITIES.parameters) == set(PARAMETERS)


def test_what_must_not_be_seen_and_a_mask_are_told_in_words():
    mask = reference("mask", data=b"mask")
    prompt = Prompt("图1换上图2的衣服", negative="文字、水印", language="zh")
    parts = body(FLASH, JPEG, PNG, mask, prompt=prompt)["contents"][0]["parts"]
    assert parts[0]["text"].splitlines() == [
        "图1换上图2的衣服",
        "画面中不要出现：文字、水印。",
        "图3是蒙版：只改动其中白色对应的部分，黑色部分保持不变。",
        "请直接给出图片。",
    ]
    assert [part["inlineData"]["data"] for part in parts[1:]] == ["/9j/4A==", "iVBORw==", "bWFzaw=="]


def test_more_bytes_than_a_request_may_have_are_not_sent():
    large = reference(data=bytes(8_000_000))
    with pytest.raises(BadRequest) as caught:
        body(PRO, large, large)
    assert "request_size" in str(caught.value)


def test_a_picture_comes_out_with_its_price():
    made = result(EXAMPLE)
    assert [one.data for one in made.pictures] == [picture()]
    assert (made.cost_fen, made.missing, made.exhausted) == (28, "", False)


@pytest.mark.parametrize(("size", "fen"), [((1920, 1440), 99), ((4096, 3072), 175)])
def test_the_larger_model_bills_the_size_and_what_it_looks_at(size, fen):
    assert result(EXAMPLE, PRO, JPEG, PNG, size=size).cost_fen == fen


def test_drafts_of_thinking_are_no_pictures():
    answer = drawn(inline(b"draft", thought=True), {"text": "thinking", "thought": True}, inline(b"last"))
    assert [one.data for one in result(answer).pictures] == [b"last"]
    with pytest.raises(OutputRefused):
        result(drawn(inline(b"draft", thought=True)))


def test_no_more_pictures_than_asked_for_but_all_are_paid():
    answer = drawn(inline(b"1"), inline(b"2"))
    made = result(answer)
    assert [one.data for one in made.pictures] == [b"1"]
    assert made.cost_fen == 56
    assert len(result(answer, candidates=2).pictures) == 2


@pytest.mark.parametrize("reason", ["SAFETY", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY", "OTHER", "NEW_ONE"])
def test_a_blocked_prompt_is_refused(reason):
    with pytest.raises(InputRefused) as caught:
        result({"promptFeedback": {"blockReason": reason}, "usageMetadata": {"promptTokenCount": 540}})
    assert caught.value.code == "engine_input_refused"


@pytest.mark.parametrize(
    "reason", ["SAFETY", "PROHIBITED_CONTENT", "IMAGE_PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "RECITATION"]
)
def test_what_must_not_be_tried_again_is_refused_for_good(reason):
    with pytest.raises(InputRefused):
        result({"candidates": [{"finishReason": reason, "finishMessage": "…", "index": 0}]})


@pytest.mark.parametrize(
    "reason",
    [
        "IMAGE_SAFETY",
        "IMAGE_RECITATION",
        "NO_IMAGE",
        "IMAGE_OTHER",
        "OTHER",
        "MALFORMED_RESPONSE",
        "LANGUAGE",
        "A_NEW_ONE",
    ],
)
def test_what_may_be_tried_once_more(reason):
    with pytest.raises(OutputRefused) as caught:
        result({"candidates": [{"finishReason": reason, "index": 0}]})
    assert caught.value.code == "engine_output_refused"


def test_words_instead_of_a_picture_may_be_tried_once_more():
    with pytest.raises(OutputRefused):
        result(drawn({"text": "I would draw a family."}))


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"candidates": []},
        {"candidates": "none"},
        {"promptFeedback": {}},
        {"candidates": [{}]},
        drawn({"inlineData": {"mimeType": "image/png", "data": "no base64!"}}),
        drawn({"inlineData": {"mimeType": "image/png"}}),
    ],
)
def test_an_answer_that_the_contract_does_not_know_is_lost(answer):
    with pytest.raises(Unknown):
        result(answer)
