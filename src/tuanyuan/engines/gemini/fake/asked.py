"""What was asked of the fake: read and checked field by field (contract: gemini.md 3.3)."""

from __future__ import annotations

import base64
import binascii
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PIL import Image

from tuanyuan.engines.gemini.fake import names
from tuanyuan.engines.gemini.fake.answers import Refusal, invalid

# Pillow opens the first three; of the others only the head is looked at.
_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
_HEIF = ("image/heic", "image/heif")
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_MAX_PIXELS = 100_000_000
_MAX_REFERENCES = 14

_RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
_LONG_RATIOS = ("1:4", "4:1", "1:8", "8:1")
_EDGES = {"512": 512, "1K": 1024, "2K": 2048, "4K": 4096}

_PERSONS = ("DONT_ALLOW", "ALLOW_ADULT", "ALLOW_ALL")
_THRESHOLDS = ("BLOCK_LOW_AND_ABOVE", "BLOCK_MEDIUM_AND_ABOVE", "BLOCK_ONLY_HIGH", "BLOCK_NONE", "OFF")


@dataclass(frozen=True)
class Reference:
    """A picture that was sent: its bytes, or the address where it lies."""

    mime_type: str
    data: bytes = b""
    uri: str | None = None


@dataclass(frozen=True)
class Asked:
    """A request that keeps to the contract. request: in camel case, pictures by type and length only."""

    request: Mapping[str, Any]
    text: str
    references: tuple[Reference, ...]
    talks: bool
    ratio: str | None
    edge: int
    ratios: tuple[str, ...]

    @property
    def tokens(self) -> int:
        """About how many tokens the prompt has."""
        return len(self.text) // 4 + 1 + 258 * len(self.references)

    def size(self, first: tuple[int, int] | None) -> tuple[int, int]:
        """Width and height of the picture to make: about edge² pixels; without a ratio that of the first picture."""
        ratio = self.ratio or (
            "1:1" if first is None else min(self.ratios, key=lambda it: abs(_of(it) / _wide(first) - 1))
        )
        root = _of(ratio) ** 0.5
        return round(self.edge * root / 16) * 16, round(self.edge / root / 16) * 16


