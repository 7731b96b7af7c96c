"""What a poll asks for in its `req_json`: visible logo, implicit label (contract: jimeng.md 1.5)."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageDraw

from tuanyuan.engines.jimeng.fake.catalogue import number, truth, whole
from tuanyuan.engines.jimeng.fake.refusals import invalid


@dataclass(frozen=True)
class Logo:
    """A visible mark. position: 0 bottom right, 1 bottom left, 2 top left, 3 top right. opacity: 0..1."""

    position: int
    opacity: float


@dataclass(frozen=True)
class Wish:
    """How the result is to be given."""

    urls: bool = False
    logo: Logo | None = None
    meta: Mapping[str, str] | None = None


def wish(req_json: Any) -> Wish:
    """Read a poll's `req_json`. Raises Refused for anything but a JSON string of an object, fields in bounds."""
    if req_json is None:
        return Wish()
    if not isinstance(req_json, str):
        raise invalid("req_json must be a JSON string")
    try:
        asked = json.loads(req_json)
    except (ValueError, RecursionError):
        raise invalid("req_json is no JSON") from None
    if not isinstance(asked, dict):
        raise invalid("req_json must hold an object")
    return Wish(bool(truth(asked, "return_url")), _logo(asked.get("logo_info")), _meta(asked.get("aigc_meta")))


def _logo(info: Any) -> Logo | None:
    if info is None:
        return None
    if not isinstance(info, dict):
        raise invalid("logo_info")
    wanted, position, opacity = truth(info, "add_logo"), whole(info, "position", 0, 3), number(info, "opacity", 0, 1)
    whole(info, "language", 0, 1)
    if not isinstance(info.get("logo_text_content") or "", str):
        raise invalid("logo_text_content")
    return Logo(position or 0, 1.0 if opacity is None else opacity) if wanted else None


def _meta(meta: Any) -> Mapping[str, str] | None:
    if meta is None:
        return None
    if not isinstance(meta, dict) or not meta.get("producer_id"):
        raise invalid("aigc_meta.producer_id")
    names = ("content_producer", "producer_id", "content_propagator", "propagate_id")
    said = {name: meta[name] for name in names if meta.get(name) is not None}
    if not all(isinstance(value, str) for value in said.values()):
        raise invalid("aigc_meta")
    return said


def dressed(picture: bytes, wish: Wish) -> bytes:
    """A JPEG with the logo, a plain light bar in its corner, and the label in a segment APP11."""
    if wish.logo is not None:
        picture = _marked(picture, wish.logo)
    if wish.meta is not None:
        said = json.dumps({"AIGC": wish.meta}, ensure_ascii=False).encode()
        picture = picture[:2] + b"\xff\xeb" + (len(said) + 2).to_bytes(2, "big") + said + picture[2:]
    return picture


def dressed_clip(clip: bytes, wish: Wish) -> bytes:
    """A clip with the label in a box of its own."""
    if wish.meta is None:
        return clip
    said = b"free" + json.dumps({"AIGC": wish.meta}, ensure_ascii=False).encode()
    return clip + (len(said) + 4).to_bytes(4, "big") + said


def _marked(picture: bytes, logo: Logo) -> bytes:
    with Image.open(io.BytesIO(picture)) as opened:
        image = opened.convert("RGB")
    width, height = max(2, image.width // 6), max(2, image.height // 24)
    left = image.width - width - width // 8 if logo.position in (0, 3) else width // 8
    top = height // 2 if logo.position in (2, 3) else image.height - height - height // 2
    bar = Image.new("L", image.size, 0)
    ImageDraw.Draw(bar).rectangle((left, top, left + width - 1, top + height - 1), fill=round(255 * logo.opacity))
    image.paste((235, 235, 235), mask=bar)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=90)
    return file.getvalue()
