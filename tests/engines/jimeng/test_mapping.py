"""What is sent to 即梦: the contract's worked examples (§1.9), its bounds (§1.4), each parameter's effect."""

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
from tuanyuan.engines.jimeng.mapping import FIELDS, Task, fields_of, question, submission

FUSION, EDIT, INPAINT = "jimeng_t2i_v40", "jimeng_i2i_v30", "jimeng_image2image_dream_inpaint"
PRO, PLAIN = "jimeng_ti2v_v30_pro", "jimeng_i2v_first_v30"
ADDRESS = "https://img.example.cn/t1/{number}.jpg?sig={number}"
CAPABILITIES = manifest("jimeng").capabilities


def asked(model, *roles, **told):
    address = ADDRESS if model == FUSION else None
    return request("jimeng", model, *roles, address=address, **told)


def usual(model, **told):
    roles = ("person", "mask") if model == INPAINT else ("person",)
    return submission(asked(model, *roles, **told))


def test_the_worked_example_of_a_fusion():
    prompt = "把图1人物的衣服换成图2的汉服，保持五官、发型和光线不变"
    assert submission(asked(FUSION, "person", "garment", prompt=prompt, size=(1728, 2304))) == {
        "req_key": "jimeng_t2i_v40",
        "prompt": prompt,
        "image_urls": ["https://img.example.cn/t1/1.jpg?sig=1", "https://img.example.cn/t1/2.jpg?sig=2"],
        "width": 1728,
        "height": 2304,
        "scale": 0.5,
        "force_single": True,
    }


def test_the_worked_example_of_a_clip_with_the_picture_itself_and_our_seed():
    clip = asked(PRO, "picture", prompt="人物微笑并缓缓转头，发丝轻动，镜头固定")
    assert submission(clip) == {
        "req_key": "jimeng_ti2v_v30_pro",
        "prompt": "人物微笑并缓缓转头，发丝轻动，镜头固定",
        "binary_data_base64": [base64.b64encode(clip.references[0].data).decode()],
        "seed": 1001,
        "frames": 121,
    }
    assert submission(replace(clip, parameters={}))["seed"] == -1


def test_an_edit_sends_its_one_picture_bare():
    edit = asked(EDIT, "person")
    assert submission(edit) == {
        "req_key": "jimeng_i2i_v30",
        "prompt": "图1人物微笑",
        "binary_data_base64": [base64.b64encode(edit.references[0].data).decode()],
        "width": 1551,
        "height": 1164,
        "scale": 0.5,
        "seed": 1001,
    }


def test_a_mask_goes_last_and_the_size_is_the_pictures():
    inpaint = asked(INPAINT, "picture", "mask")
    body = submission(inpaint)
    assert [base64.b64decode(text) for text in body["binary_data_base64"]] == [
        reference.data for reference in inpaint.references
    ]
    assert set(body) == {"req_key", "prompt", "binary_data_base64", "seed"}


def test_the_worked_example_of_a_poll():
    task = Task("jimeng_t2i_v40", "7420000000000000001", "img-0001")
    body = question(task, "示例科技")
    assert (body["req_key"], body["task_id"]) == ("jimeng_t2i_v40", "7420000000000000001")
    assert json.loads(body["req_json"]) == {
        "return_url": True,
        "aigc_meta": {
            "content_producer": "示例科技",
            "producer_id": "img-0001",
            "content_propagator": "示例科技",
            "propagate_id": "img-0001",
        },
    }
    assert set(body) == {"req_key", "task_id", "req_json"}


def test_a_task_is_written_down_with_all_that_is_needed_to_ask_for_it():
    task = Task("jimeng_ti2v_v30_pro", "742", "attempt-1", 10)
    assert task.ref().engine == "jimeng"
    assert json.loads(task.ref().task) == {
        "req_key": "jimeng_ti2v_v30_pro",
        "task_id": "742",
        "attempt": "attempt-1",
        "seconds": 10,
    }
    assert Task.of(task.ref()) == task


@pytest.mark.parametrize("size", [(480, 480), (1440, 480), (4096, 4096), (4096, 1366), (1366, 4096), (1920, 1440)])
@pytest.mark.parametrize("model", [FUSION, EDIT])
def test_sizes_stay_within_the_models_bounds(model, size):
    body = usual(model, size=size)
    area, sides = body["width"] * body["height"], (body["width"], body["height"])
    if model == FUSION:
        assert 1024**2 <= area <= 4096**2
        assert max(sides) <= 3 * min(sides)
    else:
        assert all(512 <= side <= 2016 for side in sides)


