"""An account at our Replicate, and the workflows it is given."""

from __future__ import annotations

import io
import json
from typing import Any

from PIL import Image

from doubles.asgi_door import AsgiDoor, Clock
from tuanyuan.engines.replicate.fake import WORKFLOWS, ReplicateFake
from tuanyuan.engines.sandbox import Faults

TOKEN = {"Authorization": "Bearer r8_example"}
PICTURE = "https://img.example.cn/a.png"


def picture(size: tuple[int, int] = (30, 40), colour: str = "#804020") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


def opened(data: bytes) -> Image.Image:
    shown = Image.open(io.BytesIO(data))
    shown.load()
    return shown


def workflow(image: str = PICTURE, seed: int | None = None) -> dict[str, Any]:
    nodes: dict[str, Any] = {
        "1": {"class_type": "LoadImage", "inputs": {"image": image}},
        "9": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "o"}},
    }
    if seed is not None:
        nodes |= {
            "2": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sd_xl_base_1.0.safetensors"}},
            "3": {"class_type": "CLIPTextEncode", "inputs": {"text": "a family", "clip": ["2", 1]}},
            "4": {"class_type": "VAEEncode", "inputs": {"pixels": ["1", 0], "vae": ["2", 2]}},
            "5": {
                "class_type": "KSampler",
                "inputs": {
                    "model": ["2", 0],
                    "seed": seed,
                    "steps": 4,
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
        }
        nodes["9"]["inputs"]["images"] = ["6", 0]
    return nodes


def given(nodes: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    text = json.dumps(nodes or workflow())
    return {"workflow_json": text, "output_format": "png", "randomise_seeds": False, **more}


class Account:
    """A fake, its clock, and somebody who has a token for it."""

    def __init__(self, *plan: Any, **more: Any) -> None:
        self.clock = Clock()
        self.fetched: list[str] = []
        more = {"fetch": self.fetch, "clock": self.clock, **more}
        self.fake = ReplicateFake(Faults(plan), **more)
        self.door = AsgiDoor(self.fake.app, "http://replicate.example", TOKEN)

    async def fetch(self, address: str) -> bytes:
        self.fetched.append(address)
        if "none" in address:
            raise OSError("404 Not Found")
        return picture()

    def create(self, inputs: Any = None, prefer: str | None = None, **more: Any) -> Any:
        asked = {"version": f"{WORKFLOWS.name}:{WORKFLOWS.version}", "input": inputs or given(), **more}
        headers = {"Prefer": prefer} if prefer else {}
        return self.door.post("/v1/predictions", json=asked, headers=headers)

    def get(self, created: Any) -> Any:
        return self.door.get(created.json()["urls"]["get"]).json()

    def outcome(self, inputs: Any = None) -> Any:
        return self.get(self.create(inputs))

    def result(self, shown: dict[str, Any], place: int = 0) -> Any:
        return self.door.get(shown["output"][place])


def refused(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    return problem
