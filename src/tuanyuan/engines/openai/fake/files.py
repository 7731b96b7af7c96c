"""The files of an edit: pictures, and a mask or markup over the first of them (contract: openai-images.md 4.3)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageOps

from tuanyuan.engines.openai.fake import answers

NAMES = frozenset({"image", "image[]", "mask", "markup"})
MAX_FILES = 16

_MEDIA = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
_MAX_PIXELS = 100_000_000


@dataclass(frozen=True)
class File:
    """One part of a form with a file."""

    media_type: str
    data: bytes


@dataclass(frozen=True)
class Limits:
    """Bytes that a file must stay below (contract: openai-images.md 4.3)."""

    picture: int = 50_000_000
    mask: int = 4_000_000


def pictures(files: Sequence[tuple[str, File]], limits: Limits) -> list[File]:
    """The pictures to edit, whole and of the right types: one part `image`, or parts `image[]`."""
    single = [file for name, file in files if name == "image"]
    several = [file for name, file in files if name == "image[]"]
    if len(single) > 1 or (single and several):
        message = (
            "Duplicate parameter: 'image'. You provided multiple values for this parameter, whereas only one is "
            "allowed. If you are trying to provide a list of values, use the array syntax instead e.g. "
            "'image[]=<value>'."
        )
        raise answers.invalid_value(message, "image")
    chosen = single or several
    if not chosen:
        raise answers.missing("image")
    if len(chosen) > MAX_FILES:
        message = f"Invalid 'image': too many images. Expected at most {MAX_FILES}, but got {len(chosen)} instead."
        raise answers.invalid_value(message, "image")
    for place, picture in enumerate(chosen):
        param = "image" if single else f"image[{place}]"
        if picture.media_type not in _MEDIA:
            message = (
                f"Invalid file '{param}': unsupported mimetype ('{picture.media_type}'). Supported file formats are "
                "'image/jpeg', 'image/png', and 'image/webp'."
            )
            raise answers.invalid_file(message, param)
        if len(picture.data) >= limits.picture:
            raise answers.invalid_file(f"Invalid file '{param}': it must be less than 50MB.", param)
        _whole(picture, param)
    return chosen


def overlay(files: Sequence[tuple[str, File]], name: str, size: tuple[int, int], limits: Limits) -> File | None:
    """The mask or markup, when it was sent: one PNG with alpha, as large as the first picture."""
    found = [file for sent, file in files if sent == name]
    if not found:
        return None
    if len(found) > 1:
        raise answers.invalid_value(f"Duplicate parameter: '{name}'.", name)
    file = found[0]
    if file.media_type != "image/png":
        raise answers.invalid_file(f"Invalid {name} image format - {name} must be a PNG.", name)
    if len(file.data) >= limits.mask:
        raise answers.invalid_file(f"Invalid {name} image - it must be less than 4MB.", name)
    _whole(file, name)
    with Image.open(io.BytesIO(file.data)) as picture:
        if not picture.has_transparency_data:
            raise answers.invalid_file(f"Invalid {name} image format - {name} image missing alpha channel.", name)
        if picture.size != size:
            raise answers.invalid_file(f"Invalid {name} image format - {name} size does not match image size.", name)
        if name == "markup" and not _clear(picture):
            raise answers.invalid_file("Invalid markup image - it must contain transparent pixels.", name)
    return file


def _clear(picture: Image.Image) -> bool:
    """Whether any pixel is fully transparent."""
    return picture.convert("RGBA").getchannel("A").getextrema()[0] == 0


def _whole(file: File, param: str) -> None:
    try:
        with Image.open(io.BytesIO(file.data), formats=[_MEDIA[file.media_type]]) as picture:
            if picture.width * picture.height > _MAX_PIXELS:
                raise answers.invalid_file(f"Invalid file '{param}': it has too many pixels.", param)
            picture.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise answers.invalid_file(f"Invalid file '{param}': it could not be read as an image.", param) from None


def oriented(data: bytes) -> tuple[int, int]:
    """Width and height as the picture is looked at."""
    with Image.open(io.BytesIO(data)) as picture:
        return ImageOps.exif_transpose(picture).size
