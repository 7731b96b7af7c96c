"""What a video task takes, and its way from queued to its end (contract: ark-seedream.md 2.7)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tuanyuan.engines.sandbox import Accepted, draw, wrong_size
from tuanyuan.engines.seedream.fake import fields, refusals
from tuanyuan.engines.seedream.fake.fields import Body
from tuanyuan.engines.seedream.fake.photos import Limits, Photo
from tuanyuan.engines.seedream.fake.refusals import Refusal, invalid, missing

FRAME = Limits(30 * 1024 * 1024, (300, 6000), (0.4, 2.5), math.inf)
KEPT = 7 * 24 * 3600.0
_RATIOS = ("16:9", "4:3", "1:1", "3:4", "9:16", "21:9")
_AREAS = {"480p": 854 * 480, "720p": 1280 * 720, "1080p": 1920 * 1080}
_ROLES = ("first_frame", "last_frame", "reference_image")
_RATE = 24
_LASTS = 172_800

State = Literal["queued", "running", "succeeded", "failed", "cancelled", "expired"]


@dataclass(frozen=True)
class Model:
    """What one video model takes. seconds: least and most. people: whether it takes pictures of real people."""

    seconds: tuple[int, int] = (2, 12)
    audio: bool = False
    needs_picture: bool = False
    people: bool = True


MODELS: Mapping[str, Model] = {
    "doubao-seedance-1-0-pro-250528": Model(),
    "doubao-seedance-1-0-pro-fast-251015": Model(),
    "doubao-seedance-1-0-lite-i2v-250428": Model(needs_picture=True),
    "doubao-seedance-1-5-pro-251215": Model(audio=True),
    "doubao-seedance-2-0-260128": Model((4, 15), audio=True, people=False),
}


@dataclass(frozen=True)
class Order:
    """What a call asks for. echo: the fields that a task shows again."""

    photos: Sequence[str]
    resolution: str
    ratio: str
    seconds: float
    echo: Mapping[str, Any]
    lasts: int
    last_frame: bool
    callback: str | None


def order(body: Body, model: Model) -> Order:
    """Read the body. Raises Refused for what is missing or out of bounds."""
    photos = _photos(body)
    if model.needs_picture and not photos:
        raise missing("content.image_url")
    for name in ("camera_fixed", "watermark", "draft", "generate_audio"):
        fields.truth(body, name)
    if body.get("generate_audio") and not model.audio:
        raise invalid("generate_audio", "not supported by this model")
    duration = fields.whole(body, "duration", *model.seconds)
    frames = fields.whole(body, "frames", 29, 289)
    if frames is not None and (duration is not None or (frames - 25) % 4):
        raise invalid("frames")
    callback = body.get("callback_url")
    if callback is not None and not (isinstance(callback, str) and callback.startswith(("http://", "https://"))):
        raise invalid("callback_url")
    safety = body.get("safety_identifier")
    if safety is not None and not isinstance(safety, str):
        raise invalid("safety_identifier")
    fields.whole(body, "priority", 0)
    seed = fields.whole(body, "seed", -1, 2**32 - 1)
    shown = {
        "seed": 8123 if seed is None or seed == -1 else seed,
        "framespersecond": _RATE,
        **({"frames": frames} if frames is not None else {"duration": duration or 5}),
        "service_tier": fields.word(body, "service_tier", ("default", "flex")) or "default",
        "execution_expires_after": fields.whole(body, "execution_expires_after", 3600, 259_200) or _LASTS,
        **{name: body[name] for name in ("generate_audio", "draft") if body.get(name) is not None},
        **({} if safety is None else {"safety_identifier": safety}),
    }
    return Order(
        photos=photos,
        resolution=fields.word(body, "resolution", tuple(_AREAS)) or "720p",
        ratio=fields.word(body, "ratio", (*_RATIOS, "adaptive")) or ("adaptive" if photos else "16:9"),
        seconds=frames / _RATE if frames is not None else duration or 5,
        echo=shown,
        lasts=shown["execution_expires_after"],
        last_frame=bool(fields.truth(body, "return_last_frame")),
        callback=callback,
    )


def _photos(body: Body) -> list[str]:
    content = body.get("content")
    if content is None or content == []:
        raise missing("content")
    if not isinstance(content, list) or not all(isinstance(part, dict) for part in content):
        raise invalid("content")
    photos, roles = [], []
    for part in content:
        kind = part.get("type")
        if kind == "text":
            fields.text(part, "text")
        elif kind == "image_url":
            url = fields.part(part, "image_url").get("url")
            if not isinstance(url, str):
                raise missing("content.image_url.url")
            photos.append(url)
            roles.append(fields.word(part, "role", _ROLES))
        else:
            raise invalid("content.type")
    if len(photos) == 1 and roles[0] is None:
        roles = ["first_frame"]
    if None in roles or any(roles.count(role) > 1 for role in ("first_frame", "last_frame")):
        raise invalid("content.role")
    if "last_frame" in roles and "first_frame" not in roles:
        raise invalid("content.role", "a last frame needs a first frame")
    return photos


@dataclass
class Task:
    """A task that was accepted. takes: seconds, infinite for one that is never ready. told: last state called back."""

    accepted: Accepted
    order: Order
    takes: float
    queues: float
    photos: Sequence[Photo]
    clip: bytes
    cancelled_at: float | None = None
    told: State | None = None

    def state(self, now: float) -> State:
        """Where it is at `now`."""
        age = now - self.accepted.at
        if self.cancelled_at is not None:
            return "cancelled"
        if age >= min(self.takes, self.order.lasts):
            if self.takes > self.order.lasts:
                return "expired"
            return "succeeded" if self.failure() is None else "failed"
        return "queued" if age < self.queues else "running"

    def failure(self) -> Refusal | None:
        """What it fails with. A task makes one clip: fewer is none, and its review keeps that back."""
        if self.accepted.fault == "fail_later":
            return refusals.INTERNAL
        return refusals.OUTPUT_VIDEO if self.accepted.fault in ("refuse_output", "partial") else None

    def seen(self, now: float) -> dict[str, Any]:
        """As a call sees it at `now`, but for the addresses of its results."""
        state = self.state(now)
        ends = self.accepted.at + min(self.takes, self.order.lasts)
        changed = self.cancelled_at or {
            "queued": self.accepted.at,
            "running": self.accepted.at + self.queues,
        }.get(state, ends)
        said: dict[str, Any] = {"id": self.accepted.id, "model": self.accepted.model, "status": state}
        failure = self.failure()
        if state == "failed" and failure is not None:
            said |= failure.item()
        if state == "expired":
            said |= refusals.EXPIRED.item()
        if state == "succeeded":
            tokens = round(_AREAS[self.order.resolution] * _RATE * self.order.seconds / 1024)
            said["usage"] = {"completion_tokens": tokens, "total_tokens": tokens}
        said |= {"resolution": self.order.resolution, "ratio": self._ratio(), **self.order.echo}
        return said | {"created_at": int(self.accepted.at), "updated_at": int(changed)}

    def last_frame(self) -> bytes:
        """The last picture of its clip, PNG."""
        references = [photo.data for photo in self.photos]
        if self.accepted.fault == "wrong_size":
            return wrong_size(references, "PNG")
        width, height = (int(side) for side in self._ratio().split(":"))
        area = _AREAS[self.order.resolution]
        return draw(references, *_sides(area, width / height), format="PNG")

    def _ratio(self) -> str:
        if self.order.ratio != "adaptive":
            return self.order.ratio
        if not self.photos:
            return "16:9"
        wanted = self.photos[0].width / self.photos[0].height
        return min(_RATIOS, key=lambda ratio: abs(math.log(wanted * _part(ratio, 1) / _part(ratio, 0))))


def _part(ratio: str, place: int) -> int:
    return int(ratio.split(":")[place])


def _sides(area: int, ratio: float) -> tuple[int, int]:
    width = round(math.sqrt(area * ratio))
    return width, area // width
