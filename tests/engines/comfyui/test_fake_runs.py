"""What a workflow makes when our ComfyUI runs it, and when it runs again: contracts/comfyui.md."""

from __future__ import annotations

import json
from typing import Any

import pytest
from doubles.comfyui import OTHER, Server, opened, picture, sampled, workflow


def test_trap_a_prompt_id_used_twice_runs_twice() -> None:
    server = Server()
    for prefix in ("one", "two"):
        assert server.submit(workflow(n9={"filename_prefix": prefix})).status_code == 200
    assert len(server.fake.accepted) == 2
    assert server.entry()["outputs"]["9"]["images"][0]["filename"] == "two_00001_.png"
    assert set(server.fake.stored("output")) == {"one_00001_.png", "two_00001_.png"}


def test_trap_the_same_workflow_again_makes_nothing_new() -> None:
    server = Server()
    server.submit(sampled())
    first = server.entry()["outputs"]
    server.submit(sampled(), prompt_id=OTHER)
    again = server.entry(OTHER)
    assert again["outputs"] == first
    cached = dict(again["status"]["messages"])["execution_cached"]["nodes"]
    assert set(cached) == set(sampled())
    assert len(server.fake.stored("output")) == 1
    assert [accepted.pictures for accepted in server.fake.accepted] == [1, 0]
    server.submit(sampled(seed=8))
    assert server.entry()["outputs"]["9"]["images"][0]["filename"] == "out_00002_.png"
    one, two = server.fake.stored("output").values()
    assert opened(one).tobytes() != opened(two).tobytes()


@pytest.mark.parametrize("change", ["free", "prefix", "picture"])
def test_what_makes_a_workflow_run_again(change: str) -> None:
    server = Server()
    prompt = workflow()
    server.submit(prompt)
    server.entry()
    if change == "free":
        server.door.post("/free", json={"unload_models": True, "free_memory": True})
    elif change == "prefix":
        prompt["9"]["inputs"]["filename_prefix"] = "t1/other"
    else:
        server.upload("a.png", picture((31, 40)), overwrite="true")
    server.submit(prompt)
    server.entry()
    assert len(server.fake.stored("output")) == 2


def test_the_pictures_that_reach_the_end_stand_side_by_side() -> None:
    server = Server()
    server.submit(sampled(seed=7))
    (made,) = server.images()
    shown = opened(made).convert("RGB")
    assert shown.size == (128, 64)
    left, right = shown.getpixel((32, 32)), shown.getpixel((96, 32))
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert left[0] > left[2]
    assert right[2] > right[0]


def test_a_picture_used_as_a_mask_is_nobody() -> None:
    server = Server()
    prompt = workflow()
    prompt["5"] = {"class_type": "LoadImage", "inputs": {"image": "t1/b.png"}}
    prompt["6"] = {
        "class_type": "ImageCompositeMasked",
        "inputs": {
            "destination": ["2", 0], "source": ["2", 0], "x": 0, "y": 0, "resize_source": False, "mask": ["5", 1],
        },
    }  # fmt: skip
    prompt["9"]["inputs"]["images"] = ["6", 0]
    server.submit(prompt)
    (made,) = server.images()
    red, _, blue = opened(made).convert("RGB").getpixel((72, 64))  # type: ignore[misc]  # of three bands
    assert red > blue


