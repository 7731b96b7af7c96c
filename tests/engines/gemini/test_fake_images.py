"""The fake of Gemini makes pictures and tells them as the contract does (contracts/gemini.md)."""

from __future__ import annotations

import base64
import io
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from doubles.gemini import BLUE, FLASH, PRO, RED, configured, events, inline, photo, picture, refused, sent, with_parts
from PIL import Image

from tuanyuan.engines.gemini.fake import MODELS, GeminiFake
from tuanyuan.engines.sandbox import serving


def near(pixel: Any, colour: tuple[int, int, int]) -> bool:
    return all(abs(got - wanted) < 40 for got, wanted in zip(pixel, colour, strict=True))


def test_the_worked_example() -> None:
    fake = GeminiFake(clock=lambda: 7.0)
    answer = sent(fake)
    said = answer.json()
    assert answer.headers["content-type"] == "application/json; charset=UTF-8"
    assert list(said) == ["candidates", "usageMetadata", "modelVersion", "responseId"]
    (candidate,) = said["candidates"]
    assert (candidate["finishReason"], candidate["index"], candidate["content"]["role"]) == ("STOP", 0, "model")
    assert [list(part) for part in candidate["content"]["parts"]] == [["text"], ["inlineData"]]
    usage = said["usageMetadata"]
    assert usage["totalTokenCount"] == usage["promptTokenCount"] + usage["candidatesTokenCount"]
    assert said["modelVersion"] == FLASH
    (work,) = fake.accepted
    assert (work.id, work.model, work.at, work.pictures, work.fault) == (said["responseId"], FLASH, 7.0, 1, None)
    assert work.request["contents"][0]["parts"][2]["inlineData"] == {"mimeType": "image/png", "bytes": len(photo(BLUE))}
    assert fake.calls == {"generateContent": 1}


