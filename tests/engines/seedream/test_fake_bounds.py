"""Our Ark refuses what the contract does not allow: keys, bodies, models, fields."""

from __future__ import annotations

import io
from typing import Any

import pytest
from doubles.seedream import (
    AUDIO,
    IMAGES,
    LITE,
    NEWEST,
    PRO,
    URL,
    V4,
    V5,
    V45,
    Talk,
    assert_refused,
    data_uri,
    frame,
    picture,
)
from PIL import Image


@pytest.mark.parametrize("said", ["", "Bearer other", "Basic ark-key-example", "bearer ark-key-example", "Bearer é"])
def test_a_wrong_key(said: str) -> None:
    talk = Talk()
    answer = talk.call("POST", IMAGES, json={"model": V4, "prompt": "hi"}, headers={"authorization": said.encode()})
    assert_refused(answer, 401, "AuthenticationError")
    assert answer.json()["error"]["type"] == "Unauthorized"
    assert not talk.fake.accepted
    assert talk.fake.calls == {"POST images/generations": 1}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_object(body: bytes) -> None:
    answer = Talk().call("POST", IMAGES, content=body, headers={"content-type": "application/json"})
    assert_refused(answer, 400, "InvalidParameter")


def test_a_body_that_is_too_large_or_no_json_by_name() -> None:
    talk = Talk()
    assert_refused(talk.call("POST", IMAGES, content=b" " * (64 * 1024**2 + 1)), 413, "InvalidParameter")
    assert_refused(talk.call("POST", IMAGES, content=b"{}"), 400, "InvalidParameter")


@pytest.mark.parametrize(
    ("model", "code"),
    [
        ("doubao-seedream-9", "InvalidEndpointOrModel.NotFound"),
        (PRO, "InvalidEndpointOrModel.NotFound"),
        ("doubao-seedream-3-0-t2i-250415", "ModelNotOpen"),
        (V45, "ModelNotOpen"),
    ],
)
def test_models_that_are_not_to_be_had(model: str, code: str) -> None:
    talk = Talk(closed=["doubao-seedream-3-0-t2i-250415", V45])
    assert_refused(talk.images(model=model), 404, code)


INSIDE: list[dict[str, Any]] = [
    {"size": "1K"},
    {"size": "2K"},
    {"size": "960x960"},
    {"size": "240x3840"},
    {"size": "3840x240"},
    {"image": [data_uri(picture(20, 20))] * 14},
    {"image": URL},
    {"image": data_uri(picture(15, 240))},
    {"optimize_prompt_options": {"mode": "fast"}},
    {"optimize_prompt_options": {"mode": "standard", "thinking": "auto"}},
    {"model": V45, "size": "1920x1920"},
    {"model": V5, "size": "3K", "output_format": "png", "tools": [{"type": "web_search"}]},
    {"n": None, "mask": None},
    *({"image": data_uri(picture(format=kind.upper()), kind)} for kind in ("webp", "bmp", "tiff", "gif", "png")),
]
OUTSIDE: list[tuple[dict[str, Any], str]] = [
    ({"model": None}, "MissingParameter"),
    ({"prompt": None}, "MissingParameter"),
    ({"prompt": ""}, "MissingParameter"),
    *(
        (form, "InvalidParameter")
        for form in (
            {"prompt": 7},
            {"model": 7},
            {"size": "3K"},
            {"size": "1k"},
            {"size": "959x960"},
            {"size": "4097x4096"},
            {"size": "240x3841"},
            {"size": "2048×2048"},
            {"size": "x"},
            {"size": 2048},
            {"model": V45, "size": "1K"},
            {"model": V45, "size": "1919x1920"},
            {"model": V5, "size": "4K"},
            {"image": [URL] * 15},
            {"image": 7},
            {"image": [7]},
            {"image": "https://img.example.cn/absent.jpg"},
            {"image": data_uri(picture(14, 200))},
            {"image": data_uri(picture(20, 321))},
            {"image": data_uri(picture() + b" " * (10 * 1024**2 - len(picture()) + 1))},
            {"image": data_uri(b"no picture")},
            {"image": data_uri(picture()[:-200])},
            {"image": data_uri(picture(format="ICO"), "png")},
            {"sequential_image_generation": "on"},
            {"sequential_image_generation_options": {"max_images": 0}},
            {"sequential_image_generation_options": {"max_images": 16}},
            {"sequential_image_generation_options": {"max_images": True}},
            {"sequential_image_generation_options": 3},
            {"stream": "true"},
            {"response_format": "b64"},
            {"watermark": 0},
            {"output_format": "png"},
            {"tools": [{"type": "web_search"}]},
            {"model": V5, "output_format": "webp"},
            {"model": V5, "tools": [{"type": "search"}]},
            {"model": V45, "optimize_prompt_options": {"mode": "fast"}},
            {"seed": 1},
            {"guidance_scale": 2.5},
            {"n": 2},
            {"mask": "x"},
        )
    ),
    ({"image": ""}, "InvalidImageURL.EmptyURL"),
    ({"image": "ftp://img.example.cn/a"}, "InvalidImageURL.InvalidFormat"),
    ({"image": data_uri(picture(), "JPEG")}, "InvalidImageURL.InvalidFormat"),
    ({"image": "data:image/png;base64,%%%"}, "InvalidImageURL.InvalidFormat"),
]


