from __future__ import annotations

import io
import uuid

import pytest
from PIL import Image, PngImagePlugin

from tuanyuan.domain.engine import BadRequest, Prompt
from tuanyuan.domain.errors import WrongUsage
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.parameters import PARAMETERS
from tuanyuan.engines import asked
from tuanyuan.engines.comfyui import mapping, png, workflows

ATTEMPT = "3F1C6F0E4D0B4B869A550D4C1F2A7B11"
PROMPT = "3f1c6f0e-4d0b-4b86-9a55-0d4c1f2a7b11"


def made(request, **changes):
    from dataclasses import replace

    request = replace(request, **changes)
    workflow = workflows.load(mapping.workflow_name(request.model))
    files = [f"{PROMPT}/{number}.png" for number in range(len(request.references))]
    saved = mapping.prefix(PROMPT, request.model)
    return mapping.filled(request, request.model, workflow, files, saved, "comfyui")


def different(one, other):
    """Every "node.input" that is not the same in both."""
    return {
        f"{node}.{name}"
        for node in one
        for name in one[node]["inputs"]
        if one[node]["inputs"][name] != other[node]["inputs"].get(name)
    }


def test_the_prompt_id_is_the_attempts_as_canonical_uuid():
    assert mapping.prompt_id(ATTEMPT) == PROMPT
    assert mapping.prompt_id(PROMPT) == PROMPT
    other = mapping.prompt_id("attempt-1")
    assert str(uuid.UUID(other)) == other
    assert mapping.prompt_id("attempt-1") == other != mapping.prompt_id("attempt-2")


def test_names_of_pictures_tell_nothing_and_are_found_again():
    file = mapping.input_file(PROMPT, 0)
    assert file == mapping.input_file(PROMPT, 0) != mapping.input_file(PROMPT, 1)
    assert file.query == {"filename": file.name, "subfolder": PROMPT, "type": "input"}
    assert PROMPT[:8] not in file.name


def test_the_order_is_what_the_contract_shows(asking):
    nodes = made(asking("restore", "person"))
    assert mapping.order(PROMPT, nodes) == {"prompt": nodes, "prompt_id": PROMPT, "client_id": PROMPT}
    assert nodes["10"] == {
        "class_type": "LoadImage",
        "inputs": {"image": f"{PROMPT}/0.png"},
        "_meta": {"title": "Old photo"},
    }
    assert nodes["90"]["inputs"] == {"images": ["42", 0], "filename_prefix": f"{PROMPT}/restore"}


def test_words_seed_and_size_stand_in_their_places(asking):
    nodes = made(asking("outfit", "person", "garment", "mask"))
    assert nodes["20"]["inputs"]["text"] == "穿唐装"
    assert nodes["21"]["inputs"]["text"] == "模糊"
    assert nodes["30"]["inputs"]["seed"] == 1002
    size = (nodes["11"]["inputs"]["width"], nodes["11"]["inputs"]["height"])
    assert size == (nodes["13"]["inputs"]["width"], nodes["13"]["inputs"]["height"])
    assert size[0] * size[1] <= 1572864
    assert abs(size[0] / size[1] - 4 / 3) < 0.02
    assert [nodes[n]["inputs"]["image"][-5] for n in ("10", "19", "12")] == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("model", "roles", "change", "places"),
    [
        ("outfit", ("person", "mask"), {"parameters": {"seed": 5, "fidelity": 0.5}}, {"30.seed"}),
        ("outfit", ("person", "mask"), {"parameters": {"seed": 1002, "fidelity": 1.0}}, {"3.weight"}),
        ("restore", ("person",), {"parameters": {"seed": 1002, "fidelity": 1.0}}, {"30.denoise"}),
        ("restore", ("person",), {"size": (1440, 960)}, {"42.height"}),
        ("group", ("person",), {"size": (1280, 1280)}, {"25.width", "25.height"}),
        ("background", ("person", "mask"), {"size": (1280, 1280)}, {"11.width", "11.height", "13.width", "13.height"}),
        ("background", ("person", "mask"), {"prompt": Prompt("雪", "模糊")}, {"20.prompt"}),
        ("background", ("person", "mask"), {"prompt": Prompt("穿唐装", "雨")}, {"21.prompt"}),
    ],
)
def test_what_is_sent_changes_exactly_its_fields(model, roles, change, places, asking):
    request = asking(model, *roles)
    assert different(made(request), made(request, **change)) == places