def read(body: bytes, model: str) -> Asked:
    """The request in a body. Raises Refusal, 400 INVALID_ARGUMENT, for whatever the contract does not allow."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        raise invalid("Invalid JSON payload received. Unexpected token.") from None
    root = _fields(parsed, names.ROOT, "")
    if not isinstance(root.get("contents"), list) or not root["contents"]:
        raise invalid("* GenerateContentRequest.contents: contents is not specified", "contents")
    texts: list[str] = []
    references: list[Reference] = []
    shown: list[dict[str, Any]] = []
    for place, content in enumerate(root["contents"]):
        role, parts = _content(content, f"contents[{place}]")
        texts.extend(part for part in parts if isinstance(part, str))
        references.extend(part for part in parts if isinstance(part, Reference))
        shown.append({"role": role, "parts": [_shown(part) for part in parts]})
    if model.startswith("gemini-3") and len(references) > _MAX_REFERENCES:
        raise invalid(f"At most {_MAX_REFERENCES} images are supported, but {len(references)} were provided.")
    for place, setting in enumerate(_list(root.get("safetySettings", []), "safety_settings")):
        _safety(setting, f"safety_settings[{place}]")
    config = _fields(root.get("generationConfig", {}), names.GENERATION, "generation_config")
    image = _fields(config.get("imageConfig", {}), names.IMAGE, "generation_config.image_config")
    request: dict[str, Any] = {"contents": shown}
    if "systemInstruction" in root:
        _, parts = _content(root["systemInstruction"], "system_instruction")
        request["systemInstruction"] = {"parts": [_shown(part) for part in parts]}
    if "safetySettings" in root:
        request["safetySettings"] = root["safetySettings"]
    if config:
        request["generationConfig"] = {**config, "imageConfig": image} if image else config
    _numbers(config)
    return _asked(model, request, "\n".join(texts), tuple(references), config, image)


def _asked(
    model: str,
    request: Mapping[str, Any],
    text: str,
    references: tuple[Reference, ...],
    config: Mapping[str, Any],
    image: Mapping[str, Any],
) -> Asked:
    modalities = _list(config.get("responseModalities", ["TEXT", "IMAGE"]), "generation_config.response_modalities")
    for modality in modalities:
        _one_of(modality, ("TEXT", "IMAGE"), "generation_config.response_modalities")
    if "IMAGE" not in modalities:
        raise invalid("The requested combination of response modalities is not supported by the model.")
    small = model.startswith("gemini-3.1-flash")
    ratios = _RATIOS + _LONG_RATIOS if small else _RATIOS
    if "aspectRatio" in image:
        _one_of(image["aspectRatio"], ratios, "generation_config.image_config.aspect_ratio")
    if "imageSize" in image:
        if model.startswith("gemini-2.5"):
            raise invalid("Image size is not supported for this model.", "generation_config.image_config.image_size")
        sizes = ("512", "1K", "2K", "4K") if small else ("1K", "2K", "4K")
        _one_of(image["imageSize"], sizes, "generation_config.image_config.image_size")
    if "personGeneration" in image:
        _one_of(image["personGeneration"], _PERSONS, "generation_config.image_config.person_generation")
    return Asked(
        request=request,
        text=text,
        references=references,
        talks="TEXT" in modalities,
        ratio=image.get("aspectRatio"),
        edge=_EDGES[image.get("imageSize", "1K")],
        ratios=ratios,
    )


def opened(data: bytes, mime_type: str) -> tuple[int, int] | None:
    """Width and height of a picture as it is looked at; None for HEIC and HEIF, which are not opened.

    Raises Refusal, 400 INVALID_ARGUMENT, when the bytes are no whole picture of that type.
    """
    if mime_type in _HEIF:
        if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
            return None
        raise _unreadable()
    try:
        with Image.open(io.BytesIO(data), formats=[_FORMATS[mime_type]]) as picture:
            if picture.width * picture.height > _MAX_PIXELS:
                raise _unreadable()
            picture.load()
            turned = picture.getexif().get(0x0112, 1) >= 5  # EXIF orientation: on its side
            return (picture.height, picture.width) if turned else picture.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _unreadable() from None


def _unreadable() -> Refusal:
    return invalid("Unable to process input image. Please retry or report the problem.")


def _content(value: Any, path: str) -> tuple[str, list[str | Reference]]:
    content = _fields(value, frozenset({"role", "parts"}), path)
    role = content.get("role", "user")
    if role not in ("user", "model") and path != "system_instruction":
        raise invalid("Please use a valid role: user, model.", f"{path}.role")
    parts = _list(content.get("parts", []), f"{path}.parts")
    if not parts:
        raise invalid(f"* GenerateContentRequest.{path}.parts: contents.parts must not be empty.", f"{path}.parts")
    return role, [_part(part, f"{path}.parts[{place}]") for place, part in enumerate(parts)]


def _part(value: Any, path: str) -> str | Reference:
    part = _fields(value, names.PART, path)
    data = [name for name in ("text", "inlineData", "fileData") if name in part]
    if len(data) != 1:
        raise invalid(f"* GenerateContentRequest.{path}.data: required oneof field 'data' must have one value", path)
    if data == ["text"]:
        return _text(part["text"], f"{path}.text")
    if data == ["inlineData"]:
        blob = _fields(part["inlineData"], frozenset({"mimeType", "data", "displayName"}), f"{path}.inline_data")
        mime_type = _mime_type(blob.get("mimeType"), f"{path}.inline_data.mime_type")
        return Reference(mime_type, _bytes(blob.get("data"), f"{path}.inline_data.data"))
    file = _fields(part["fileData"], frozenset({"mimeType", "fileUri", "displayName"}), f"{path}.file_data")
    uri = _text(file.get("fileUri"), f"{path}.file_data.file_uri")
    if not re.match(r"https?://", uri):
        raise invalid("Invalid or unsupported file uri: " + uri, f"{path}.file_data.file_uri")
    return Reference(_mime_type(file.get("mimeType"), f"{path}.file_data.mime_type"), uri=uri)


def _safety(value: Any, path: str) -> None:
    setting = _fields(value, frozenset({"category", "threshold"}), path)
    _one_of(setting.get("category"), names.HARM_CATEGORIES, f"{path}.category")
    _one_of(setting.get("threshold"), _THRESHOLDS, f"{path}.threshold")


def _numbers(config: Mapping[str, Any]) -> None:
    seed, temperature, count = config.get("seed", 0), config.get("temperature", 1.0), config.get("candidateCount", 1)
    if type(seed) is not int or not -(2**31) <= seed < 2**31:
        raise invalid(f"Invalid value at 'generation_config.seed' (TYPE_INT32), {seed}", "generation_config.seed")
    if type(temperature) not in (int, float) or not 0.0 <= temperature <= 2.0:
        raise invalid("Temperature must be in the range [0.0, 2.0].", "generation_config.temperature")
    if type(count) is not int or count != 1:
        raise invalid("Only one candidate can be specified for this model.", "generation_config.candidate_count")


def _fields(value: Any, known: frozenset[str], path: str) -> dict[str, Any]:
    """An object's fields by their names in camel case; explicit nulls are as good as absent."""
    if not isinstance(value, dict):
        raise invalid(f"Invalid value at '{path}': an object is expected.", path)
    fields: dict[str, Any] = {}
    for name, inner in value.items():
        camel = re.sub(r"_([a-z])", lambda found: found[1].upper(), name)
        if camel not in known:
            raise invalid(
                f'Invalid JSON payload received. Unknown name "{name}"{path and f" at {path!r}"}: Cannot find field.',
                path,
            )
        if camel in fields:
            raise invalid(f"Invalid JSON payload received. Duplicate field {name!r}.", path)
        if inner is not None:
            fields[camel] = inner
    return fields


