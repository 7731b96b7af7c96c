"""OpenAI's own SDK completes calls against the fake (contracts/openai-images.md 4.6)."""

from __future__ import annotations

import asyncio
import base64
import io
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from PIL import Image

from tuanyuan.engines.openai.fake import OpenAIFake, Words
from tuanyuan.engines.sandbox import Fault, Faults, serving

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])

KEY, MODEL = "sk-example", "gpt-image-2"
RED, BLUE = (200, 30, 30), (30, 30, 200)


@pytest.fixture
def fake() -> OpenAIFake:
    return OpenAIFake()


@pytest.fixture
def base(fake: OpenAIFake) -> Iterator[str]:
    with serving(fake.app) as base:
        yield base


def client(base: str, key: str = KEY, path: str = "/v1") -> openai.OpenAI:
    return openai.OpenAI(api_key=key, base_url=base + path, max_retries=0, timeout=120)


def async_client(base: str) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(api_key=KEY, base_url=f"{base}/v1", max_retries=0, timeout=120)


def photo(colour: tuple[int, ...], mode: str = "RGB") -> bytes:
    file = io.BytesIO()
    Image.new(mode, (60, 80), colour).save(file, "PNG")
    return file.getvalue()


def edit(**more: Any) -> dict[str, Any]:
    """Contract 4.7."""
    return {
        "model": MODEL,
        "prompt": "Put the person of the first picture into the dress of the second; keep the face unchanged.",
        "size": "1024x1536",
        "image": [("a.png", photo(RED), "image/png"), ("b.png", photo(BLUE), "image/png")],
        "mask": ("m.png", photo((0, 0, 0, 0), "RGBA"), "image/png"),
        **more,
    }


def picture(text: str | None) -> Image.Image:
    assert text is not None
    return Image.open(io.BytesIO(base64.b64decode(text)))