@pytest.mark.parametrize(("model", "most"), [(FUSION, 800), (EDIT, 800), (INPAINT, 120), (PRO, 800), (PLAIN, 800)])
def test_a_prompt_is_never_longer_than_the_model_takes(model, most):
    assert usual(model, prompt="福" * most)["prompt"] == "福" * most
    assert usual(model, prompt="福" * (most + 1))["prompt"] == "福" * most
    sentence = "福" * (most - 20) + "。"
    assert usual(model, prompt=sentence + "福" * 30)["prompt"] == sentence


def test_what_must_not_be_seen_is_said_in_the_prompt():
    assert "多余的手指" in usual(FUSION, prompt=Prompt("全家福", "多余的手指"))["prompt"]


@pytest.mark.parametrize(
    ("model", "roles"),
    [
        (EDIT, ()),
        (EDIT, ("person", "person")),
        (EDIT, ("mask",)),
        (INPAINT, ("picture",)),
        (INPAINT, ("mask", "picture")),
        (FUSION, ("person",) * 11),
        (FUSION, ("person", "mask")),
        (PRO, ("picture", "picture")),
    ],
)
def test_pictures_that_the_model_does_not_take_are_never_sent(model, roles):
    with pytest.raises(BadRequest, match="references"):
        submission(asked(model, *roles))


def test_the_inpainting_model_is_never_asked_without_a_mask():
    with pytest.raises(BadRequest, match="references"):
        submission(asked(INPAINT, "picture", "picture"))


def test_a_model_that_reads_addresses_is_never_asked_without():
    with pytest.raises(BadRequest, match="address"):
        submission(request("jimeng", FUSION, "person"))


def test_without_a_model_nothing_is_sent():
    with pytest.raises(BadRequest, match="model"):
        submission(replace(asked(EDIT, "person"), model=None))


# What is changed by each parameter that has a field, of a model that has it.
EFFECTS = [
    ("seed", 7, EDIT, {"seed": 7}),
    ("seed", 2**31, EDIT, {"seed": 0}),
    ("fidelity", 1.0, FUSION, {"scale": 0.2}),
    ("fidelity", 0.0, FUSION, {"scale": 1.0}),
    ("fidelity", 0.9, EDIT, {"scale": 0.3}),
    ("video_length", 3, PRO, {}),
    ("video_length", 6, PRO, {"frames": 241}),
    ("video_length", 10, PLAIN, {"frames": 241}),
]


@pytest.mark.parametrize(("name", "value", "model", "changed"), EFFECTS)
def test_a_parameter_with_a_field_changes_that_field_alone(name, value, model, changed):
    before, after = usual(model), usual(model, **{name: value})
    assert after == {**before, **changed}


def test_size_is_sent_as_width_and_height():
    before, after = usual(FUSION), usual(FUSION, size=(4096, 3072))
    assert after == {**before, "width": 4096, "height": 3072}


def test_every_parameter_is_in_the_table_and_every_field_of_it_is_real():
    table = CAPABILITIES.parameters
    assert set(table) == set(PARAMETERS)
    sent = {name for p in table.values() if p.taken == "sent" for name in p.as_.split(", ")}
    assert sent <= set(FIELDS)
    emulated = {p.as_ for p in table.values() if p.taken == "emulated"}
    assert emulated == {"prompt", "scale"}


@pytest.mark.parametrize(("name", "value"), [("fps", 10), ("motion_bucket_id", 10)])
def test_what_is_not_understood_is_refused_by_name(name, value):
    with pytest.raises(WrongUsage, match=f"options.{name}"):
        check(JobRequest("motion", ("p1",), options={name: value}), CAPABILITIES)


@pytest.mark.parametrize("model", CAPABILITIES.models, ids=lambda model: model.id)
def test_a_models_fields_agree_with_what_it_says_of_itself(model):
    fields = fields_of(model)
    assert set(fields) <= set(FIELDS)
    assert ("seed" in fields) == model.seeds
    assert ("frames" in fields) == (model.media == "clip")
    assert model.open_at_once == 2
    assert model.outputs == 1


def test_a_model_that_needs_a_mask_is_given_no_order_while_none_brings_one():
    (masked,) = (model for model in CAPABILITIES.models if model.mask)
    assert masked.id == INPAINT
    assert not masked.features
