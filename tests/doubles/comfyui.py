"""A ComfyUI with two portraits, somebody who asks it, and workflows for it."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from doubles.asgi_door import AsgiDoor, Clock
from tuanyuan.engines.comfyui.fake import ComfyUIFake
from tuanyuan.engines.sandbox import Faults

ID = "3f1c6f0e-4d0b-4b86-9a55-0d4c1f2a7b11"
OTHER = "3f1c6f0e-4d0b-4b86-9a55-0d4c1f2a7b12"
BROKE = (500, "500 Internal Server Error\n\nServer got itself in trouble")


def picture(size: tuple[int, int] = (30, 40), colour: str = "#804020", mode: str = "RGB") -> bytes:
    file = io.BytesIO()
    Image.new(mode, size, colour).save(file, "PNG")
    return file.getvalue()


def opened(data: bytes) -> Image.Image:
    shown = Image.open(io.BytesIO(data))
    shown.load()
    return shown


def workflow(**changes: dict[str, Any]) -> dict[str, Any]:
    """The workflow of the worked example, 5.9."""
    nodes: dict[str, Any] = {
        "1": {"class_type": "LoadImage", "inputs": {"image": "t1/a.png"}},
        "2": {
            "class_type": "ImageScale",
            "inputs": {"image": ["1", 0], "upscale_method": "lanczos", "width": 96, "height": 128, "crop": "center"},
        },
        "3": {"class_type": "ImageInvert", "inputs": {"image": ["2", 0]}},
        "9": {"class_type": "SaveImage", "inputs": {"images": ["3", 0], "filename_prefix": "t1/job42"}},
    }
    for node, inputs in changes.items():
        nodes[node.removeprefix("n")]["inputs"] |= inputs
    return nodes


def sampled(**inputs: Any) -> dict[str, Any]:
    """Two people into one picture, by a sampler."""
    return {
        "1": {"class_type": "LoadImage", "inputs": {"image": "t1/a.png"}},
        "2": {"class_type": "LoadImage", "inputs": {"image": "t1/b.png"}},
        "3": {
            "class_type": "UNETLoader",
            "inputs": {"unet_name": "qwen_image_edit_2509_fp8_e4m3fn.safetensors", "weight_dtype": "default"},
        },
        "4": {
            "class_type": "CLIPLoader",
            "inputs": {"clip_name": "qwen_2.5_vl_7b_fp8_scaled.safetensors", "type": "qwen_image"},
        },
        "5": {"class_type": "VAELoader", "inputs": {"vae_name": "qwen_image_vae.safetensors"}},
        "6": {
            "class_type": "TextEncodeQwenImageEditPlus",
            "inputs": {
                "clip": ["4", 0],
                "prompt": "a family",
                "vae": ["5", 0],
                "image1": ["1", 0],
                "image2": ["2", 0],
            },
        },
        "7": {"class_type": "ConditioningZeroOut", "inputs": {"conditioning": ["6", 0]}},
        "8": {"class_type": "EmptySD3LatentImage", "inputs": {"width": 128, "height": 64, "batch_size": 1}},
        "10": {
            "class_type": "KSampler",
            "inputs": {
                "model": ["3", 0],
                "seed": 7,
                "steps": 4,
                "cfg": 1.0,
                "sampler_name": "euler",
                "scheduler": "simple",
                "positive": ["6", 0],
                "negative": ["7", 0],
                "latent_image": ["8", 0],
                "denoise": 1.0,
                **inputs,
            },
        },
        "11": {"class_type": "VAEDecode", "inputs": {"samples": ["10", 0], "vae": ["5", 0]}},
        "9": {"class_type": "SaveImage", "inputs": {"images": ["11", 0], "filename_prefix": "out"}},
    }


class Server:
    """A fake with two portraits in its input folder, and somebody who asks it."""

    def __init__(self, *plan: Any, **more: Any) -> None:
        self.clock = Clock()
        self.fake = ComfyUIFake(Faults(plan), clock=self.clock, **more)
        self.door = AsgiDoor(self.fake.app)
        self.upload("a.png", picture())
        self.upload("b.png", picture((50, 50), "#2060a0"))

    def upload(self, name: str, data: bytes, path: str = "/upload/image", **fields: str) -> Any:
        fields = {"subfolder": "t1", "type": "input", **fields}
        return self.door.post(path, files={"image": (name, data, "image/png")}, data=fields)

    def submit(self, prompt: Any, **more: Any) -> Any:
        return self.door.post("/prompt", json={"prompt": prompt, "prompt_id": ID, **more})

    def entry(self, prompt_id: str = ID) -> Any:
        return self.door.get(f"/history/{prompt_id}").json().get(prompt_id)

    def images(self, node: str = "9") -> list[bytes]:
        return [self.view(file).content for file in self.entry()["outputs"][node]["images"]]

    def view(self, file: dict[str, str]) -> Any:
        return self.door.get("/view", params=file)

    def refusal(self, prompt: Any) -> Any:
        """What the only node that is refused is told."""
        answer = self.submit(prompt)
        assert answer.status_code == 400, answer.text
        assert answer.json()["error"]["type"] == "prompt_outputs_failed_validation"
        assert self.fake.accepted == []
        ((node, said),) = answer.json()["node_errors"].items()
        assert said["class_type"] == prompt[node]["class_type"]
        assert said["dependent_outputs"] == ["9"]
        (problem,) = said["errors"]
        return node, problem["type"], problem["details"]