def test_everybody_who_was_sent_is_in_the_picture() -> None:
    made = picture(sent(GeminiFake()))
    assert near(made.getpixel((made.width // 4, made.height // 2)), RED)
    assert near(made.getpixel((3 * made.width // 4, made.height // 2)), BLUE)


@pytest.mark.parametrize("version", ["v1", "v1beta"])
def test_both_versions(version: str) -> None:
    assert picture(sent(GeminiFake(), version=version))


def test_snake_case_null_and_url_safe_base64() -> None:
    data = photo(RED)
    url_safe = base64.urlsafe_b64encode(data).decode().rstrip("=")
    body = {
        "contents": [{"parts": [{"text": "x"}, {"inline_data": {"mime_type": "image/png", "data": url_safe}}]}],
        "generation_config": {"response_modalities": ["IMAGE"], "image_config": {"aspect_ratio": "1:1"}, "seed": None},
        "safety_settings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_ONLY_HIGH"}],
        "system_instruction": {"parts": [{"text": "x"}]},
    }
    answer = sent(GeminiFake(), body)
    assert picture(answer).size == (1024, 1024)
    # Without TEXT nothing is said.
    assert [list(part) for part in answer.json()["candidates"][0]["content"]["parts"]] == [["inlineData"]]


@pytest.mark.parametrize(
    ("model", "image", "size"),
    [
        (FLASH, {"aspectRatio": "3:4"}, (880, 1184)),
        (FLASH, {"aspectRatio": "21:9"}, (1568, 672)),
        (PRO, {"aspectRatio": "1:1", "imageSize": "2K"}, (2048, 2048)),
        ("gemini-3.1-flash-image", {"aspectRatio": "1:8", "imageSize": "512"}, (176, 1456)),
    ],
)
def test_size_by_ratio_and_resolution(model: str, image: dict[str, str], size: tuple[int, int]) -> None:
    assert picture(sent(GeminiFake(), configured(imageConfig=image), model)).size == size


def test_without_a_ratio_that_of_the_first_picture() -> None:
    first = {"contents": [{"parts": [inline(photo(RED, (160, 90)))]}]}
    width, height = picture(sent(GeminiFake(), first)).size
    assert round(width / height, 1) == 1.8
    assert picture(sent(GeminiFake(), {"contents": [{"parts": [{"text": "a cat"}]}]})).size == (1024, 1024)


def test_a_first_picture_on_its_side() -> None:
    file, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6  # EXIF orientation: on its side
    Image.new("RGB", (160, 90), RED).save(file, "JPEG", exif=exif)
    width, height = picture(sent(GeminiFake(), with_parts(inline(file.getvalue(), "image/jpeg")))).size
    assert round(height / width, 1) == 1.8


def test_a_model_that_thinks_drafts_nobody() -> None:
    parts = sent(GeminiFake(), model=PRO).json()["candidates"][0]["content"]["parts"]
    assert [(next(iter(part)), part.get("thought", False)) for part in parts] == [
        ("text", True),
        ("inlineData", True),
        ("text", False),
        ("inlineData", False),
    ]
    draft = Image.open(io.BytesIO(base64.b64decode(parts[1]["inlineData"]["data"])))
    assert len(draft.getcolors() or ()) == 1


def test_calls_differ_a_little() -> None:
    fake = GeminiFake()
    assert sent(fake).json()["candidates"] != sent(fake).json()["candidates"]


def test_stream_one_part_an_event() -> None:
    fake = GeminiFake()
    path = f"/v1beta/models/{FLASH}:streamGenerateContent?alt=sse"
    first, last = events(sent(fake, path=path))
    assert first["candidates"][0]["content"]["parts"] == [{"text": "Done."}]
    assert "finishReason" not in first["candidates"][0]
    assert "inlineData" in last["candidates"][0]["content"]["parts"][0]
    assert last["candidates"][0]["finishReason"] == "STOP"
    assert last["usageMetadata"]["candidatesTokenCount"] == 1290
    assert fake.calls == {"streamGenerateContent": 1}


def test_stream_without_sse_is_a_list() -> None:
    said = sent(GeminiFake(), action="streamGenerateContent").json()
    assert [len(piece["candidates"]) for piece in said] == [1, 1]


def test_heic_is_known_by_its_head() -> None:
    heic = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"
    assert picture(sent(GeminiFake(), with_parts(inline(heic, "image/heic"))))


def fetching(found: dict[str, bytes]) -> Callable[[str], Awaitable[bytes]]:
    async def fetch(uri: str) -> bytes:
        if uri not in found:
            raise ValueError(uri)
        return found[uri]

    return fetch


def test_files_are_fetched() -> None:
    fake = GeminiFake(fetch=fetching({"https://files.example/a": photo(RED)}))
    there = {"fileData": {"mimeType": "image/png", "fileUri": "https://files.example/a"}}
    made = picture(sent(fake, with_parts(there)))
    assert near(made.getpixel((made.width // 2, made.height // 2)), RED)
    lost = {"file_data": {"mime_type": "image/png", "file_uri": "https://files.example/b"}}
    assert "Cannot fetch" in refused(sent(fake, with_parts(lost)))
    assert len(fake.accepted) == 1


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
def test_fetching_for_real_follows_no_redirect_and_stops_at_twenty_megabytes() -> None:
    bodies = {"/a": (200, photo(RED)), "/moved": (302, b""), "/long": (200, bytes(20_000_001))}

    async def files(scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG001  # as ASGI asks
        status, body = bodies[scope["path"]]
        headers = [(b"location", b"/a")] if status == 302 else []
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    with serving(files) as base:
        said = {
            path: sent(
                GeminiFake(), with_parts({"fileData": {"mimeType": "image/png", "fileUri": base + path}})
            ).status_code
            for path in bodies
        }
    assert said == {"/a": 200, "/moved": 400, "/long": 400}


def test_the_models_of_the_contract() -> None:
    assert MODELS == ("gemini-2.5-flash-image", "gemini-3.1-flash-image", "gemini-3-pro-image")
