"""What our ComfyUI refuses a workflow for before it runs: contracts/comfyui.md."""

from __future__ import annotations

from typing import Any

import pytest
from doubles.comfyui import BROKE, ID, Server, sampled, workflow


@pytest.mark.parametrize(
    ("change", "node", "kind", "details"),
    [
        ({"n1": {"image": "t1/none.png"}}, "1", "custom_validation_failed", "image - Invalid image file: t1/none.png"),
        ({"n2": {"width": -1}}, "2", "value_smaller_than_min", "width"),
        ({"n2": {"width": 16385}}, "2", "value_bigger_than_max", "width"),
        ({"n2": {"width": "wide"}}, "2", "invalid_input_type", None),
        ({"n2": {"width": None}}, "2", "invalid_input_type", None),
        (
            {"n2": {"crop": "left"}},
            "2",
            "value_not_in_list",
            "crop: 'left' not in ['disabled', 'center']",
        ),
        ({"n3": {"image": ["2", 0, 0]}}, "3", "bad_linked_input", "image"),
        (
            {"n3": {"image": ["1", 1]}},
            "3",
            "return_type_mismatch",
            "image, received_type(MASK) mismatch input_type(IMAGE)",
        ),
        ({"n9": {"images": ["77", 0]}}, "9", "exception_during_validation", "'77'"),
        ({"n3": {"image": ["77", 0]}}, "3", "exception_during_inner_validation", "'77'"),
        ({"n9": {"images": ["3", 4]}}, "9", "exception_during_validation", "list index out of range"),
    ],
)
def test_what_a_node_is_refused_for(change: Any, node: str, kind: str, details: str | None) -> None:
    found = Server().refusal(workflow(**change))
    assert found[:2] == (node, kind)
    assert details is None or found[2] == details


@pytest.mark.parametrize(("node", "missing"), [("1", "image"), ("2", "upscale_method"), ("9", "filename_prefix")])
def test_a_missing_input(node: str, missing: str) -> None:
    prompt = workflow()
    del prompt[node]["inputs"][missing]
    assert Server().refusal(prompt) == (node, "required_input_missing", missing)


def test_the_rejected_example_word_for_word() -> None:
    prompt = workflow(n1={"image": "t1/none.png"})
    assert Server().submit(prompt).json() == {
        "error": {
            "type": "prompt_outputs_failed_validation",
            "message": "Prompt outputs failed validation",
            "details": "",
            "extra_info": {},
        },
        "node_errors": {
            "1": {
                "errors": [
                    {
                        "type": "custom_validation_failed",
                        "message": "Custom validation failed for node",
                        "details": "image - Invalid image file: t1/none.png",
                        "extra_info": {"input_name": "image"},
                    }
                ],
                "dependent_outputs": ["9"],
                "class_type": "LoadImage",
            }
        },
    }


@pytest.mark.parametrize(
    ("inputs", "allowed"),
    [
        ({"seed": 0}, True),
        ({"seed": 2**64 - 1}, True),
        ({"seed": -1}, False),
        ({"seed": 2**64}, False),
        ({"steps": 1}, True),
        ({"steps": 0}, False),
        ({"steps": 10000}, True),
        ({"steps": 10001}, False),
        ({"cfg": 100.0}, True),
        ({"cfg": 100.1}, False),
        ({"denoise": 1.0}, True),
        ({"denoise": 1.01}, False),
        ({"sampler_name": "uni_pc"}, True),
        ({"sampler_name": "Euler a"}, False),
    ],
)
def test_the_bounds_of_the_sampler(inputs: dict[str, Any], allowed: bool) -> None:
    assert Server().submit(sampled(**inputs)).status_code == (200 if allowed else 400)


def test_a_cycle_is_refused() -> None:
    answer = Server().submit(workflow(n2={"image": ["3", 0]}))
    assert answer.status_code == 400
    kinds = {problem["type"] for said in answer.json()["node_errors"].values() for problem in said["errors"]}
    assert kinds == {"dependency_cycle"}


def test_a_model_that_is_not_on_this_server() -> None:
    prompt = sampled()
    name = prompt["3"]["inputs"]["unet_name"]
    assert Server(models={"diffusion_models": [name], **_OTHERS}).submit(prompt).status_code == 200
    answer = Server(models={"diffusion_models": ["other.safetensors"], **_OTHERS}).submit(prompt)
    (problem,) = answer.json()["node_errors"]["3"]["errors"]
    assert problem["type"] == "value_not_in_list"
    assert problem["details"] == f"unet_name: '{name}' not in ['other.safetensors']"
    assert problem["extra_info"]["received_value"] == name
    assert problem["extra_info"]["input_config"] == [["other.safetensors"], {}]


_OTHERS = {"text_encoders": ["qwen_2.5_vl_7b_fp8_scaled.safetensors"], "vae": ["qwen_image_vae.safetensors"]}


@pytest.mark.parametrize(
    ("version", "kind", "more"),
    [
        ("0.33.0", "missing_node_type", {"node_id": "3", "class_type": "ReActor", "node_title": "Swap"}),
        ("0.3.64", "invalid_prompt", {}),
    ],
)
def test_a_node_that_is_not_installed(version: str, kind: str, more: dict[str, str]) -> None:
    prompt = workflow()
    prompt["3"] |= {"class_type": "ReActor", "_meta": {"title": "Swap"}}
    answer = Server(version=version).submit(prompt)
    error = answer.json()["error"]
    assert (answer.status_code, error["type"], error["extra_info"]) == (400, kind, more)
    del prompt["3"]["class_type"]
    assert Server(version=version).submit(prompt).json()["error"]["type"] == kind


def test_a_workflow_without_an_end_and_no_workflow() -> None:
    server = Server()
    prompt = workflow()
    del prompt["9"]
    assert server.submit(prompt).json()["error"]["type"] == "prompt_no_outputs"
    answer = server.door.post("/prompt", json={"client_id": "x"})
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "no_prompt")
    assert server.submit(workflow(), partial_execution_targets=["8"]).json()["error"]["type"] == "prompt_no_outputs"
    for nonsense in (b"{", b"[1]", b'{"prompt": [1]}', b'{"prompt": {"1": 5}}'):
        answer = server.door.post("/prompt", content=nonsense)
        assert (answer.status_code, answer.text) == BROKE
    assert server.fake.accepted == []


@pytest.mark.parametrize("wrong", ["job42", ID.upper(), ID.replace("-", ""), f"{{{ID}}}", 7])
def test_a_prompt_id_must_be_a_canonical_uuid_in_new_versions(wrong: Any) -> None:
    server = Server()
    answer = server.submit(workflow(), prompt_id=wrong)
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_prompt_id")
    assert server.fake.accepted == []
    old = Server(version="0.3.64").submit(workflow(), prompt_id=str(wrong))
    assert (old.status_code, old.json()["prompt_id"]) == (200, str(wrong))


def test_trap_one_good_end_is_enough_for_200_and_the_bad_one_is_told_beside_it() -> None:
    server = Server()
    prompt = workflow()
    prompt["20"] = {"class_type": "PreviewImage", "inputs": {"images": ["1", 1]}}
    answer = server.submit(prompt)
    assert answer.status_code == 200
    assert answer.json()["node_errors"]["20"]["errors"][0]["type"] == "return_type_mismatch"
    assert set(server.entry()["outputs"]) == {"9"}
