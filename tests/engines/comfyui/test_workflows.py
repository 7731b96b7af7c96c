from __future__ import annotations

import json
from pathlib import Path

import pytest

from tuanyuan.domain.errors import OurFault
from tuanyuan.engines.comfyui import checking, licences, workflows
from tuanyuan.engines.comfyui.checking import Flaw

ROOT = Path(__file__).parents[3]
VALUES = {"prompt": "words", "negative": "not", "seed": 7, "width": 1024, "height": 768, "prefix": "a/b"}


def filled(name, count=None):
    """A workflow with its first `count` pictures, or with a mask and those that must be there."""
    workflow = workflows.load(name)
    needed = [s for s in workflow.pictures if not s.without or s.name == "mask"]
    slots = needed if count is None else workflow.pictures[:count]
    return workflow.filled(VALUES, {slot.name: f"f/{slot.name}.png" for slot in slots})


def test_there_are_the_four_workflows_of_the_specification():
    assert list(workflows.names()) == ["background", "group", "outfit", "restore"]


@pytest.mark.parametrize("name", workflows.names())
def test_every_workflow_fits_the_published_nodes_with_all_pictures_and_with_the_fewest(name, nodes):
    workflow = workflows.load(name)
    assert checking.missing_files(workflow, nodes) == []
    assert checking.flaws(workflow.nodes, nodes) == []
    for count in (None, 1, len(workflow.pictures)):
        assert checking.flaws(filled(name, count), nodes) == []


@pytest.mark.parametrize("count", range(1, 7))
def test_a_group_of_any_size_fits(count, nodes):
    assert checking.flaws(filled("group", count), nodes) == []


@pytest.mark.parametrize("name", workflows.names())
def test_what_is_filled_in_stands_where_the_file_says_and_nothing_is_left_unread(name):
    workflow = workflows.load(name)
    made = filled(name, len(workflow.pictures))
    for slot, places in workflow.slots.items():
        for place in places:
            node, field = place.split(".")
            assert made[node]["inputs"][field] == VALUES[slot]
    read = {value[0] for node in made.values() for value in node["inputs"].values() if workflows.is_link(value)}
    assert set(made) - read == {workflow.output}
    assert workflow.nodes != made


def test_without_a_garment_the_face_alone_leads_and_the_person_is_the_face():
    made = filled("outfit")
    assert made["6"]["inputs"]["model"] == ["3", 0]
    assert made["3"]["inputs"]["image"] == ["11", 0]
    assert not {"4", "5", "18", "19"} & set(made)


def test_clothes_are_found_by_their_name_only_where_there_is_no_mask():
    without, given = filled("outfit", 2), filled("outfit")
    assert without["15"]["inputs"]["mask"] == ["42", 0]
    assert without["42"]["inputs"]["image"] == ["11", 0]
    assert not {"12", "13", "14"} & set(without)
    assert given["15"]["inputs"]["mask"] == ["14", 0]
    assert not {"40", "41", "42"} & set(given)


def test_the_people_are_put_back_by_their_mask_and_without_one_the_words_alone_count():
    without, given = filled("background", 1), filled("background")
    assert given["90"]["inputs"]["images"] == ["33", 0]
    assert given["33"]["inputs"]["source"] == ["11", 0]
    assert given["30"]["inputs"]["latent_image"] == ["17", 0]
    assert without["90"]["inputs"]["images"] == ["31", 0]
    assert without["30"]["inputs"]["latent_image"] == ["15", 0]


def test_the_face_is_kept_by_clip_vision_and_never_by_insightface():
    made = workflows.load("outfit").nodes
    assert made["2"]["inputs"]["preset"] == "PLUS FACE (portraits)"
    for name in workflows.names():
        written = json.dumps(workflows.load(name).nodes)
        assert "FaceID" not in written
        assert "FACEID" not in written
        assert "InsightFace" not in written


@pytest.mark.parametrize(
    ("count", "images"),
    [
        (1, [["10", 0], None, None]),
        (3, [["10", 0], ["11", 0], ["12", 0]]),
        (4, [["16", 0], ["11", 0], ["12", 0]]),
        (6, [["16", 0], ["17", 0], ["18", 0]]),
    ],
)
def test_more_than_three_pictures_are_put_side_by_side(count, images):
    made = filled("group", count)
    for node in ("20", "21"):
        assert [made[node]["inputs"].get(f"image{k}") for k in (1, 2, 3)] == images
    if count == 6:
        assert [made["17"]["inputs"][f"image{k}"] for k in (1, 2)] == [["11", 0], ["14", 0]]


@pytest.mark.parametrize(("fidelity", "weight"), [(0.0, 0.4), (0.5, 0.65), (1.0, 0.9)])
def test_fidelity_is_the_weight_of_the_face(fidelity, weight):
    made = workflows.load("outfit").filled({"fidelity": fidelity}, {"person": "p", "mask": "m"})
    assert made["3"]["inputs"]["weight"] == weight


def test_a_faithful_restoration_starts_from_less_noise():
    made = workflows.load("restore").filled({"fidelity": 1.0}, {"photo": "p"})
    assert made["30"]["inputs"]["denoise"] == 0.8


