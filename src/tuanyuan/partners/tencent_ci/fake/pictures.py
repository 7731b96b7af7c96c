"""The cut-outs that a fake bucket makes."""

from __future__ import annotations

import hashlib
from io import BytesIO

from PIL import Image, ImageChops, ImageDraw, ImageFilter, UnidentifiedImageError

from tuanyuan.engines.sandbox import Fault, broken
from tuanyuan.partners.pretending import encoded, look
from tuanyuan.partners.tencent_ci.fake.operations import Rule


def cut_out_of(source: bytes, rule: Rule, fault: Fault | None) -> bytes:
    """An oval of the picture, soft at its edge."""
    if fault == "wrong_size":
        return encoded(_oval(Image.new("RGB", (64, 48), (96, 84, 78))), "PNG")
    with Image.open(BytesIO(source)) as opened:
        picture = _oval(opened.convert("RGB"))
    if rule.centred:
        box = picture.getchannel("A").getbbox() or (0, 0, *picture.size)
        inner, (across, down) = picture.crop(box), rule.padding
        picture = Image.new("RGBA", (inner.width + 2 * across, inner.height + 2 * down))
        picture.paste(inner, (across, down))
    file = encoded(picture, "PNG")
    return broken(file) if fault in ("broken", "expired") else file


def _oval(picture: Image.Image) -> Image.Image:
    width, height = picture.size
    alpha = Image.new("L", picture.size)
    ImageDraw.Draw(alpha).ellipse((width * 0.15, height * 0.08, width * 0.85, height * 0.98), fill=255)
    soft = alpha.filter(ImageFilter.GaussianBlur(max(1, min(picture.size) / 100)))
    shown = Image.composite(picture, ImageChops.multiply(picture, picture), alpha)
    shown.putalpha(soft)
    return shown


def size_of(data: bytes) -> tuple[int, int]:
    """Width and height; 0, 0 of what cannot be opened."""
    try:
        seen = look(data)
    except (UnidentifiedImageError, OSError):
        return 0, 0
    return seen.width, seen.height


def etag(data: bytes) -> str:
    """As object stores name a content."""
    return f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'