@pytest.mark.parametrize("form", INSIDE)
def test_just_inside(form: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    small = picture()
    monkeypatch.setattr("tuanyuan.engines.seedream.fake.making.make", lambda *_: small)  # what it draws is no matter
    talk = Talk()
    assert talk.images(**form).status_code == 200
    assert len(talk.fake.accepted) == 1


@pytest.mark.parametrize(("form", "code"), OUTSIDE)
def test_just_outside(form: dict[str, Any], code: str) -> None:
    talk = Talk("fail")
    assert_refused(talk.images(**form), 400, code)
    assert not talk.fake.accepted
    assert_refused(talk.images(), 500, "InternalServiceError")  # the plan's fault was not spent on it


def test_pictures_of_more_than_36_megapixels() -> None:
    talk = Talk()
    grey = io.BytesIO()
    Image.new("1", (6000, 6001)).save(grey, "PNG")
    assert_refused(talk.images(image=data_uri(grey.getvalue(), "png")), 400, "InvalidParameter")


VIDEO_INSIDE: list[dict[str, Any]] = [
    {"duration": 2},
    {"duration": 12},
    {"frames": 29},
    {"frames": 289},
    {"seed": -1},
    {"seed": 2**32 - 1},
    {"resolution": "1080p", "ratio": "21:9"},
    {"service_tier": "flex", "execution_expires_after": 3600},
    {"execution_expires_after": 259_200},
    {"model": AUDIO, "generate_audio": True, "draft": True},
    {"model": NEWEST, "duration": 15},
    {"model": "ep-20261122190000-fghij"},
    {"content": [frame(role=None)]},
    {"content": [frame(), frame(role="last_frame")]},
    {"content": [frame(role="reference_image")] * 2},
    {"content": [frame(data_uri(picture(300, 750, "PNG"), "png"))]},
    {"safety_identifier": "u1", "priority": 0, "camera_fixed": True},
    {"resolution": None, "duration": None, "callback_url": None},
]
VIDEO_OUTSIDE: list[tuple[dict[str, Any], str]] = [
    ({"content": None}, "MissingParameter"),
    ({"content": []}, "MissingParameter"),
    ({"content": [{"type": "text", "text": ""}]}, "MissingParameter"),
    ({"content": [{"type": "image_url"}]}, "MissingParameter"),
    ({"model": LITE}, "MissingParameter"),
    *(
        (form, "InvalidParameter")
        for form in (
            {"content": "text"},
            {"content": ["text"]},
            {"content": [{"type": "audio_url"}]},
            {"content": [frame(role="tail")]},
            {"content": [frame(role="last_frame")]},
            {"content": [frame(), frame()]},
            {"content": [frame(role=None), frame(role=None)]},
            {"content": [frame(data_uri(picture(299, 400)))]},
            {"content": [frame(data_uri(picture(300, 751)))]},
            {"content": [frame("https://img.example.cn/absent.jpg")]},
            {"duration": 1},
            {"duration": 13},
            {"duration": 5.0},
            {"duration": 5, "frames": 29},
            {"frames": 25},
            {"frames": 30},
            {"frames": 293},
            {"seed": -2},
            {"seed": 2**32},
            {"resolution": "4k"},
            {"ratio": "2:1"},
            {"generate_audio": True},
            {"watermark": "yes"},
            {"service_tier": "fast"},
            {"execution_expires_after": 3599},
            {"execution_expires_after": 259_201},
            {"callback_url": "api.example.cn"},
            {"model": NEWEST, "duration": 3},
            {"model": NEWEST, "duration": 16},
        )
    ),
    ({"content": [frame("")]}, "InvalidImageURL.EmptyURL"),
    (
        {"model": NEWEST, "content": [frame()]},
        "InputImageSensitiveContentDetected.PrivacyInformation",
    ),
]


@pytest.mark.parametrize("form", VIDEO_INSIDE)
def test_video_just_inside(form: dict[str, Any]) -> None:
    talk = Talk()
    assert talk.see(talk.task(**form))["status"] == "succeeded"


@pytest.mark.parametrize(("form", "code"), VIDEO_OUTSIDE)
def test_video_just_outside(form: dict[str, Any], code: str) -> None:
    talk = Talk("fail")
    assert_refused(talk.film(**form), 400, code)
    assert not talk.fake.accepted
    assert_refused(talk.film(), 500, "InternalServiceError")


def test_image_models_make_no_clips() -> None:
    assert_refused(Talk().film(model=V4), 404, "InvalidEndpointOrModel.NotFound")
