"""The vendor's own SDK, and OpenAI's, complete calls against our Ark and see its refusals."""

from __future__ import annotations

import base64
import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx2
import pytest
from PIL import Image

from tuanyuan.engines.sandbox import Fault, Faults, serving
from tuanyuan.engines.seedream.fake import ArkFake

with warnings.catch_warnings():
    # The SDKs use what pydantic and httpx call deprecated; none of it is ours.
    warnings.simplefilter("ignore")
    import httpx
    import openai
    import volcenginesdkarkruntime as ark
    from volcenginesdkarkruntime._exceptions import ArkAPIConnectionError, ArkAPIError, ArkAPIStatusError
    from volcenginesdkarkruntime.types.images import SequentialImageGenerationOptions

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])

KEY = "ark-key-example"
IMAGE, VIDEO = "doubao-seedream-4-0-250828", "doubao-seedance-1-0-pro-250528"
Start = Callable[..., tuple[Any, ArkFake]]


@pytest.fixture
def until_the_end() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def start(until_the_end: ExitStack) -> Start:
    """`start(*faults, key=…)`: the vendor's client of a fake of that kind."""

    def begin(*plan: Fault | None, key: str = KEY) -> tuple[Any, ArkFake]:
        fake = ArkFake(Faults(plan))
        address = until_the_end.enter_context(serving(fake.app))
        http = until_the_end.enter_context(httpx.Client(trust_env=False))
        return ark.Ark(api_key=key, base_url=f"{address}/api/v3", max_retries=0, http_client=http), fake

    return begin


@pytest.fixture
def start_openai(until_the_end: ExitStack) -> Start:
    """The same with OpenAI's client."""

    def begin(*plan: Fault | None, key: str = KEY) -> tuple[Any, ArkFake]:
        fake = ArkFake(Faults(plan))
        address = until_the_end.enter_context(serving(fake.app))
        http = until_the_end.enter_context(openai.DefaultHttpxClient(trust_env=False))
        return openai.OpenAI(api_key=key, base_url=f"{address}/api/v3", max_retries=0, http_client=http), fake

    return begin


def photo() -> str:
    file = io.BytesIO()
    Image.new("RGB", (400, 500), (180, 60, 60)).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def fetched(url: str) -> Image.Image:
    with httpx2.Client(timeout=120, trust_env=False) as client:
        return Image.open(io.BytesIO(client.get(url).content))


def test_ark_makes_a_picture(start: Start) -> None:
    client, fake = start()
    answer = client.images.generate(
        model=IMAGE, prompt="穿上旗袍", image=[photo(), photo()], size="960x1280", watermark=False
    )
    assert (answer.model, answer.usage.generated_images, answer.usage.output_tokens) == (IMAGE, 1, 4800)
    assert answer.data[0].size == "960x1280"
    assert fetched(answer.data[0].url).size == (960, 1280)
    assert fake.accepted[0].request["seed"] is None  # what is not set comes as null


def test_ark_makes_a_group_inline(start: Start) -> None:
    client, fake = start()
    answer = client.images.generate(
        model=IMAGE,
        prompt="hi",
        size="960x960",
        response_format="b64_json",
        sequential_image_generation="auto",
        sequential_image_generation_options=SequentialImageGenerationOptions(max_images=2),
    )
    assert len({item.b64_json for item in answer.data}) == answer.usage.generated_images == 2
    assert fake.accepted[0].pictures == 2


def test_ark_reads_a_stream(start: Start) -> None:
    client, _ = start()
    options = SequentialImageGenerationOptions(max_images=2)
    events = client.images.generate(
        model=IMAGE,
        prompt="hi",
        size="960x960",
        stream=True,
        sequential_image_generation="auto",
        sequential_image_generation_options=options,
    )
    said = list(events)
    kind = "image_generation."
    assert [event.type for event in said] == [*[f"{kind}partial_succeeded"] * 2, f"{kind}completed"]
    assert [event.image_index for event in said[:2]] == [0, 1]
    # It takes each event for one of a picture, so that this comes without its type.
    assert said[2].usage["generated_images"] == 2
    assert fetched(said[0].url).size == (960, 960)


def test_a_hole_breaks_the_stream_of_ark(start: Start) -> None:
    client, fake = start("partial")
    events = client.images.generate(
        model=IMAGE,
        prompt="hi",
        size="960x960",
        stream=True,
        sequential_image_generation="auto",
        sequential_image_generation_options=SequentialImageGenerationOptions(max_images=2),
    )
    assert next(events).type == "image_generation.partial_succeeded"
    with pytest.raises(ArkAPIError, match="output image may contain sensitive") as raised:
        next(events)
    assert raised.value.code == "OutputImageSensitiveContentDetected"
    assert [accepted.pictures for accepted in fake.accepted] == [1]


