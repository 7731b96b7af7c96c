"""What we ask for, in Ark's fields: pictures of Seedream (contract §2.3), clips of Seedance (§2.7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from tuanyuan.domain.capabilities import Model
from tuanyuan.domain.engine import EngineRequest
from tuanyuan.domain.parameters import MOST_SEED
from tuanyuan.engines.attached import attached, data_uri
from tuanyuan.engines.sizing import fitted
from tuanyuan.engines.ticket import Ticket
from tuanyuan.engines.wording import worded

NAME = "seedream"
PICTURES = "/images/generations"
CLIPS = "/contents/generations/tasks"

# 300 Chinese characters or 600 English words are advised, no bound is told: this one only keeps out what is no prompt.
MOST_PROMPT = 4000
# Pictures in and out together.
MOST_TOGETHER = 15
# Seconds of a clip of the 1.x models, and what is made when nothing is said.
SHORTEST, LONGEST, USUAL = 2, 12, 5
# By the pixels of a frame: 864 × 480, 1280 × 720, 1920 × 1080.
RESOLUTIONS = {"480p": 414_720, "720p": 921_600, "1080p": 2_073_600}
STILL = 127
# The number must be in the words, too: max_images alone is only a bound (M).
_GROUP = {
    "zh": "\n请生成一组共{count}张图片：人物和内容相同，姿态与构图略有不同。",
    "en": "\nMake a set of {count} pictures: the same people and contents, poses and framing a little different.",
}


@dataclass(frozen=True)
class Task(Ticket):
    """What `poll` needs: the provider's number, and the model and seconds that the price depends on."""

    engine: ClassVar[str] = NAME

    id: str
    model: str
    seconds: int


def pictures(request: EngineRequest) -> dict[str, Any]:
    """The body that asks for one picture, or for a group of as many as one call may bring. BadRequest: `attached`."""
    model, references = attached(request, NAME)
    width, height = fitted(request.size, model)
    count = max(1, min(request.candidates, model.outputs, MOST_TOGETHER - len(references)))
    group: dict[str, Any] = {"sequential_image_generation": "disabled"}
    prompt = worded(request.prompt, MOST_PROMPT)
    if count > 1:
        prompt += _GROUP[request.prompt.language].format(count=count)
        group = {
            "sequential_image_generation": "auto",
            "sequential_image_generation_options": {"max_images": count},
        }
    return {
        "model": model.id,
        "prompt": prompt,
        "image": [data_uri(reference) for reference in references],
        "size": f"{width}x{height}",
        **group,
        "response_format": "url",
        # True unless it is said; our own mark and label are put on by the label gate.
        "watermark": False,
        "stream": False,
    }


def clip(request: EngineRequest) -> dict[str, Any]:
    """The body that begins a clip from its first frame. BadRequest: `attached`."""
    model, references = attached(request, NAME)
    frames = [
        {"type": "image_url", "image_url": {"url": data_uri(frame)}, "role": "first_frame"} for frame in references
    ]
    return {
        "model": model.id,
        "content": [{"type": "text", "text": worded(request.prompt, MOST_PROMPT)}, *frames],
        "resolution": _resolution(request, model),
        "ratio": "adaptive",
        "duration": seconds(request.parameters),
        "seed": _seed(request.parameters),
        "camera_fixed": int(request.parameters.get("motion_bucket_id") or 1) <= STILL,
        "watermark": False,
    }


def seconds(parameters: Mapping[str, Any]) -> int:
    """The length of a clip, in seconds."""
    return min(max(int(parameters.get("video_length") or USUAL), SHORTEST), LONGEST)


def _resolution(request: EngineRequest, model: Model) -> str:
    """The smallest that holds the size wanted, as far as the model's area goes."""
    width, height = fitted(request.size, model)
    return next((name for name, area in RESOLUTIONS.items() if area >= width * height), "1080p")


def _seed(parameters: Mapping[str, Any]) -> int:
    """-1: any."""
    seed = parameters.get("seed")
    return -1 if seed is None else int(seed) % MOST_SEED
