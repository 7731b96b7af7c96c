"""Replicate's own Python client against our Replicate."""

from __future__ import annotations

import asyncio
import io
import json
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from doubles.asgi_door import Ticking
from PIL import Image

from tuanyuan.engines.replicate.fake import WORKFLOWS, ReplicateFake
from tuanyuan.engines.sandbox import Faults, serving

with warnings.catch_warnings():
    # Its pydantic shim is older than what we have installed.
    warnings.simplefilter("ignore")
    from replicate.client import Client
    from replicate.exceptions import ModelError, ReplicateError
    from replicate.webhook import InvalidSignatureError, InvalidTimestampError, Webhooks, WebhookSigningSecret

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])

VERSION = f"{WORKFLOWS.name}:{WORKFLOWS.version}"


def picture() -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (30, 40), "#804020").save(file, "PNG")
    file.name = "a.png"
    return file


def given(image: str = "input.png", **more: Any) -> dict[str, Any]:
    nodes = {
        "1": {"class_type": "LoadImage", "inputs": {"image": image}},
        "9": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "o"}},
    }
    return {"workflow_json": json.dumps(nodes), "output_format": "png", "randomise_seeds": False, **more}


@contextmanager
def served(*plan: Any, token: str = "r8_example", **more: Any) -> Iterator[tuple[ReplicateFake, Client]]:
    fake = ReplicateFake(Faults(plan), **more)
    with serving(fake.app) as base:
        client = Client(api_token=token, base_url=base)
        client.poll_interval = 0.01
        yield fake, client
        client._client.close()


def result(address: str) -> Image.Image:
    return Image.open(io.BytesIO(httpx.get(address).content))


def test_a_run_with_a_file() -> None:
    with served() as (fake, client):
        output = client.run(VERSION, given(input_file=picture()), use_file_output=False)
        assert result(output[0]).size == (30, 40)
        assert fake.calls["POST /v1/files"] == 1
        assert fake.calls["GET /v1/models/{owner}/{name}/versions/{id}"] == 1
        assert [accepted.pictures for accepted in fake.accepted] == [1]


def test_a_run_with_a_data_uri() -> None:
    with served() as (fake, client):
        output = client.run(
            VERSION, given(input_file=picture()), use_file_output=False, file_encoding_strategy="base64"
        )
        assert result(output[0]).size == (30, 40)
        assert fake.calls["POST /v1/files"] == 0


def test_a_prediction_that_is_polled() -> None:
    with served(seconds=0.04) as (_, client):
        prediction = client.predictions.create(VERSION, given(input_file=picture()))
        assert (prediction.status, prediction.output) == ("starting", None)
        prediction.wait()
        assert prediction.status == "succeeded"
        assert prediction.metrics is not None
        assert prediction.metrics["total_time"] == pytest.approx(0.04)
        assert result(prediction.output[0]).size == (30, 40)
        assert [one.id for one in client.predictions.list()] == [prediction.id]


def test_a_prediction_that_is_waited_for_not_long_enough() -> None:
    with served(seconds=10_000.0, clock=Ticking()) as (_, client):
        prediction = client.predictions.create(VERSION, given(input_file=picture()), wait=1)
        assert prediction.status == "starting"
        prediction.cancel()
        assert prediction.status == "canceled"


def test_official_models_and_deployments() -> None:
    with served() as (fake, client):
        made = client.models.predictions.create(
            "example/portrait", {"prompt": "x", "image_input": [picture()]}, wait=True
        )
        assert made.status == "succeeded"
        assert result(made.output[0]).format == "JPEG"
        deployed = client.deployments.predictions.create("example/studio", given(input_file=picture()))
        deployed.wait()
        assert deployed.status == "succeeded"
        assert len(fake.accepted) == 2


