"""What was asked of the fake: read and checked field by field (contract: openai-images.md 4.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tuanyuan.engines.openai.fake import answers
from tuanyuan.engines.openai.fake.files import NAMES, File, Limits, oriented, overlay, pictures
from tuanyuan.engines.openai.fake.rules import Rules, rules

MAX_PROMPT = 32000

_FORMATS = ("png", "jpeg", "webp")
_NAMES = frozenset(
    {
        "model",
        "prompt",
        "n",
        "size",
        "quality",
        "background",
        "output_format",
        "output_compression",
        "stream",
        "partial_images",
        "safety_identifier",
        "user",
        "complexity",  # not on the contract's page; the vendor's SDK sends it
    }
)
_ONLY_EDITS = frozenset({"input_fidelity"})
_ONLY_GENERATIONS = frozenset({"moderation"})
_OLD = frozenset({"response_format"})


@dataclass(frozen=True)
class Asked:
    """A request that keeps to the contract. request: as sent, files by type and length only."""

    request: Mapping[str, Any]
    model: str
    prompt: str
    n: int
    width: int
    height: int
    quality: str
    transparent: bool
    output_format: str
    stream: bool
    partial_images: int
    references: tuple[bytes, ...]

    @property
    def told(self) -> dict[str, Any]:
        """The settings that answers repeat."""
        return {
            "size": f"{self.width}x{self.height}",
            "quality": "medium" if self.quality == "auto" else self.quality,
            "output_format": self.output_format,
            "background": "transparent" if self.transparent else "opaque",
        }

    def usage(self, pictures: int) -> dict[str, Any]:
        """About as many tokens as it takes; output for that many pictures."""
        text, image = len(self.prompt) // 4 + 1, 594 * len(self.references)
        output = self.width * self.height // 1000 * pictures
        return {
            "input_tokens": text + image,
            "input_tokens_details": {"text_tokens": text, "image_tokens": image},
            "output_tokens": output,
            "total_tokens": text + image + output,
        }


class _Fields:
    """The fields of a form, where all are text, or of JSON, where they have types. Empty text and null: absent."""

    def __init__(self, values: Mapping[str, Any], *, typed: bool) -> None:
        absent = (None,) if typed else (None, "")
        self._values = {name: value for name, value in values.items() if value not in absent}
        self._typed = typed

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def text(self, name: str) -> str:
        value = self._values.get(name)
        if value is None:
            raise answers.missing(name)
        if not isinstance(value, str):
            raise _invalid_type(name, "a string")
        return value

    def one_of(self, name: str, allowed: Sequence[str], default: str) -> str:
        if name not in self:
            return default
        value = self.text(name)
        if value not in allowed:
            supported = ", ".join(f"'{word}'" for word in allowed)
            raise answers.invalid_value(f"Invalid value: '{value}'. Supported values are: {supported}.", name)
        return value

    def integer(self, name: str, least: int, most: int, default: int) -> int:
        value = self._values.get(name, default)
        if not self._typed and isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value[:9])
        if type(value) is not int:
            raise _invalid_type(name, "an integer")
        if not least <= value <= most:
            message = f"Invalid '{name}': expected a value between {least} and {most}, but got {value} instead."
            raise answers.invalid_value(message, name)
        return value

    def truth(self, name: str) -> bool:
        value = self._values.get(name, False)
        if not self._typed and value in ("true", "false"):
            value = value == "true"
        if not isinstance(value, bool):
            raise _invalid_type(name, "a boolean")
        return value


def model_of(values: Mapping[str, Any], models: Sequence[str]) -> str:
    """The model that is asked. Raises Refusal: 400 without one, 404 for one that is not among `models`."""
    model = values.get("model")
    if model is None or model == "":
        raise answers.missing("model")
    if not isinstance(model, str):
        raise _invalid_type("model", "a string")
    if model not in models:
        raise answers.no_model(model)
    return model


def read_generation(values: Mapping[str, Any], model: str) -> Asked:
    """The request in the JSON of `/images/generations`. Raises Refusal."""
    allowed = rules(model)
    fields = _Fields(values, typed=True)
    _known(values, _NAMES | _ONLY_GENERATIONS | (_OLD if allowed.foreign else frozenset()))
    fields.one_of("moderation", ("auto", "low"), "auto")
    return _asked(fields, dict(values), model, allowed, (), None)


def read_edit(values: Mapping[str, str], files: Sequence[tuple[str, File]], model: str, limits: Limits) -> Asked:
    """The request in the form of `/images/edits`: its fields, and its files by name in their order. Raises Refusal."""
    allowed = rules(model)
    for name in sorted(NAMES & values.keys()):
        raise _invalid_type(name, "a file")
    fields = _Fields(values, typed=False)
    _known(values, _NAMES | _ONLY_EDITS | (_OLD if allowed.foreign else frozenset()))
    _known(dict(files), NAMES)
    if "input_fidelity" in fields:
        if not allowed.fidelities:
            raise answers.no_fidelity(model)
        fields.one_of("input_fidelity", allowed.fidelities, "low")
    references = tuple(picture.data for picture in pictures(files, limits))
    size = oriented(references[0])
    mask, markup = (overlay(files, name, size, limits) for name in ("mask", "markup"))
    if markup and not allowed.markup:
        raise answers.unknown_parameter("markup")
    if mask and markup:
        raise answers.invalid_value("'markup' cannot be combined with 'mask'.", "markup")
    request = {
        **values,
        "files": [{"name": name, "type": file.media_type, "bytes": len(file.data)} for name, file in files],
    }
    return _asked(fields, request, model, allowed, references, size)


def _asked(
    fields: _Fields,
    request: Mapping[str, Any],
    model: str,
    allowed: Rules,
    references: tuple[bytes, ...],
    first: tuple[int, int] | None,
) -> Asked:
    prompt = fields.text("prompt")
    if len(prompt) > MAX_PROMPT:
        message = f"Invalid 'prompt': string too long. Expected a string with maximum length {MAX_PROMPT}."
        raise answers.invalid_value(message, "prompt")
    width, height = _size(fields, allowed, first)
    output_format = fields.one_of("output_format", _FORMATS, "png")
    background = fields.one_of("background", ("transparent", "opaque", "auto"), "auto")
    if background == "transparent" and output_format == "jpeg":
        message = "Transparent background is not supported for JPEG output format. Use 'png' or 'webp'."
        raise answers.invalid_value(message, "background")
    if fields.integer("output_compression", 0, 100, 100) < 100 and output_format == "png":
        message = "Compression less than 100 is not supported for PNG output format."
        raise answers.invalid_value(message, "output_compression")
    stream = fields.truth("stream")
    partial_images = fields.integer("partial_images", 0, 3, 0)
    if partial_images and not stream:
        raise answers.invalid_value("'partial_images' is only supported when 'stream' is true.", "partial_images")
    fields.one_of("complexity", ("low", "medium", "high"), "medium")
    fields.one_of("response_format", ("url", "b64_json"), "b64_json")
    for name in ("safety_identifier", "user"):
        if name in fields:
            fields.text(name)
    return Asked(
        request=request,
        model=model,
        prompt=prompt,
        n=fields.integer("n", 1, 10, 1),
        width=width,
        height=height,
        quality=fields.one_of("quality", allowed.qualities, "auto"),
        transparent=background == "transparent",
        output_format=output_format,
        stream=stream,
        partial_images=partial_images,
        references=references,
    )


def _size(fields: _Fields, allowed: Rules, first: tuple[int, int] | None) -> tuple[int, int]:
    text = fields.text("size") if "size" in fields else "auto"
    if text != "auto":
        size = allowed.size(text)
        if isinstance(size, str):
            raise answers.invalid_value(size, "size")
        return size
    width, height = first or (1, 1)
    if width > 1.2 * height:
        return 1536, 1024
    return (1024, 1536) if height > 1.2 * width else (1024, 1024)


def _known(values: Mapping[str, Any], names: frozenset[str]) -> None:
    for name in values:
        if name not in names:
            raise answers.unknown_parameter(name)


def _invalid_type(name: str, expected: str) -> answers.Refusal:
    message = f"Invalid type for '{name}': expected {expected}."
    return answers.Refusal(400, message, "invalid_type", name)
