"""Our Ark makes pictures as the contract says: sizes, marks, groups, streams."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from doubles.seedream import GROUP, NOW, SMALL, URL, V4, V5, V45, Talk, assert_refused, data_uri, opened, picture
from PIL import ImageChops

from tuanyuan.engines.seedream.fake import ArkFake


def test_the_worked_example_of_the_contract() -> None:
    talk = Talk()
    answer = talk.images(
        prompt="图1的人物穿上图2的旗袍，影棚柔光，证件照构图，五官不变",
        image=[URL, data_uri(picture(300, 300, "PNG", (10, 200, 10)), "png")],
        size="1728x2304",
        sequential_image_generation="disabled",
        response_format="url",
        watermark=False,
        stream=False,
    )
    said = answer.json()
    assert set(said) == {"model", "created", "data", "usage"}
    assert (said["model"], said["created"]) == (V4, int(NOW))
    assert said["usage"] == {"generated_images": 1, "output_tokens": 15552, "total_tokens": 15552}
    (item,) = said["data"]
    assert set(item) == {"url", "size"}
    assert item["size"] == "1728x2304"
    assert "X-Tos-Expires=86400" in item["url"]
    got = talk.call("GET", item["url"])
    assert got.headers["content-type"] == "image/jpeg"
    image = opened(got.content)
    assert (image.format, image.size) == ("JPEG", (1728, 2304))
    left, right = image.getpixel((432, 1152)), image.getpixel((1296, 1152))
    assert left[0] > 150 > left[1]
    assert right[1] > 150 > right[0]
    (accepted,) = talk.fake.accepted
    assert (accepted.model, accepted.pictures, accepted.made, accepted.at) == (V4, 1, [got.content], NOW)
    assert accepted.request["size"] == "1728x2304"


def test_an_address_holds_for_a_day_and_is_no_guess() -> None:
    talk = Talk()
    url = talk.images(**SMALL).json()["data"][0]["url"]
    assert talk.call("GET", url[:-1] + ("0" if url[-1] != "0" else "1")).status_code == 403
    talk.clock.now += 86399
    assert talk.call("GET", url).status_code == 200
    talk.clock.now += 1
    assert talk.call("GET", url).status_code == 403


def test_explicit_nulls_are_as_good_as_nothing() -> None:
    names = (
        "image response_format size seed guidance_scale watermark optimize_prompt_options stream tools output_format"
    )
    nulls = dict.fromkeys([*names.split(), "sequential_image_generation", "sequential_image_generation_options"])
    answer = Talk().images(**nulls, layer_decomposition=None)
    assert answer.json()["data"][0]["size"] == "2048x2048"


def test_an_endpoint_stands_in_for_its_model() -> None:
    talk = Talk(endpoints={"ep-1": V45})
    assert talk.images(model="ep-1", size="2K").json()["model"] == V45
    assert_refused(talk.images(model="ep-2"), 404, "InvalidEndpointOrModel.NotFound")


def test_a_size_in_words_follows_the_first_picture() -> None:
    answer = Talk().images(size="1K", image=data_uri(picture(300, 400)))
    assert answer.json()["data"][0]["size"] == "887x1182"


def test_newer_models_say_and_keep_their_format() -> None:
    answer = Talk().images(model=V5, size="1920x1920", output_format="png", response_format="b64_json")
    (item,) = answer.json()["data"]
    assert set(item) == {"b64_json", "size", "output_format"}
    assert item["output_format"] == opened(base64.b64decode(item["b64_json"])).format.lower() == "png"


def test_the_mark_is_on_unless_declined_and_at_the_bottom_right() -> None:
    (plain,), (marked,) = Talk().made(), Talk().made(watermark=None)
    difference = ImageChops.difference(opened(plain).convert("L"), opened(marked).convert("L"))
    box = difference.point(lambda value: 255 * (value > 40)).getbbox()
    assert box is not None
    assert min(box[0], box[1]) > 800


def test_groups_stop_at_fifteen_with_their_inputs() -> None:
    talk = Talk(group=4)
    auto = {"sequential_image_generation": "auto", "response_format": "b64_json"}
    pictures = talk.made(**GROUP)
    assert len(pictures) == len(set(pictures)) == 3
    assert len(talk.made(**auto)) == 4
    said = talk.images(**SMALL, **auto, image=[data_uri(picture(20, 20))] * 13).json()
    assert said["usage"] == {"generated_images": 2, "output_tokens": 7200, "total_tokens": 7200}
    alone = {"sequential_image_generation_options": {"max_images": 9}}
    assert len(talk.made(**alone)) == 1
    assert [accepted.pictures for accepted in talk.fake.accepted] == [3, 4, 2, 1]


def events(answer: httpx2.Response) -> list[tuple[str, Any]]:
    assert answer.headers["content-type"].startswith("text/event-stream")
    *blocks, done, rest = answer.text.split("\n\n")
    assert (done, rest) == ("data: [DONE]", "")
    pairs = [block.split("\n") for block in blocks]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in pairs]


def test_a_stream() -> None:
    talk = Talk(seconds=0.002)
    said = events(talk.images(**SMALL, **GROUP, stream=True))
    assert [name for name, _ in said] == [
        *["image_generation.partial_succeeded"] * 3,
        "image_generation.completed",
    ]
    assert all(name == data["type"] for name, data in said)
    assert [data["image_index"] for _, data in said[:3]] == [0, 1, 2]
    assert set(said[0][1]) == {"type", "model", "created", "image_index", "url", "size"}
    assert said[3][1]["usage"] == {"generated_images": 3, "output_tokens": 10800, "total_tokens": 10800}
    assert talk.call("GET", said[0][1]["url"]).content == talk.fake.accepted[0].made[0]


def test_a_stream_with_a_hole_and_one_that_is_refused() -> None:
    talk = Talk("partial", "refuse_output")
    said = events(talk.images(**SMALL, **GROUP, stream=True))
    assert [name.rpartition(".")[2] for name, _ in said] == [
        "partial_succeeded",
        "partial_succeeded",
        "partial_failed",
        "completed",
    ]
    assert said[2][1]["error"]["code"] == "OutputImageSensitiveContentDetected"
    assert said[3][1]["usage"]["generated_images"] == 2
    assert_refused(talk.images(**SMALL, stream=True), 400, "OutputImageSensitiveContentDetected")
    assert_refused(talk.images(size="9K", stream=True), 400, "InvalidParameter")


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
def test_it_fetches_pictures_itself(serve: Callable[[bytes, int], str]) -> None:
    talk = Talk()
    talk.fake = ArkFake(clock=talk.clock)
    assert talk.images(**SMALL, image=serve(picture(), 200)).status_code == 200
    for data, status in ((picture(), 404), (picture(), 302), (b"0" * (20 * 1024**2 + 1), 200)):
        assert_refused(talk.images(**SMALL, image=serve(data, status)), 400, "InvalidParameter")
