"""The fake of OpenAI Images makes pictures, at once and in streams (contracts/openai-images.md)."""

from __future__ import annotations

from typing import Any

import pytest
from doubles.openai import BLUE, EXAMPLE, RED, A, B, events, generated, opened, photo, pictures, sent

from tuanyuan.engines.openai.fake import OpenAIFake


def near(pixel: Any, colour: tuple[int, ...]) -> bool:
    return all(abs(got - wanted) < 40 for got, wanted in zip(pixel, colour, strict=True))


def test_the_worked_example() -> None:
    fake = OpenAIFake(clock=lambda: 1795345200.9)
    answer = sent(fake)
    said = answer.json()
    assert list(said) == ["created", "data", "size", "quality", "output_format", "background", "usage"]
    told = (said["created"], said["size"], said["quality"], said["output_format"], said["background"])
    assert told == (1795345200, "1024x1536", "medium", "png", "opaque")
    usage = said["usage"]
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
    assert usage["input_tokens"] == sum(usage["input_tokens_details"].values())
    assert usage["input_tokens_details"].keys() == {"text_tokens", "image_tokens"}
    (made,) = pictures(answer)
    assert (made.size, made.format) == ((1024, 1536), "PNG")
    (work,) = fake.accepted
    assert (work.id, work.model, work.pictures) == (answer.headers["x-request-id"], "gpt-image-2", 1)
    assert work.request["prompt"] == EXAMPLE["prompt"]
    assert [file["name"] for file in work.request["files"]] == ["image[]", "image[]", "mask"]
    assert fake.calls == {"/images/edits": 1}


def test_everybody_who_was_sent_is_in_the_picture_and_the_mask_is_not() -> None:
    (made,) = pictures(sent(OpenAIFake()))
    assert near(made.getpixel((made.width // 4, made.height // 2)), RED)
    assert near(made.getpixel((3 * made.width // 4, made.height // 2)), BLUE)


def test_one_picture_under_either_name() -> None:
    for name in ("image", "image[]"):
        (made,) = pictures(sent(OpenAIFake(), files=[(name, A[1])]))
        assert near(made.getpixel((made.width // 2, made.height // 2)), RED)


def test_several_pictures_that_differ() -> None:
    fake = OpenAIFake()
    answer = sent(fake, n="3", size="1024x1024")
    assert len({datum["b64_json"] for datum in answer.json()["data"]}) == 3
    assert [work.pictures for work in fake.accepted] == [3]


@pytest.mark.parametrize(
    ("size", "made"), [((90, 60), (1536, 1024)), ((60, 90), (1024, 1536)), ((60, 60), (1024, 1024))]
)
def test_auto_size_is_that_of_the_first_picture(size: tuple[int, int], made: tuple[int, int]) -> None:
    first = ("image[]", ("a.png", photo(RED, size), "image/png"))
    assert [it.size for it in pictures(sent(OpenAIFake(), files=[first, B], size="auto"))] == [made]


@pytest.mark.parametrize(("output_format", "kind"), [("jpeg", "JPEG"), ("webp", "WEBP"), ("png", "PNG")])
def test_output_format(output_format: str, kind: str) -> None:
    answer = sent(OpenAIFake(), output_format=output_format)
    assert [it.format for it in pictures(answer)] == [kind]
    assert answer.json()["output_format"] == output_format


@pytest.mark.parametrize("output_format", ["png", "webp"])
def test_transparent_background(output_format: str) -> None:
    answer = sent(OpenAIFake(), background="transparent", output_format=output_format, size="1024x1024")
    (made,) = pictures(answer)
    assert answer.json()["background"] == "transparent"
    alpha = made.convert("RGBA").getchannel("A")
    assert alpha.getpixel((0, 0)) == 0
    assert alpha.getpixel((256, 512)) == 255


def test_generation_from_words() -> None:
    fake = OpenAIFake()
    answer = generated(fake, n=2, size="1024x1024", moderation="low", quality=None, user="u-1", stream=False)
    assert [it.size for it in pictures(answer)] == [(1024, 1024)] * 2
    assert fake.calls == {"/images/generations": 1}
    assert fake.accepted[0].pictures == 2


@pytest.mark.parametrize("partial", [0, 1, 3])
def test_stream_of_an_edit(partial: int) -> None:
    found = events(sent(OpenAIFake(), stream="true", partial_images=str(partial)))
    assert [name for name, _ in found] == ["image_edit.partial_image"] * partial + ["image_edit.completed"]
    assert all(name == data["type"] for name, data in found)
    assert [data["partial_image_index"] for _, data in found[:-1]] == list(range(partial))
    assert {opened(data["b64_json"]).size for _, data in found[:-1]} == ({(256, 384)} if partial else set())
    assert opened(found[-1][1]["b64_json"]).size == (1024, 1536)
    assert found[-1][1]["usage"]["total_tokens"] > 0


def test_stream_of_a_generation() -> None:
    found = events(generated(OpenAIFake(), stream=True, partial_images=1, n=2))
    assert [name for name, _ in found] == [
        "image_generation.partial_image",
        "image_generation.completed",
        "image_generation.completed",
    ]
