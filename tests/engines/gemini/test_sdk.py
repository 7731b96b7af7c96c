"""Google's own SDK completes calls against the fake (contracts/gemini.md 3.6)."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from typing import Any

import pytest
from google import genai
from google.genai import errors, types
from PIL import Image

from tuanyuan.engines.gemini.fake import GeminiFake, Words
from tuanyuan.engines.sandbox import Fault, Faults, serving

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])

KEY, FLASH, PRO = "AIzaExample", "gemini-2.5-flash-image", "gemini-3-pro-image"
RED, BLUE = (200, 30, 30), (30, 30, 200)


@pytest.fixture
def fake() -> GeminiFake:
    return GeminiFake()


@pytest.fixture
def base(fake: GeminiFake) -> Iterator[str]:
    with serving(fake.app) as base:
        yield base


def client(base: str, key: str = KEY, version: str | None = None, timeout: int = 5000) -> genai.Client:
    options = types.HttpOptions(
        base_url=base, api_version=version, timeout=timeout, retry_options=types.HttpRetryOptions(attempts=1)
    )
    return genai.Client(api_key=key, http_options=options)


def photo(colour: tuple[int, int, int], format: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (60, 80), colour).save(file, format)
    return file.getvalue()


# Bytes whose base64 has the letters in which its two alphabets differ.
CONTENTS: Any = [
    "Keep the face of picture 1; dress the person as in picture 2; plain grey background.",
    types.Part.from_bytes(data=photo(RED, "JPEG"), mime_type="image/jpeg"),
    types.Part.from_bytes(data=photo(BLUE, "PNG") + b"\xfb\xff\xfe" * 8, mime_type="image/png"),
]
CONFIG = types.GenerateContentConfig(
    response_modalities=["TEXT", "IMAGE"],
    image_config=types.ImageConfig(aspect_ratio="3:4"),
    seed=7,
    temperature=1.0,
    candidate_count=1,
    safety_settings=[
        types.SafetySetting(
            category=types.HarmCategory.HARM_CATEGORY_HARASSMENT, threshold=types.HarmBlockThreshold.BLOCK_ONLY_HIGH
        )
    ],
)


def picture(parts: list[types.Part] | None) -> Image.Image:
    (blob,) = (part.inline_data for part in parts or [] if part.inline_data and not part.thought)
    assert blob.data is not None
    assert blob.mime_type == "image/png"
    return Image.open(io.BytesIO(blob.data))


def check(fake: GeminiFake, answer: types.GenerateContentResponse) -> None:
    """Everything of the answer arrived, and everything that was sent."""
    made = picture(answer.parts)
    red, blue = (made.getpixel((made.width * place // 4, made.height // 2)) for place in (1, 3))
    assert isinstance(red, tuple)
    assert isinstance(blue, tuple)
    assert red[0] > 150 > red[2]
    assert blue[2] > 150 > blue[0]
    assert made.size == (880, 1184)
    (work,) = fake.accepted
    assert answer.response_id == work.id
    assert answer.model_version == FLASH
    assert answer.candidates
    assert answer.candidates[0].finish_reason is types.FinishReason.STOP
    assert answer.usage_metadata
    assert answer.usage_metadata.candidates_token_count == 1290
    assert work.request["generationConfig"]["imageConfig"] == {"aspectRatio": "3:4"}
    assert work.request["generationConfig"]["seed"] == 7
    assert work.request["safetySettings"] == [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_ONLY_HIGH"}]


@pytest.mark.parametrize("version", [None, "v1", "v1beta"])
def test_generate(fake: GeminiFake, base: str, version: str | None) -> None:
    with client(base, version=version) as gemini:
        check(fake, gemini.models.generate_content(model=FLASH, contents=CONTENTS, config=CONFIG))


def test_generate_async(fake: GeminiFake, base: str) -> None:
    async def ask() -> types.GenerateContentResponse:
        async with client(base).aio as gemini:
            return await gemini.models.generate_content(model=FLASH, contents=CONTENTS, config=CONFIG)

    check(fake, asyncio.run(ask()))


def test_stream(fake: GeminiFake, base: str) -> None:
    with client(base) as gemini:
        pieces = list(gemini.models.generate_content_stream(model=FLASH, contents=CONTENTS, config=CONFIG))
    assert pieces[0].text == "Done."
    assert picture(pieces[-1].parts)
    assert fake.calls == {"streamGenerateContent": 1}


def test_stream_async(base: str) -> None:
    async def ask() -> list[types.GenerateContentResponse]:
        async with client(base).aio as gemini:
            stream = await gemini.models.generate_content_stream(model=FLASH, contents=CONTENTS, config=CONFIG)
            return [piece async for piece in stream]

    pieces = asyncio.run(ask())
    assert pieces[0].text == "Done."
    assert picture(pieces[-1].parts)


def test_thoughts_are_told_apart(base: str) -> None:
    with client(base) as gemini:
        answer = gemini.models.generate_content(model=PRO, contents=CONTENTS)
    assert [bool(part.thought) for part in answer.parts or []] == [True, True, False, False]
    assert answer.text == "Done."


def answered(fault: Fault, words: Words | None = None) -> types.GenerateContentResponse:
    with serving(GeminiFake(Faults([fault]), words=words).app) as base, client(base) as gemini:
        return gemini.models.generate_content(model=FLASH, contents=CONTENTS)


def test_a_refused_input_has_a_block_reason() -> None:
    answer = answered("refuse_input")
    assert answer.candidates is None
    assert answer.prompt_feedback
    assert answer.prompt_feedback.block_reason is types.BlockedReason.PROHIBITED_CONTENT


def test_a_refused_output_has_a_finish_reason() -> None:
    answer = answered("refuse_output")
    assert answer.parts is None
    assert answer.candidates
    assert answer.candidates[0].finish_reason is types.FinishReason.IMAGE_SAFETY


def failed(fault: Fault, words: Words | None = None) -> errors.APIError:
    with pytest.raises(errors.APIError) as refused:
        answered(fault, words)
    return refused.value


def test_throttled() -> None:
    error = failed("throttle", Words(retry_delay=1.5))
    assert isinstance(error, errors.ClientError)
    assert (error.code, error.status) == (429, "RESOURCE_EXHAUSTED")
    assert error.details["error"]["details"][0]["retryDelay"] == "1.5s"


def test_failed() -> None:
    error = failed("fail", Words(failure=504))
    assert isinstance(error, errors.ServerError)
    assert (error.code, error.status) == (504, "DEADLINE_EXCEEDED")


def test_out_of_credit() -> None:
    error = failed("out_of_credit")
    assert (error.code, error.status) == (400, "FAILED_PRECONDITION")


def test_a_failed_call_async() -> None:
    async def ask(base: str) -> None:
        async with client(base).aio as gemini:
            await gemini.models.generate_content(model=FLASH, contents=CONTENTS)

    with serving(GeminiFake(Faults(["throttle"])).app) as base, pytest.raises(errors.ClientError) as refused:
        asyncio.run(ask(base))
    assert (refused.value.code, refused.value.status) == (429, "RESOURCE_EXHAUSTED")


def test_a_wrong_key_and_a_model_that_was_shut_down(fake: GeminiFake, base: str) -> None:
    with client(base, key="x") as gemini, pytest.raises(errors.ClientError) as refused:
        gemini.models.generate_content(model=FLASH, contents=CONTENTS)
    assert (refused.value.code, refused.value.status) == (403, "PERMISSION_DENIED")
    with client(base) as gemini, pytest.raises(errors.ClientError) as gone:
        gemini.models.generate_content(model="gemini-3-pro-image-preview", contents=CONTENTS)
    assert (gone.value.code, gone.value.status) == (404, "NOT_FOUND")
    assert fake.accepted == []


@pytest.mark.parametrize("fault", ["cut", "malformed"])
def test_an_answer_that_is_none(fault: Fault) -> None:
    with pytest.raises(Exception) as broken:  # noqa: PT011  # the SDK has no error of its own for these
        answered(fault)
    assert not isinstance(broken.value, errors.APIError)


def test_the_sdk_speaks_v1_by_default(fake: GeminiFake) -> None:
    paths: list[str] = []

    async def listening(scope: Any, receive: Any, send: Any) -> None:
        paths.append(scope["path"])
        await fake.app(scope, receive, send)

    with serving(listening) as base, client(base) as gemini:
        gemini.models.generate_content(model=FLASH, contents=CONTENTS)
    assert paths == [f"/v1/models/{FLASH}:generateContent"]
