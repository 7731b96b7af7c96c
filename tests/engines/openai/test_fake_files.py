"""The fake of OpenAI Images refuses pictures and masks outside of the contract (contracts/openai-images.md)."""

from __future__ import annotations

import io

import pytest
from doubles.openai import (
    MASK,
    RED,
    A,
    B,
    Parts,
    cutout,
    named,
    padded,
    photo,
    pictures,
    planned,
    refused,
    sent,
    unasked,
)
from PIL import Image

from tuanyuan.engines.openai.fake import OpenAIFake
from tuanyuan.engines.openai.fake.files import Limits

MARKUP = ("markup", ("k.png", cutout(), "image/png"))

LARGE = (64, 64)


@pytest.mark.parametrize(
    ("files", "code", "param"),
    [
        ([MASK], "missing_required_parameter", "image"),
        ([("image", A[1]), ("image", B[1])], "invalid_value", "image"),
        ([("image", A[1]), B], "invalid_value", "image"),
        ([A] * 17, "invalid_value", "image"),
        ([A, named("picture", photo(RED))], "unknown_parameter", "picture"),
        ([A, named("image[]", photo(RED, format="GIF"), "image/gif")], "invalid_image_file", "image[1]"),
        ([named("image", photo(RED), "application/octet-stream")], "invalid_image_file", "image"),
        ([named("image", photo(RED), "image/jpeg")], "invalid_image_file", "image"),
        ([named("image", photo(RED)[:40])], "invalid_image_file", "image"),
        ([A, MASK, MASK], "invalid_value", "mask"),
        ([A, named("mask", cutout((60, 81)))], "invalid_image_file", "mask"),
        ([A, named("mask", photo(RED))], "invalid_image_file", "mask"),
        ([A, named("mask", photo(RED, format="JPEG"), "image/jpeg")], "invalid_image_file", "mask"),
        ([A, named("image[]", photo(RED, LARGE)), named("mask", cutout(LARGE))], "invalid_image_file", "mask"),
        ([A, MARKUP], "unknown_parameter", "markup"),
    ],
)
def test_files_that_the_contract_does_not_allow(files: Parts, code: str, param: str) -> None:
    fake = planned()
    refused(sent(fake, files=files), 400, code, param)
    assert unasked(fake)


def test_sixteen_pictures() -> None:
    assert pictures(sent(OpenAIFake(), files=[A, B] * 8))


def test_markup_for_the_newer_models() -> None:
    ask = {"model": "gpt-image-2.5-sunburst", "size": "1024x1024"}
    assert pictures(sent(OpenAIFake(), files=[A, MARKUP], **ask))
    refused(sent(OpenAIFake(), files=[A, MASK, MARKUP], **ask), 400, "invalid_value", "markup")
    opaque = named("markup", photo((*RED, 255), mode="RGBA"))
    refused(sent(OpenAIFake(), files=[A, opaque], **ask), 400, "invalid_image_file", "markup")


def test_the_mask_is_as_large_as_the_first_picture_is_looked_at() -> None:
    file, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6  # EXIF orientation: on its side
    Image.new("RGB", (80, 60), RED).save(file, "JPEG", exif=exif)
    turned = named("image[]", file.getvalue(), "image/jpeg")
    assert pictures(sent(OpenAIFake(), files=[turned, MASK]))


@pytest.mark.parametrize(("length", "status"), [(3_999_999, 200), (4_000_000, 400)])
def test_a_mask_is_below_four_megabytes(length: int, status: int) -> None:
    answer = sent(OpenAIFake(), files=[A, named("mask", padded(cutout(), length))])
    assert answer.status_code == status


@pytest.mark.parametrize(("length", "status"), [(9_999, 200), (10_000, 400)])
def test_a_picture_is_below_its_limit(length: int, status: int) -> None:
    assert Limits() == Limits(picture=50_000_000, mask=4_000_000)
    fake = OpenAIFake(limits=Limits(picture=10_000))
    assert sent(fake, files=[named("image", padded(photo(RED), length))]).status_code == status