def test_a_picture_that_is_needed_and_a_slot_that_is_unknown_are_refused():
    with pytest.raises(ValueError, match="person"):
        workflows.load("outfit").filled({}, {"mask": "m"})
    with pytest.raises(ValueError, match="cfg"):
        workflows.load("outfit").filled({"cfg": 3}, {"person": "p", "mask": "m"})


def test_a_slip_in_the_file_is_told_when_it_is_loaded(tmp_path):
    (tmp_path / "a.json").write_text('{"9": {"class_type": "SaveImage", "inputs": {}}}', "utf-8")
    (tmp_path / "a.toml").write_text(
        'title_zh="a"\ntitle_en="a"\nfeatures=[]\noutput="9"\npicture=[]\n[slots]\nseed=["3.seed"]\n', "utf-8"
    )
    with pytest.raises(OurFault, match=r"3\.seed") as told:
        workflows.load("a", tmp_path)
    assert told.value.code == "setting_invalid"


def changed(change, nodes):
    """The flaws of a filled background workflow after a change, by node, input and type."""
    made = filled("background")
    change(made)
    return [(flaw.node, flaw.input, flaw.type) for flaw in checking.flaws(made, nodes)]


@pytest.mark.parametrize(
    ("change", "flaw"),
    [
        (lambda n: n["30"].update(class_type="Nothing"), ("30", "", "missing_node_type")),
        (lambda n: n["30"]["inputs"].pop("cfg"), ("30", "cfg", "required_input_missing")),
        (lambda n: n["30"]["inputs"].update(steps=0), ("30", "steps", "value_smaller_than_min")),
        (lambda n: n["30"]["inputs"].update(denoise=1.1), ("30", "denoise", "value_bigger_than_max")),
        (lambda n: n["30"]["inputs"].update(seed=-1), ("30", "seed", "value_smaller_than_min")),
        (lambda n: n["30"]["inputs"].update(seed=2**64), ("30", "seed", "value_bigger_than_max")),
        (lambda n: n["30"]["inputs"].update(seed="1"), ("30", "seed", "invalid_input_type")),
        (lambda n: n["30"]["inputs"].update(steps=True), ("30", "steps", "invalid_input_type")),
        (lambda n: n["30"]["inputs"].update(scheduler="none"), ("30", "scheduler", "value_not_in_list")),
        (lambda n: n["14"]["inputs"].update(channel="cyan"), ("14", "channel", "value_not_in_list")),
        (lambda n: n["30"]["inputs"].update(model="3"), ("30", "model", "bad_linked_input")),
        (lambda n: n["30"]["inputs"].update(model=["5", 0]), ("30", "model", "return_type_mismatch")),
        (lambda n: n["30"]["inputs"].update(model=["3", 1]), ("30", "model", "bad_linked_input")),
        (lambda n: n["30"]["inputs"].update(model=["77", 0]), ("30", "model", "exception_during_validation")),
        (lambda n: n["30"]["inputs"].update(colour=1), ("30", "colour", "unknown_input")),
    ],
)
def test_the_checker_finds_each_kind_of_flaw(change, flaw, nodes):
    assert flaw in changed(change, nodes)


def test_a_newer_server_with_an_input_more_is_found_out(nodes):
    nodes["KSampler"]["input"]["required"]["steepness"] = ["FLOAT", {"min": 0.0}]
    assert Flaw("30", "KSampler", "steepness", "required_input_missing") in checking.flaws(filled("group", 1), nodes)


def test_missing_files_are_named_also_those_that_a_preset_finds_by_itself(nodes):
    nodes["IPAdapterModelLoader"]["input"]["required"]["ipadapter_file"][0].clear()
    nodes["CheckpointLoaderSimple"]["input"]["required"]["ckpt_name"][0].clear()
    assert checking.missing_files(workflows.load("outfit"), nodes) == [
        "sd_xl_base_1.0.safetensors",
        "sam3.1_multiplex_fp16.safetensors",
        "ip-adapter-plus-face_sdxl_vit-h.safetensors",
        "ip-adapter-plus_sdxl_vit-h.safetensors",
    ]


def test_the_page_of_licences_is_what_the_workflows_say():
    told = licences.page(workflows.load(name) for name in workflows.names())
    assert (ROOT / "docs" / "engines" / "comfyui-models.md").read_text("utf-8") == told


@pytest.mark.parametrize("name", workflows.names())
def test_every_weight_may_be_used_commercially_and_every_foreign_node_has_its_pack(name, nodes):
    workflow = workflows.load(name)
    assert all(model.commercial and model.licence and model.source for model in workflow.models)
    foreign = {
        node["class_type"]
        for node in workflow.nodes.values()
        if nodes[node["class_type"]]["python_module"].startswith("custom_nodes.")
    }
    assert foreign == {node for pack in workflow.packs for node in pack.nodes}
    files = {
        value
        for node in workflow.nodes.values()
        for value in node["inputs"].values()
        if str(value).endswith((".safetensors", ".pth"))
    }
    assert files <= {model.file for model in workflow.models}
