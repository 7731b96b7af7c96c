"""Our request in the fields of OpenAI's images interface, its answer as ours (contract §4.3, §4.4). Pure.

Others speak the same interface, each a little differently; `options` of a model say how:
edits = "false": only /images/generations, no pictures in. answer = "url": an address may come instead of the bytes.
response_format, quality, output_format, output_compression, input_fidelity: sent as they stand; absent: not sent.
longest: most pixels of a side. fen_text_in, fen_image_in, fen_image_out: for a million tokens.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from tuanyuan.domain.capabilities import Model
from tuanyuan.domain.engine import BadRequest, EngineRequest, OutputRefused, Reference, Unknown
from tuanyuan.engines.openai.masks import transparent
from tuanyuan.engines.sizing import fitted
from tuanyuan.engines.told import count as counted
from tuanyuan.engines.told import entries as told_entries
from tuanyuan.engines.told import texts
from tuanyuan.engines.wording import worded

EDITS, GENERATIONS = "/images/edits", "/images/generations"
MOST_PROMPT = 32_000
MOST_PICTURES = 10
MOST_MASK = 4_000_000
_AS_THEY_STAND = ("quality", "output_format", "output_compression", "input_fidelity", "response_format")
_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
_MILLION = 1_000_000
# Of one kind for one call; a picture of 4K is some ten thousand.
_MOST_TOKENS = 5_000_000

# (name of the part, (name of the file, content, media type))
Part = tuple[str, tuple[str, bytes, str]]


@dataclass(frozen=True)
class Asked:
    """One call: fields as multipart form with the files, or as JSON where there are none."""

    path: str
    fields: dict[str, str | int]
    files: tuple[Part, ...] = ()

    @property
    def sending(self) -> dict[str, Any]:
        """What `Wire.call` is given."""
        if not self.files:
            return {"json": self.fields}
        return {"data": {name: str(value) for name, value in self.fields.items()}, "files": list(self.files)}


@dataclass(frozen=True)
class Made:
    """What came out: files, addresses of files still to be fetched, and what was billed for all, in fen."""

    files: tuple[bytes, ...] = field(default=())
    addresses: tuple[str, ...] = ()
    cost_fen: int = 0


def asked(
    request: EngineRequest, model: Model, references: tuple[Reference, ...], engine: str, called: str | None = None
) -> Asked:
    """The call. called: the name of the model at this server, "" for none; None: its id.

    BadRequest engine_bad_request: pictures for a server that takes none, or a mask of more bytes than are taken.
    """
    name = model.id if called is None else called
    fields: dict[str, str | int] = {"model": name} if name else {}
    fields |= {"prompt": worded(request.prompt, MOST_PROMPT), "size": "{}x{}".format(*size(request, model))}
    wanted = min(request.candidates, model.outputs, MOST_PICTURES)
    if wanted > 1:
        fields["n"] = wanted
    for option in _AS_THEY_STAND:
        if option in model.options:
            told = model.options[option]
            fields[option] = int(told) if told.isdecimal() else told
    if not references:
        return Asked(GENERATIONS, fields)
    if model.options.get("edits") == "false":
        raise BadRequest("engine_bad_request", engine=engine, detail="references")
    return Asked(EDITS, fields, _parts(references, engine))


def size(request: EngineRequest, model: Model) -> tuple[int, int]:
    """Width and height within the model's bounds, no side longer than `longest`."""
    width, height = fitted(request.size, model)
    longest = int(model.options.get("longest", max(width, height)))
    if max(width, height) <= longest:
        return width, height
    smaller = longest / max(width, height)
    width, height = fitted((max(1, round(width * smaller)), max(1, round(height * smaller))), model)
    return min(width, longest), min(height, longest)


def made(answer: dict[str, Any], model: Model) -> Made:
    """What a 2xx brought. OutputRefused: no picture. Unknown answer_lost: it is not what §4.4 says."""
    data = answer.get("data")
    if not isinstance(data, list):
        raise Unknown("answer_lost")
    entries = told_entries(data, MOST_PICTURES)
    files = tuple(_decoded(entry["b64_json"]) for entry in entries if entry.get("b64_json"))
    addresses = texts([entry.get("url") for entry in entries if not entry.get("b64_json")])
    if addresses and model.options.get("answer") != "url":
        raise Unknown("answer_lost")
    count = len(files) + len(addresses)
    if not count:
        raise OutputRefused("engine_output_refused")
    return Made(files, tuple(addresses), _cost_fen(answer.get("usage"), model, count))


def _parts(references: tuple[Reference, ...], engine: str) -> tuple[Part, ...]:
    """One part named `image`, or several all named `image[]`, and `mask` (§4.3)."""
    pictures = [reference for reference in references if reference.role != "mask"]
    name = "image" if len(pictures) == 1 else "image[]"
    parts = [
        (name, (f"{number}.{_ENDINGS.get(picture.media_type, 'png')}", picture.data, picture.media_type))
        for number, picture in enumerate(pictures, 1)
    ]
    for mask in references[len(pictures) :]:
        file = transparent(mask.data)
        if len(file) > MOST_MASK:
            raise BadRequest("engine_bad_request", engine=engine, detail="mask")
        parts.append(("mask", ("mask.png", file, "image/png")))
    return tuple(parts)


def _decoded(told: Any) -> bytes:
    try:
        return base64.b64decode(told, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise Unknown("answer_lost") from None


def _cost_fen(usage: Any, model: Model, count: int) -> int:
    """By the tokens that were used where both they and their prices are told, else by the picture."""
    details = usage.get("input_tokens_details") if isinstance(usage, dict) else None
    if not isinstance(details, dict) or "fen_image_out" not in model.options:
        return model.price_fen * count
    used = {
        "fen_text_in": counted(details.get("text_tokens"), _MOST_TOKENS),
        "fen_image_in": counted(details.get("image_tokens"), _MOST_TOKENS),
        "fen_image_out": counted(usage.get("output_tokens"), _MOST_TOKENS),
    }
    if None in used.values():
        return model.price_fen * count
    return ceil(sum(int(model.options.get(price, "0")) * tokens for price, tokens in used.items() if tokens) / _MILLION)