def test_in_asyncio() -> None:
    async def run(client: Client) -> Any:
        try:
            file = await client.files.async_create(picture(), filename="a.png", metadata={"job": 42})
            prediction = await client.predictions.async_create(VERSION, given(file.urls["get"]))
            await prediction.async_wait()
            output = await client.async_run(VERSION, given(file.urls["get"]), use_file_output=False)
            listed = await client.files.async_list()
            gone = await client.files.async_delete(file.id)
        finally:
            await client._async_client.aclose()
        return file, prediction, output, listed, gone

    with served() as (_, client):
        file, prediction, output, listed, gone = asyncio.run(run(client))
        assert (file.name, file.content_type, file.metadata) == ("a.png", "image/png", {"job": 42})
        assert prediction.status == "succeeded"
        assert result(output[0]).size == (30, 40)
        assert [one.id for one in listed] == [file.id]
        assert gone


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "family.png"
    path.write_bytes(picture().getvalue())
    with served() as (_, client):
        file = client.files.create(path)
        assert (file.name, file.content_type, file.size) == ("family.png", "image/png", path.stat().st_size)
        assert client.files.get(file.id) == file
        assert client.files.list() == [file]
        assert client.files.delete(file.id)
        with pytest.raises(ReplicateError) as raised:
            client.files.get(file.id)
        assert raised.value.status == 404


def test_a_prediction_that_failed() -> None:
    with served("refuse_output") as (_, client), pytest.raises(ModelError, match="flagged as sensitive") as raised:
        client.run(VERSION, given(input_file=picture()))
    assert raised.value.prediction.status == "failed"


@pytest.mark.parametrize(
    ("fault", "status", "title"),
    [
        ("out_of_credit", 402, "Insufficient credit"),
        ("throttle", 429, "Too many requests"),
        ("fail", 500, "Internal server error"),
    ],
)
def test_refusals(fault: Any, status: int, title: str) -> None:
    with served(fault) as (fake, client), pytest.raises(ReplicateError) as raised:
        client.predictions.create(VERSION, given(input_file="https://img.example.cn/a.png"))
    assert (raised.value.status, raised.value.title) == (status, title)
    assert fake.calls["POST /v1/predictions"] == 1


def test_a_wrong_token_a_wrong_version_and_a_wrong_input() -> None:
    with served(token="r8_wrong") as (_, client), pytest.raises(ReplicateError) as raised:
        client.predictions.create(VERSION, given())
    assert (raised.value.status, raised.value.title) == (401, "Unauthenticated")
    with served() as (_, client):
        with pytest.raises(ReplicateError) as raised:
            client.predictions.create("0" * 64, given())
        assert (raised.value.status, raised.value.title) == (422, "Invalid version or not permitted")
        with pytest.raises(ReplicateError) as raised:
            client.predictions.create(VERSION, given() | {"workflow_json": {}})
        assert (raised.value.status, raised.value.title) == (422, "Input validation failed")
        assert "Expected: string, given: object" in str(raised.value.detail)


def test_a_cut_connection() -> None:
    with served("cut") as (fake, client), pytest.raises(httpx.RemoteProtocolError):
        client.predictions.create(VERSION, given(input_file="https://img.example.cn/a.png"))
    assert fake.calls["POST /v1/predictions"] == 1
    assert [accepted.pictures for accepted in fake.accepted] == [1]


def test_the_clients_own_check_of_our_webhooks() -> None:
    calls: list[tuple[str, bytes, dict[str, str]]] = []

    async def deliver(url: str, body: bytes, headers: dict[str, str]) -> int:
        calls.append((url, body, headers))
        return 200

    with served(deliver=deliver) as (_, client):
        secret = client.webhooks.default.secret()
        hook = "https://api.example.cn/hooks/42"
        inputs = given(input_file=picture())
        client.predictions.create(VERSION, inputs, webhook=hook, webhook_events_filter=["completed"], wait=True)
        until = time.monotonic() + 120
        while not calls and time.monotonic() < until:
            time.sleep(0.005)
    ((url, body, headers),) = calls
    assert url == hook
    Webhooks.validate(headers=headers, body=body.decode(), secret=secret, tolerance=300)
    Webhooks.validate(httpx.Request("POST", url, content=body, headers=headers), secret=secret)
    with pytest.raises(InvalidSignatureError):
        Webhooks.validate(headers=headers, body=body.decode() + " ", secret=secret)
    old = headers | {"webhook-timestamp": str(int(headers["webhook-timestamp"]) - 301)}
    with pytest.raises(InvalidTimestampError):
        Webhooks.validate(headers=old, body=body.decode(), secret=secret, tolerance=300)


def test_the_vector_by_the_clients_own_check() -> None:
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": "1767323045",
        "webhook-signature": "v1,16z5lV9lRTxB1xwzy3K/7tYDZTO/RRsYqNWmnJHy2dM=",
    }
    secret = WebhookSigningSecret(key="whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3")
    Webhooks.validate(headers=headers, body='{"id":"p1","status":"succeeded"}', secret=secret)
