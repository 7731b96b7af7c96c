"""What is sent to Ark: the contract's worked examples (§2.9), its bounds (§2.3, §2.7), each parameter's effect."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest
from doubles.volcengine import manifest, request

from tuanyuan.domain.engine import BadRequest, Prompt
from tuanyuan.domain.errors import WrongUsage
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.parameters import PARAMETERS
from tuanyuan.engines.asked import check
from tuanyuan.engines.seedream.mapping import Task, clip, pictures

FOUR, LITE, DANCE = "doubao-seedream-4-0-250828", "doubao-seedream-5-0-260128", "doubao-seedance-1-0-pro-250528"
CAPABILITIES = manifest("seedream").capabilities


def asked(model, *roles, **told):
    return request("seedream", model, *roles, **told)


def uri(reference):
    return f"data:{reference.media_type};base64,{base64.b64encode(reference.data).decode()}"


def test_the_worked_example_of_a_picture():
    prompt = "图1的人物穿上图2的旗袍，影棚柔光，证件照构图，五官不变"
    order = asked(FOUR, "person", "garment", prompt=prompt, size=(1728, 2304))
    assert pictures(order) == {
        "model": "doubao-seedream-4-0-250828",
        "prompt": prompt,
        "image": [uri(reference) for reference in order.references],
        "size": "1728x2304",
        "sequential_image_generation": "disabled",
        "response_format": "url",
        "watermark": False,
        "stream": False,
    }
    assert pictures(order)["image"][0].startswith("data:image/jpeg;base64,/9j/")


def test_the_worked_example_of_a_clip_with_the_picture_itself():
    order = asked(DANCE, "picture", prompt="她眨眼微笑，头发被风吹动")
    assert clip(order) == {
        "model": "doubao-seedance-1-0-pro-250528",
        "content": [
            {"type": "text", "text": "她眨眼微笑，头发被风吹动"},
            {"type": "image_url", "image_url": {"url": uri(order.references[0])}, "role": "first_frame"},
        ],
        "resolution": "720p",
        "ratio": "adaptive",
        "duration": 5,
        "seed": 1001,
        "camera_fixed": True,
        "watermark": False,
    }
    assert clip(replace(order, parameters={}))["seed"] == -1


@pytest.mark.parametrize(("language", "words"), [("zh", "共4张"), ("en", "set of 4 pictures")])
def test_several_candidates_are_one_group(language, words):
    order = asked(FOUR, "person", prompt=Prompt("图1", language=language), candidates=4)
    body = pictures(order)
    assert body["sequential_image_generation"] == "auto"
    assert body["sequential_image_generation_options"] == {"max_images": 4}
    assert body["prompt"].startswith("图1\n")
    assert words in body["prompt"]
    alone = pictures(replace(order, candidates=1))
    assert {**body, "prompt": "图1", "sequential_image_generation": "disabled"} == {
        **alone,
        "sequential_image_generation_options": {"max_images": 4},
    }


@pytest.mark.parametrize(
    ("model", "people", "candidates", "group"),
    [(FOUR, 10, 4, 4), (FOUR, 1, 9, 4), (LITE, 12, 4, 3), (LITE, 13, 4, 2), (LITE, 14, 4, None), (LITE, 1, 0, None)],
)
def test_pictures_in_and_out_are_never_more_than_fifteen(model, people, candidates, group):
    body = pictures(asked(model, *["person"] * people, candidates=candidates))
    assert body.get("sequential_image_generation_options", {}).get("max_images") == group
    assert (body["sequential_image_generation"] == "disabled") == (group is None)


@pytest.mark.parametrize("size", [(480, 480), (1440, 480), (4096, 4096), (4096, 1366), (1366, 4096), (1920, 1440)])
@pytest.mark.parametrize(("model", "least"), [(FOUR, 921_600), (LITE, 3_686_400)])
def test_sizes_stay_within_the_models_bounds(model, least, size):
    width, height = map(int, pictures(asked(model, "person", size=size))["size"].split("x"))
    assert least <= width * height <= 16_777_216
    assert max(width, height) <= 16 * min(width, height)


@pytest.mark.parametrize(("most_area", "resolution"), [(400_000, "480p"), (921_600, "720p"), (4_000_000, "1080p")])
def test_the_resolution_of_a_clip_is_what_the_models_area_allows(most_area, resolution):
    order = asked(DANCE, "picture", size=(1920, 1080))
    body = clip(replace(order, model=replace(order.model, most_area=most_area)))
    assert body["resolution"] == resolution


def test_what_must_not_be_seen_is_said_in_the_prompt():
    told = Prompt("全家福", "多余的手指")
    assert "多余的手指" in pictures(asked(FOUR, "person", prompt=told))["prompt"]
    assert "多余的手指" in clip(asked(DANCE, "picture", prompt=told))["content"][0]["text"]


@pytest.mark.parametrize(
    ("model", "roles"),
    [(FOUR, ()), (FOUR, ["person"] * 11), (LITE, ["person"] * 15), (FOUR, ["person", "mask"]), (FOUR, ["mask"])],
)
def test_pictures_that_the_model_does_not_take_are_never_sent(model, roles):
    with pytest.raises(BadRequest, match="references"):
        pictures(asked(model, *roles))


@pytest.mark.parametrize("roles", [(), ("picture", "picture"), ("mask",)])
def test_a_clip_has_one_first_frame(roles):
    with pytest.raises(BadRequest, match="references"):
        clip(asked(DANCE, *roles))


def test_without_a_model_nothing_is_sent():
    with pytest.raises(BadRequest, match="model"):
        pictures(replace(asked(FOUR, "person"), model=None))


def test_a_task_is_written_down_with_all_that_its_price_needs():
    task = Task("cgt-1", DANCE, 7)
    assert task.ref().engine == "seedream"
    assert json.loads(task.ref().task) == {"id": "cgt-1", "model": DANCE, "seconds": 7}
    assert Task.of(task.ref()) == task


@pytest.mark.parametrize(
    ("name", "value", "changed"),
    [
        ("seed", 7, {"seed": 7}),
        ("seed", 2**31, {"seed": 0}),
        ("video_length", 3, {"duration": 3}),
        ("video_length", 10, {"duration": 10}),
        ("motion_bucket_id", 127, {}),
        ("motion_bucket_id", 128, {"camera_fixed": False}),
    ],
)
def test_a_parameter_with_a_field_changes_that_field_alone(name, value, changed):
    before, after = clip(asked(DANCE, "picture")), clip(asked(DANCE, "picture", **{name: value}))
    assert after == {**before, **changed}


def test_size_is_sent_as_size():
    before, after = pictures(asked(FOUR, "person")), pictures(asked(FOUR, "person", size=(4096, 3072)))
    assert after == {**before, "size": "4096x3072"}


def test_a_pictures_model_is_sent_no_seed():
    assert pictures(asked(FOUR, "person", seed=7)) == pictures(asked(FOUR, "person"))
    assert {model.id for model in CAPABILITIES.models if model.seeds} == {DANCE}


def test_every_parameter_is_in_the_table_and_every_field_of_it_is_real():
    table = CAPABILITIES.parameters
    assert set(table) == set(PARAMETERS)
    fields = {*pictures(asked(FOUR, "person")), *clip(asked(DANCE, "picture"))}
    assert {p.as_ for p in table.values() if p.taken != "none"} <= fields


def test_what_is_not_understood_is_refused_by_name():
    with pytest.raises(WrongUsage, match=r"options\.fps"):
        check(JobRequest("motion", ("p1",), options={"fps": 10}), CAPABILITIES)