@pytest.mark.parametrize(
    ("fault", "name", "status", "code"),
    [
        ("refuse_input", "ArkBadRequestError", 400, "InputTextSensitiveContentDetected"),
        ("out_of_credit", "ArkPermissionDeniedError", 403, "AccountOverdueError"),
        ("throttle", "ArkRateLimitError", 429, "ModelAccountIpmRateLimitExceeded"),
        ("fail", "ArkInternalServerError", 500, "InternalServiceError"),
    ],
)
def test_ark_sees_refusals(start: Start, fault: Fault, name: str, status: int, code: str) -> None:
    client, fake = start(fault)
    with pytest.raises(ArkAPIStatusError) as raised:
        client.images.generate(model=IMAGE, prompt="hi")
    error = raised.value
    assert (type(error).__name__, error.status_code, error.code) == (name, status, code)
    assert error.request_id
    assert not fake.accepted


def test_ark_sees_a_wrong_key_an_unknown_model_and_a_cut(start: Start) -> None:
    client, _ = start(key="another")
    with pytest.raises(ArkAPIStatusError) as raised:
        client.images.generate(model=IMAGE, prompt="hi")
    assert (raised.value.status_code, raised.value.code) == (401, "AuthenticationError")
    client, fake = start("cut")
    with pytest.raises(ArkAPIStatusError) as raised:
        client.images.generate(model="doubao-seedream-9", prompt="hi")
    assert (raised.value.status_code, raised.value.code) == (404, "InvalidEndpointOrModel.NotFound")
    with pytest.raises((ArkAPIConnectionError, httpx.RemoteProtocolError)):
        client.images.generate(model=IMAGE, prompt="hi")
    assert [accepted.pictures for accepted in fake.accepted] == [1]


def test_ark_makes_lists_and_deletes_a_clip(start: Start) -> None:
    client, fake = start(None, "fail_later")
    tasks = client.content_generation.tasks
    content = [
        {"type": "text", "text": "微笑"},
        {"type": "image_url", "image_url": {"url": photo()}, "role": "first_frame"},
    ]
    made = tasks.create(model=VIDEO, content=content, resolution="720p", ratio="adaptive", duration=5, seed=7)
    task = tasks.get(task_id=made.id)
    assert (task.id, task.model, task.status, task.seed, task.ratio) == (made.id, VIDEO, "succeeded", 7, "3:4")
    assert task.usage.completion_tokens == task.usage.total_tokens == 108_000
    assert task.content.video_url.startswith("http://127.0.0.1:")
    failed = tasks.create(model=VIDEO, content=content[:1])
    assert tasks.get(task_id=failed.id).error.code == "InternalServiceError"
    assert tasks.list(page_num=1, page_size=5, status="succeeded", model=VIDEO, task_ids=[made.id]).total == 1
    assert [one.id for one in tasks.list().items] == [failed.id, made.id]
    tasks.delete(made.id)
    with pytest.raises(ArkAPIStatusError) as raised:
        tasks.get(task_id=made.id)
    assert raised.value.status_code == 404
    assert fake.calls["DELETE contents/generations/tasks/id"] == 1


def test_openai_makes_a_picture_with_fields_of_ark(start_openai: Start) -> None:
    client, fake = start_openai()
    extra = {"image": [photo()], "watermark": False, "sequential_image_generation": "disabled"}
    answer = client.images.generate(
        model=IMAGE, prompt="hi", size="960x1280", response_format="b64_json", extra_body=extra
    )
    assert answer.created > 0
    assert Image.open(io.BytesIO(base64.b64decode(answer.data[0].b64_json))).size == (960, 1280)
    answer = client.images.generate(model=IMAGE, prompt="hi", size="960x960", extra_body={"watermark": False})
    assert fetched(answer.data[0].url).size == (960, 960)
    assert [accepted.pictures for accepted in fake.accepted] == [1, 1]


@pytest.mark.parametrize(
    ("fault", "error", "code"),
    [
        ("refuse_output", openai.BadRequestError, "OutputImageSensitiveContentDetected"),
        ("throttle", openai.RateLimitError, "ModelAccountIpmRateLimitExceeded"),
        ("fail", openai.InternalServerError, "InternalServiceError"),
    ],
)
def test_openai_sees_refusals(start_openai: Start, fault: Fault, error: type[openai.APIStatusError], code: str) -> None:
    client, _ = start_openai(fault)
    with pytest.raises(error) as raised:
        client.images.generate(model=IMAGE, prompt="hi")
    assert raised.value.code == code
    assert raised.value.request_id