def check(fake: OpenAIFake, answer: openai.types.ImagesResponse) -> None:
    """Everything of the answer arrived, and everything that was sent."""
    assert answer.data
    made = picture(answer.data[0].b64_json)
    red, blue = (made.getpixel((made.width * place // 4, made.height // 2)) for place in (1, 3))
    assert isinstance(red, tuple)
    assert isinstance(blue, tuple)
    assert red[0] > 150 > red[2]
    assert blue[2] > 150 > blue[0]
    assert (answer.size, answer.quality, answer.output_format, answer.background) == (
        "1024x1536",
        "medium",
        "png",
        "opaque",
    )
    assert answer.usage
    assert answer.usage.input_tokens_details.image_tokens > 0
    (work,) = fake.accepted
    assert [file["name"] for file in work.request["files"]] == ["image[]", "image[]", "mask"]
    assert answer._request_id == work.id


def test_edit(fake: OpenAIFake, base: str) -> None:
    with client(base) as vendor:
        check(fake, vendor.images.edit(**edit()))


def test_edit_async(fake: OpenAIFake, base: str) -> None:
    async def ask() -> openai.types.ImagesResponse:
        async with async_client(base) as vendor:
            return await vendor.images.edit(**edit())

    check(fake, asyncio.run(ask()))


def test_edit_with_every_field_and_one_picture(fake: OpenAIFake, base: str) -> None:
    more = {"n": 2, "quality": "low", "background": "opaque", "output_format": "jpeg", "output_compression": 80}
    other = {"input_fidelity": "high", "safety_identifier": "u-1", "stream": False, "model": "gpt-image-1.5"}
    with client(base) as vendor:
        answer = vendor.images.edit(**edit(**more, **other, image=("a.png", photo(RED), "image/png")))
    assert [picture(datum.b64_json).format for datum in answer.data or []] == ["JPEG", "JPEG"]
    (work,) = fake.accepted
    assert work.request["files"][0]["name"] == "image"
    assert {name: work.request[name] for name in ("n", "output_compression", "stream")} == {
        "n": "2",
        "output_compression": "80",
        "stream": "false",
    }


def test_edit_with_nulls(base: str) -> None:
    nulls = dict.fromkeys(("n", "quality", "background", "output_format", "input_fidelity", "partial_images"))
    with client(base) as vendor:
        answer = vendor.images.edit(**edit(**nulls))
    assert len(answer.data or []) == 1


def test_edit_streamed(fake: OpenAIFake, base: str) -> None:
    with client(base) as vendor, vendor.images.edit(**edit(), stream=True, partial_images=1) as stream:
        part, whole = stream
    assert part.type == "image_edit.partial_image"
    assert part.partial_image_index == 0
    assert whole.type == "image_edit.completed"
    assert whole.usage.total_tokens > 0
    assert picture(whole.b64_json).size == (1024, 1536)
    assert fake.accepted[0].request["stream"] == "true"


def test_edit_streamed_async(base: str) -> None:
    async def ask() -> list[str]:
        async with async_client(base) as vendor:
            stream = await vendor.images.edit(**edit(), stream=True)
            return [event.type async for event in stream]

    assert asyncio.run(ask()) == ["image_edit.completed"]


def test_generate(base: str) -> None:
    with client(base) as vendor:
        answer = vendor.images.generate(model=MODEL, prompt="a wall", n=2, size="1024x1024", quality=None, user="u-1")
        assert [picture(datum.b64_json).size for datum in answer.data or []] == [(1024, 1024)] * 2
        kinds = [event.type for event in vendor.images.generate(model=MODEL, prompt="a wall", stream=True)]
        assert kinds == ["image_generation.completed"]


def test_generate_async(base: str) -> None:
    async def ask() -> openai.types.ImagesResponse:
        async with async_client(base) as vendor:
            return await vendor.images.generate(model=MODEL, prompt="a wall", moderation="low")

    assert len(asyncio.run(ask()).data or []) == 1


def test_a_compatible_server_with_addresses() -> None:
    fake = OpenAIFake(base_path="/api/v3", models=("painter-1",), routes=("/images/generations",), url_results=True)
    with serving(fake.app) as base, client(base, path="/api/v3") as vendor:
        answer = vendor.images.generate(model="painter-1", prompt="a wall", response_format="url", size="720x960")
        assert answer.data
        assert answer.data[0].b64_json is None
        assert str(answer.data[0].url).startswith(f"{base}/api/v3/pictures/")
        with pytest.raises(openai.NotFoundError):
            vendor.images.edit(**edit(model="painter-1"))


def failed(fault: Fault, words: Words | None = None) -> openai.APIError:
    fake = OpenAIFake(Faults([fault]), words=words)
    with serving(fake.app) as base, client(base) as vendor, pytest.raises(openai.APIError) as refused:
        vendor.images.edit(**edit())
    return refused.value


@pytest.mark.parametrize(
    ("fault", "kind", "status", "type", "code"),
    [
        ("refuse_input", openai.BadRequestError, 400, "image_generation_user_error", "moderation_blocked"),
        ("refuse_output", openai.BadRequestError, 400, "image_generation_user_error", "moderation_blocked"),
        ("throttle", openai.RateLimitError, 429, "input-images", "rate_limit_exceeded"),
        ("out_of_credit", openai.RateLimitError, 429, "insufficient_quota", "insufficient_quota"),
        ("fail", openai.InternalServerError, 500, "server_error", "server_error"),
    ],
)
def test_errors(fault: Fault, kind: type[openai.APIStatusError], status: int, type: str, code: str) -> None:
    error = failed(fault)
    assert isinstance(error, kind)
    assert (error.status_code, error.type, error.code) == (status, type, code)
    assert str(error.request_id).startswith("req_")


def test_throttled_tells_when_to_come_again() -> None:
    error = failed("throttle", Words(retry_after=7))
    assert isinstance(error, openai.RateLimitError)
    assert error.response.headers["retry-after"] == "7"


def test_not_verified() -> None:
    assert isinstance(failed("out_of_credit", Words(credit="unverified")), openai.PermissionDeniedError)


def test_a_cut_is_a_connection_error() -> None:
    assert isinstance(failed("cut"), openai.APIConnectionError)


def test_an_error_async() -> None:
    async def ask(base: str) -> None:
        async with async_client(base) as vendor:
            await vendor.images.edit(**edit())

    with serving(OpenAIFake(Faults(["refuse_input"])).app) as base, pytest.raises(openai.BadRequestError) as refused:
        asyncio.run(ask(base))
    assert refused.value.code == "moderation_blocked"


def test_a_wrong_key_and_models_that_were_shut_down(fake: OpenAIFake, base: str) -> None:
    with client(base, key="x") as vendor, pytest.raises(openai.AuthenticationError) as refused:
        vendor.images.edit(**edit())
    assert refused.value.code == "invalid_api_key"
    for model in ("gpt-image-1", "dall-e-2", "dall-e-3"):
        with client(base) as vendor, pytest.raises(openai.NotFoundError) as gone:
            vendor.images.edit(**edit(model=model))
        assert gone.value.code == "model_not_found"
    assert fake.accepted == []