def test_every_parameter_is_in_the_table_and_those_not_understood_are_refused(capabilities):
    assert set(capabilities.parameters) == set(PARAMETERS)
    assert {name for name, told in capabilities.parameters.items() if told.taken == "sent"} == {
        "seed",
        "size",
        "resolution",
        "fidelity",
    }
    for name, value in (("motion_bucket_id", 10), ("fps", 10), ("video_length", 5), ("dynamic_type", "snow")):
        with pytest.raises(WrongUsage) as told:
            asked.check(JobRequest("makeover", (), options={name: value}), capabilities)
        assert f"options.{name}" in told.value.problem.message_en


def test_it_costs_at_most_two_fifths_of_jimeng(capabilities):
    assert all(0 < model.price_fen <= 8 for model in capabilities.models)


def test_each_model_is_a_workflow_that_makes_its_features_and_takes_its_pictures(capabilities):
    for model in capabilities.models:
        workflow = workflows.load(mapping.workflow_name(model))
        assert model.features == set(workflow.features)
        assert model.references == len(workflow.pictures)
        assert model.least_references == sum(not slot.without for slot in workflow.pictures)
        assert model.mask == any("mask" in slot.roles for slot in workflow.pictures)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", "合影\n输入图1从左到右是：图1、图4。\n输入图2从左到右是：图2。\n输入图3从左到右是：图3。"),
        (
            "en",
            "合影\nInput 1 shows, left to right: picture 1, picture 4.\n"
            "Input 2 shows, left to right: picture 2.\nInput 3 shows, left to right: picture 3.",
        ),
    ],
)
def test_the_words_say_where_pictures_stand_that_share_an_input(language, words, asking):
    request = asking("group", *["person"] * 4, prompt=Prompt("合影", language=language))
    assert made(request)["20"]["inputs"]["prompt"] == words


def test_three_pictures_need_no_such_words(asking):
    assert made(asking("group", *["person"] * 3))["20"]["inputs"]["prompt"] == "穿唐装"


@pytest.mark.parametrize(
    ("model", "roles"),
    [
        ("outfit", ("garment", "mask")),
        ("outfit", ("person", "person", "mask")),
        ("group", ("person", "mask")),
        ("group", ("person",) * 7),
        ("restore", ()),
    ],
)
def test_pictures_that_do_not_fit_are_a_bad_request(model, roles, asking):
    with pytest.raises(BadRequest) as told:
        made(asking(model, *roles))
    assert told.value.problem.message_en.partition(": ")[2] == "references"


def test_a_queued_prompt_tells_its_model(asking):
    nodes = made(asking("restore", "person"))
    assert mapping.model_of([0, PROMPT, nodes, {}, ["90"]]) == "restore"
    assert mapping.model_of([0, "another", nodes, {}, ["90"]]) == ""
    assert mapping.model_of(None) == ""


def test_the_pictures_of_the_contracts_history_entry():
    entry = {"outputs": {"9": {"images": [{"filename": "job42_00001_.png", "subfolder": "t1", "type": "output"}]}}}
    file = mapping.StoredFile("job42_00001_.png", "t1", "output")
    assert mapping.outputs(entry, "9") == mapping.outputs(entry) == [file]
    assert mapping.outputs(entry, "8") == []


def test_the_workflow_is_taken_out_of_a_picture_and_its_pixels_stay():
    told = PngImagePlugin.PngInfo()
    told.add_text("prompt", '{"secret": "words"}')
    told.add_itxt("workflow", "秘密", zip=True)
    target = io.BytesIO()
    picture = Image.effect_noise((40, 30), 50).convert("RGB")
    picture.save(target, "PNG", pnginfo=told)
    data = png.without_texts(target.getvalue())
    with Image.open(io.BytesIO(data)) as found:
        assert found.info == {}
        assert found.tobytes() == picture.tobytes()
    assert b"secret" not in data
    assert png.without_texts(data) == data


def test_what_is_no_png_is_left_alone_and_one_cut_off_does_not_stop_anything():
    assert png.without_texts(b"RIFF....WEBP") == b"RIFF....WEBP"
    assert png.without_texts(png.BLANK[:40]) == png.BLANK[:33]
    with Image.open(io.BytesIO(png.BLANK)) as found:
        assert (found.size, found.getpixel((0, 0))) == ((1, 1), 128)