@pytest.mark.parametrize(
    ("nodes", "size"),
    [
        ([], (30, 40)),
        ([("ImageScale", {"upscale_method": "area", "width": 60, "height": 0, "crop": "disabled"})], (60, 80)),
        ([("ImageScaleBy", {"upscale_method": "area", "scale_by": 2.0})], (60, 80)),
        (
            [("ImageScaleToTotalPixels", {"upscale_method": "area", "megapixels": 0.01, "resolution_steps": 8})],
            (88, 120),
        ),
        ([("FluxKontextImageScale", {})], (880, 1184)),
        ([("ImagePadForOutpaint", {"left": 8, "top": 16, "right": 0, "bottom": 0, "feathering": 0})], (38, 56)),
        ([("ImageInvert", {}), ("ImageScaleBy", {"upscale_method": "area", "scale_by": 0.5})], (15, 20)),
    ],
)
def test_the_size_is_what_the_nodes_say(nodes: list[tuple[str, dict[str, Any]]], size: tuple[int, int]) -> None:
    server = Server()
    prompt = {key: node for key, node in workflow().items() if key in ("1", "9")}
    last = "1"
    for number, (name, inputs) in enumerate(nodes, 20):
        prompt[str(number)] = {"class_type": name, "inputs": {"image": [last, 0], **inputs}}
        last = str(number)
    prompt["9"]["inputs"]["images"] = [last, 0]
    assert server.submit(prompt).json()["node_errors"] == {}
    assert opened(server.images()[0]).size == size


def test_a_stitch_is_as_wide_as_both() -> None:
    server = Server()
    prompt = workflow()
    prompt["5"] = {"class_type": "LoadImage", "inputs": {"image": "t1/b.png"}}
    prompt["6"] = {
        "class_type": "ImageStitch",
        "inputs": {
            "image1": ["1", 0],
            "image2": ["5", 0],
            "direction": "right",
            "match_image_size": True,
            "spacing_width": 4,
            "spacing_color": "white",
        },
    }
    prompt["9"]["inputs"]["images"] = ["6", 0]
    server.submit(prompt)
    assert opened(server.images()[0]).size == (30 + 4 + 40, 40)


def test_a_batch() -> None:
    server = Server()
    prompt = sampled()
    prompt["8"]["inputs"]["batch_size"] = 3
    server.submit(prompt)
    made = [opened(data).tobytes() for data in server.images()]
    assert len(set(made)) == 3
    assert server.fake.accepted[0].pictures == 3


def test_the_saved_picture_tells_the_whole_workflow_unless_told_not_to() -> None:
    server = Server()
    graph = {"nodes": [], "secret": "words"}
    server.submit(workflow(), extra_data={"extra_pnginfo": {"workflow": graph}})
    texts = opened(server.images()[0]).text  # type: ignore[attr-defined]  # of a PNG
    assert json.loads(texts["prompt"]) == workflow()
    assert json.loads(texts["workflow"]) == graph
    plain = Server(metadata=False)
    plain.submit(workflow())
    assert opened(plain.images()[0]).text == {}  # type: ignore[attr-defined]  # of a PNG


def test_a_prefix_that_leaves_the_output_folder_is_an_error_of_the_node() -> None:
    server = Server()
    server.submit(workflow(n9={"filename_prefix": "../../etc/x"}))
    entry = server.entry()
    assert (entry["status"]["status_str"], entry["status"]["completed"]) == ("error", False)
    kind, said = entry["status"]["messages"][-1]
    assert (kind, said["node_id"], said["node_type"]) == ("execution_error", "9", "SaveImage")
    assert server.fake.stored("output") == {}


def test_an_input_that_is_no_picture_is_an_error_of_the_node() -> None:
    server = Server()
    server.upload("a.png", b"no picture", overwrite="true")
    assert server.submit(workflow()).status_code == 200
    said = dict(server.entry()["status"]["messages"])["execution_error"]
    assert (said["node_id"], said["exception_type"]) == ("1", "PIL.UnidentifiedImageError")


def test_a_plain_value_where_a_link_belongs_passes_the_check_and_fails_in_the_run() -> None:
    server = Server()
    assert server.submit(workflow(n3={"image": "t1/a.png"})).status_code == 200
    said = dict(server.entry()["status"]["messages"])["execution_error"]
    assert (said["node_id"], said["exception_type"]) == ("3", "AttributeError")


def test_too_many_pixels_do_not_fit_the_card() -> None:
    server = Server()
    server.submit(workflow(n2={"width": 16384, "height": 16384}))
    said = dict(server.entry()["status"]["messages"])["execution_error"]
    assert said["exception_type"] == "torch.OutOfMemoryError"
