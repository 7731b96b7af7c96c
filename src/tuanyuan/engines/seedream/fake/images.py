"""What `images/generations` takes, and the pictures it makes of it (contract: ark-seedream.md 2.2 to 2.4)."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from tuanyuan.engines.sandbox import Fault, draw, wrong_size
from tuanyuan.engines.seedream.fake import fields
from tuanyuan.engines.seedream.fake.fields import Body
from tuanyuan.engines.seedream.fake.photos import Limits, Photo
from tuanyuan.engines.seedream.fake.refusals import invalid

REFERENCE = Limits(10 * 1024 * 1024, (15, math.inf), (1 / 16, 16), 36_000_000)
_PHOTOS_MOST, _ALL_MOST = 14, 15
_MOST = 4096**2
_WORDS = {"1K": 1024, "2K": 2048, "3K": 3072, "4K": 4096}


@dataclass(frozen=True)
class Model:
    """What one image model takes. words: for `size`. least: pixels of the picture out. newer: the fields of 5.0."""

    words: tuple[str, ...]
    least: int
    newer: bool = False
    fast: bool = False


MODELS: Mapping[str, Model] = {
    "doubao-seedream-4-0-250828": Model(("1K", "2K", "4K"), 921_600, fast=True),
    "doubao-seedream-4-5-251128": Model(("2K", "4K"), 3_686_400),
    "doubao-seedream-5-0-260128": Model(("2K", "3K"), 3_686_400, newer=True),
    "doubao-seedream-5-0-lite-260128": Model(("2K", "3K"), 3_686_400, newer=True),
}
LEGACY = ("doubao-seedream-3-0-t2i-250415", "doubao-seededit-3-0-i2i-250628")


@dataclass(frozen=True)
class Order:
    """What a call asks for. size: a word or WIDTHxHEIGHT. most: pictures of a group, None where one is asked for."""

    photos: Sequence[str]
    size: str
    most: int | None
    group: bool
    stream: bool
    inline: bool
    watermark: bool
    format: str
    newer: bool
    searches: bool

    def count(self, usual: int) -> int:
        """How many pictures it makes; `usual`: of a group whose size was left to the model."""
        if not self.group:
            return 1
        return min(self.most or usual, _ALL_MOST - len(self.photos))

    def pixels(self, photos: Sequence[Photo]) -> tuple[int, int]:
        """Width and height of what comes out; a word follows the first picture that came in."""
        if self.size not in _WORDS:
            width, height = (int(side) for side in self.size.split("x"))
            return width, height
        area = _WORDS[self.size] ** 2
        ratio = photos[0].width / photos[0].height if photos else 1.0
        width = round(math.sqrt(area * ratio))
        return width, area // width


def order(body: Body, model: Model) -> Order:
    """Read the body. Raises Refused for what is missing, out of bounds, or no field of this model."""
    fields.text(body, "prompt")
    # None of these exists here; to ignore them would make or change pictures that nobody asked for.
    fields.absent(body, "n", "mask", "seed", "guidance_scale")
    image = body.get("image")
    photos = [] if image is None else [image] if isinstance(image, str) else image
    if not isinstance(photos, list) or not all(isinstance(one, str) for one in photos) or len(photos) > _PHOTOS_MOST:
        raise invalid("image")
    group = fields.word(body, "sequential_image_generation", ("disabled", "auto")) == "auto"
    options = fields.part(body, "sequential_image_generation_options")
    most = fields.whole(options, "max_images", 1, _ALL_MOST)
    fields.word(
        fields.part(body, "optimize_prompt_options"), "mode", ("standard", "fast") if model.fast else ("standard",)
    )
    if not model.newer:
        fields.absent(body, "output_format", "tools")
    tools = body.get("tools")
    if tools is not None and not (
        isinstance(tools, list) and all(isinstance(tool, dict) and tool.get("type") == "web_search" for tool in tools)
    ):
        raise invalid("tools")
    watermark = fields.truth(body, "watermark")
    return Order(
        photos=photos,
        size=_size(body, model),
        most=most,
        group=group,
        stream=bool(fields.truth(body, "stream")),
        inline=fields.word(body, "response_format", ("url", "b64_json")) == "b64_json",
        watermark=watermark is None or watermark,
        format=fields.word(body, "output_format", ("jpeg", "png")) or "jpeg",
        newer=model.newer,
        searches=bool(tools),
    )


def _size(body: Body, model: Model) -> str:
    size = body.get("size")
    if size is None:
        return "2048x2048"
    if not isinstance(size, str):
        raise invalid("size")
    if size in model.words:
        return size
    sides = re.fullmatch(r"([1-9]\d{1,4})x([1-9]\d{1,4})", size, re.ASCII)
    if sides is None:
        raise invalid("size")
    width, height = int(sides[1]), int(sides[2])
    if not model.least <= width * height <= _MOST:
        raise invalid("size", f"image size must be between {model.least} and {_MOST} pixels")
    if not 1 / 16 <= width / height <= 16:
        raise invalid("size", "aspect ratio")
    return size


def make(order: Order, photos: Sequence[Photo], size: tuple[int, int], number: int, fault: Fault | None) -> bytes:
    """One picture of a call, with the visible mark unless that was declined."""
    references = [photo.data for photo in photos]
    format = order.format.upper()
    picture = wrong_size(references, format) if fault == "wrong_size" else draw(references, *size, number, format)
    return _marked(picture, format) if order.watermark else picture


def _marked(picture: bytes, format: str) -> bytes:
    with Image.open(io.BytesIO(picture)) as opened:
        image = opened.convert("RGB")
    # "AI生成" in the original; no font for it is at hand here.
    font = ImageFont.load_default(max(8, image.height // 24))
    place = (image.width * 0.98, image.height * 0.98)
    ImageDraw.Draw(image).text(place, "AI", fill=(235, 235, 235), font=font, anchor="rs")
    file = io.BytesIO()
    image.save(file, format, quality=90)
    return file.getvalue()