def _list(value: Any, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise invalid(f"Invalid value at '{path}': a list is expected.", path)
    return value


def _text(value: Any, path: str) -> str:
    if not isinstance(value, str):
        raise invalid(f"Invalid value at '{path}' (TYPE_STRING)", path)
    return value


def _one_of(value: Any, allowed: tuple[str, ...], path: str) -> None:
    if value not in allowed:
        raise invalid(f"Invalid value at '{path}': {value!r}. Supported: {', '.join(allowed)}.", path)


def _mime_type(value: Any, path: str) -> str:
    mime_type = _text(value, path)
    if mime_type not in _FORMATS and mime_type not in _HEIF:
        raise invalid(f"Unsupported MIME type: {mime_type}", path)
    return mime_type


def _bytes(value: Any, path: str) -> bytes:
    """Bytes from base64, the standard or the URL-safe alphabet (the Python SDK sends the latter), padded or not."""
    text = _text(value, path).translate(str.maketrans("-_", "+/")).rstrip("=")
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise invalid(f"Invalid value at '{path}' (TYPE_BYTES), Base64 decoding failed", path) from None
    if not data:
        raise invalid(f"Invalid value at '{path}': empty.", path)
    return data


def _shown(part: str | Reference) -> dict[str, Any]:
    if isinstance(part, str):
        return {"text": part}
    if part.uri is not None:
        return {"fileData": {"mimeType": part.mime_type, "fileUri": part.uri}}
    return {"inlineData": {"mimeType": part.mime_type, "bytes": len(part.data)}}


def _of(ratio: str) -> float:
    width, height = ratio.split(":")
    return int(width) / int(height)


def _wide(size: tuple[int, int]) -> float:
    return size[0] / size[1]
