"""What our ComfyUI tells on its sockets: contracts/comfyui.md 5.3."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
from doubles.watching import until
from PIL import Image
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tuanyuan.engines.comfyui.fake import ComfyUIFake
from tuanyuan.engines.sandbox import Faults, serving

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])

ID = "3f1c6f0e-4d0b-4b86-9a55-0d4c1f2a7b11"
Heard = dict[str, Any] | bytes


def workflow(steps: int = 4) -> dict[str, Any]:
    return {
        "1": {"class_type": "LoadImage", "inputs": {"image": "a.png"}},
        "2": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sd_xl_base_1.0.safetensors"}},
        "3": {"class_type": "CLIPTextEncode", "inputs": {"text": "a family", "clip": ["2", 1]}},
        "4": {"class_type": "VAEEncode", "inputs": {"pixels": ["1", 0], "vae": ["2", 2]}},
        "5": {
            "class_type": "KSampler",
            "inputs": {
                "model": ["2", 0],
                "seed": 1,
                "steps": steps,
                "cfg": 7.0,
                "sampler_name": "euler",
                "scheduler": "normal",
                "positive": ["3", 0],
                "negative": ["3", 0],
                "latent_image": ["4", 0],
                "denoise": 0.5,
            },
        },
        "6": {"class_type": "VAEDecode", "inputs": {"samples": ["5", 0], "vae": ["2", 2]}},
        "9": {"class_type": "SaveImage", "inputs": {"images": ["6", 0], "filename_prefix": "x"}},
    }


@contextmanager
def served(*plan: Any, **more: Any) -> Iterator[tuple[ComfyUIFake, str]]:
    fake = ComfyUIFake(Faults(plan), **more)
    file = io.BytesIO()
    Image.new("RGB", (32, 32), "#804020").save(file, "PNG")
    with serving(fake.app) as base:
        httpx2.post(f"{base}/upload/image", files={"image": ("a.png", file.getvalue(), "image/png")}, timeout=120)
        yield fake, base


def listening(base: str, client: str = "worker-7", prefix: str = "") -> ClientConnection:
    return connect(f"{base.replace('http', 'ws')}{prefix}/ws?clientId={client}", open_timeout=120)


def submit(base: str, client: str = "worker-7") -> None:
    asked = {"prompt": workflow(), "client_id": client, "prompt_id": ID}
    httpx2.post(f"{base}/prompt", json=asked, timeout=120).raise_for_status()


def hear(socket: ClientConnection, until: str = "") -> list[Heard]:
    """Everything to the message of that kind; without a kind, to the end of the work."""
    heard: list[Heard] = []
    while True:
        message = socket.recv(timeout=120)
        heard.append(message if isinstance(message, bytes) else json.loads(message))
        last = heard[-1]
        if isinstance(last, dict):
            over = last["type"] == "executing" and last["data"]["node"] is None
            if last["type"] == until or (not until and over):
                return heard


def everything(socket: ClientConnection) -> list[dict[str, Any]]:
    """All that has come by now."""
    heard = []
    try:
        while True:
            heard.append(json.loads(socket.recv(timeout=0.03)))
    except TimeoutError:
        return heard


def kinds(heard: list[Heard]) -> list[str]:
    return ["preview" if isinstance(one, bytes) else one["type"] for one in heard]


@pytest.mark.parametrize("prefix", ["", "/api"])
def test_the_order_of_a_good_run(prefix: str) -> None:
    with served() as (_, base), listening(base, prefix=prefix) as socket:
        (hello,) = hear(socket, "status")
        assert isinstance(hello, dict)
        assert hello["data"] == {"status": {"exec_info": {"queue_remaining": 0}}, "sid": "worker-7"}
        submit(base)
        heard = hear(socket)
        told = [one for one in heard if isinstance(one, dict)]
        assert told[0] == {"type": "status", "data": {"status": {"exec_info": {"queue_remaining": 1}}}}
        order = [kind for kind in kinds(heard) if kind != "status"]
        assert order[:4] == ["execution_start", "execution_cached", "progress_state", "executing"]
        assert order[-3:] == ["executed", "execution_success", "executing"]
        assert kinds(heard)[-3:] == ["execution_success", "status", "executing"]
        ran = [one["data"]["node"] for one in told if one["type"] == "executing"]
        assert ran == ["2", "3", "1", "4", "5", "6", "9", None]
        steps = [one["data"] for one in told if one["type"] == "progress"]
        assert [(step["value"], step["max"], step["node"], step["prompt_id"]) for step in steps] == [
            (value, 4, "5", ID) for value in (1, 2, 3, 4)
        ]
        (done,) = [one["data"] for one in told if one["type"] == "executed"]
        assert done["node"] == "9"
        assert done["output"] == {"images": [{"filename": "x_00001_.png", "subfolder": "", "type": "output"}]}
        states = [one["data"]["nodes"] for one in told if one["type"] == "progress_state"]
        assert states[-1]["5"]["state"] == "finished"
        assert states[-1]["9"]["state"] == "running"


def test_a_preview_is_a_number_a_kind_and_a_jpeg() -> None:
    with served() as (_, base), listening(base) as socket:
        submit(base)
        (frame,) = [one for one in hear(socket) if isinstance(one, bytes)]
        assert struct.unpack(">II", frame[:8]) == (1, 1)
        assert Image.open(io.BytesIO(frame[8:])).format == "JPEG"


def test_a_preview_with_metadata_for_who_asks_first_of_all() -> None:
    with served() as (fake, base), listening(base) as socket:
        socket.send(json.dumps({"type": "feature_flags", "data": {"supports_preview_metadata": True}}))
        # Nothing answers it, and the work comes by another connection.
        until(lambda: fake._worker.sockets._listeners["worker-7"].with_metadata)
        submit(base)
        (frame,) = [one for one in hear(socket) if isinstance(one, bytes)]
        event, length = struct.unpack(">II", frame[:8])
        said = json.loads(frame[8 : 8 + length])
        assert (event, said["node_id"], said["prompt_id"], said["image_type"]) == (4, "5", ID, "image/jpeg")
        assert Image.open(io.BytesIO(frame[8 + length :])).format == "JPEG"


def test_only_who_submitted_hears_of_it() -> None:
    with served() as (_, base), listening(base, "other") as other, listening(base) as socket:
        submit(base)
        hear(socket)
        heard: list[dict[str, Any]] = []
        # One waits, and in the end nobody does; what came until then is all that could have been told to the other.
        while [one["data"]["status"]["exec_info"]["queue_remaining"] for one in heard[-2:]] != [1, 0]:
            heard.append(json.loads(other.recv(timeout=120)))
            assert heard[-1]["type"] == "status"
        assert everything(other) == []


def test_a_failure() -> None:
    with served("fail_later") as (_, base), listening(base) as socket:
        submit(base)
        heard = [one for one in hear(socket) if isinstance(one, dict)]
        assert kinds(list(heard))[-3:] == ["execution_error", "status", "executing"]
        said = heard[-3]["data"]
        assert (said["prompt_id"], said["node_id"], said["node_type"]) == (ID, "5", "KSampler")
        assert said["exception_type"] == "torch.OutOfMemoryError"
        assert said["executed"] == ["2", "3", "1", "4"]
        assert set(said) >= {"exception_message", "traceback", "current_inputs"}
        assert "executed" not in kinds(list(heard))


def test_an_interrupt() -> None:
    with served("late") as (_, base), listening(base) as socket:
        submit(base)
        hear(socket, "executing")
        httpx2.post(f"{base}/interrupt", json={"prompt_id": ID}, timeout=120)
        heard = [one for one in hear(socket) if isinstance(one, dict)]
        assert kinds(list(heard))[-3:] == ["execution_interrupted", "status", "executing"]
        assert heard[-3]["data"]["prompt_id"] == ID


def test_who_comes_back_hears_what_runs() -> None:
    with served("late") as (_, base):
        with listening(base) as socket:
            submit(base)
            hear(socket, "executing")
        with listening(base) as again:
            hello, running = (json.loads(again.recv(timeout=120)) for _ in range(2))
        assert hello["data"]["sid"] == "worker-7"
        assert running == {"type": "executing", "data": {"node": "2"}}


def test_the_same_work_again_is_told_as_cached() -> None:
    with served() as (_, base), listening(base) as socket:
        submit(base)
        hear(socket)
        submit(base)
        heard = [one for one in hear(socket) if isinstance(one, dict)]
        order = [kind for kind in kinds(list(heard)) if kind != "status"]
        assert order == ["execution_start", "execution_cached", "executed", "execution_success", "executing"]
        (cached,) = [one["data"]["nodes"] for one in heard if one["type"] == "execution_cached"]
        assert set(cached) == set(workflow())


def test_a_restart_hangs_up() -> None:
    with served() as (fake, base), listening(base) as socket:
        hear(socket, "status")
        fake.restart()
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=120)


def test_a_client_without_an_id_gets_one() -> None:
    with served() as (_, base), connect(f"{base.replace('http', 'ws')}/ws") as socket:
        assert len(json.loads(socket.recv(timeout=120))["data"]["sid"]) == 32


def test_a_cut_connection_over_a_real_line() -> None:
    with served("cut") as (fake, base):
        with pytest.raises(httpx2.RemoteProtocolError):
            submit(base)
        assert [accepted.pictures for accepted in fake.accepted] == [1]
        assert httpx2.get(f"{base}/history/{ID}", timeout=120).json()[ID]["status"]["completed"]
