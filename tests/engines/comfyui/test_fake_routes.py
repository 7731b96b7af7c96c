"""Our ComfyUI answers as the contract page says, under every route: contracts/comfyui.md."""

from __future__ import annotations

import copy

from doubles.comfyui import ID, Server, opened, picture, workflow


def test_the_worked_example() -> None:
    server = Server()
    answer = server.submit(workflow(), client_id="worker-7")
    assert (answer.status_code, answer.json()) == (200, {"prompt_id": ID, "number": 0, "node_errors": {}})
    entry = server.entry()
    assert entry["prompt"][:2] == [0, ID]
    assert entry["prompt"][2] == workflow()
    assert entry["prompt"][3]["client_id"] == "worker-7"
    assert entry["prompt"][4] == ["9"]
    file = {"filename": "job42_00001_.png", "subfolder": "t1", "type": "output"}
    assert entry["outputs"] == {"9": {"images": [file]}}
    assert (entry["status"]["status_str"], entry["status"]["completed"]) == ("success", True)
    kinds = [kind for kind, _ in entry["status"]["messages"]]
    assert kinds == ["execution_start", "execution_cached", "execution_success"]
    assert entry["meta"]["9"]["node_id"] == "9"
    seen = server.view(file)
    assert (seen.status_code, seen.headers["content-type"]) == (200, "image/png")
    assert opened(seen.content).size == (96, 128)
    (accepted,) = server.fake.accepted
    assert (accepted.id, accepted.pictures, accepted.fault) == (ID, 1, None)
    assert server.fake.calls["POST /prompt"] == 1


def test_every_route_is_there_under_api_too() -> None:
    server = Server()
    for path in (
        "/prompt",
        "/queue",
        "/history",
        "/object_info",
        "/system_stats",
        "/models",
        "/embeddings",
        "/features",
    ):
        plain, prefixed = server.door.get(path), server.door.get("/api" + path)
        assert plain.status_code == prefixed.status_code == 200
        assert plain.json() == prefixed.json()
        assert server.fake.calls[f"GET {path}"] == 2
    answer = server.door.post("/api/prompt", json={"prompt": workflow()})
    assert answer.status_code == 200
    assert server.door.get(f"/api/history/{answer.json()['prompt_id']}").json()
    for path in ("/queue", "/interrupt", "/free", "/history"):
        assert server.door.post("/api" + path, json={}).status_code == 200


def test_what_the_server_says_of_its_nodes() -> None:
    server = Server(models={"vae": ["two.safetensors", "one.safetensors"]})
    everything = server.door.get("/object_info").json()
    one = server.door.get("/object_info/VAELoader").json()
    assert one == {"VAELoader": everything["VAELoader"]}
    assert one["VAELoader"]["input"] == {
        "required": {"vae_name": [["one.safetensors", "two.safetensors", "pixel_space"]]}
    }
    assert one["VAELoader"]["output"] == ["VAE"]
    assert one["VAELoader"]["input_order"] == {"required": ["vae_name"]}
    assert server.door.get("/object_info/ReActor").json() == {}
    server.upload("top.png", picture(), subfolder="")
    loads = server.door.get("/object_info/LoadImage").json()["LoadImage"]
    assert loads["input"]["required"]["image"] == [["top.png"], {"image_upload": True}]
    assert server.door.get("/models").json() == ["vae"]
    assert server.door.get("/models/vae").json() == ["one.safetensors", "two.safetensors"]
    assert server.door.get("/models/loras").status_code == 404
    old = Server(version="0.3.64").door.get("/object_info").json()
    assert set(everything) - set(old) >= {"FluxKVCache", "SAM3_Detect", "EmptyFlux2LatentImage"}
    assert "resolution_steps" not in old["ImageScaleToTotalPixels"]["input"]["required"]


def test_the_machine() -> None:
    said = Server().door.get("/system_stats").json()
    assert said["system"]["comfyui_version"] == "0.33.0"
    assert {"name", "type", "vram_total", "vram_free"} <= set(said["devices"][0])


def test_asking_does_not_change_what_was_asked() -> None:
    server = Server()
    prompt = workflow()
    before = copy.deepcopy(prompt)
    server.submit(prompt)
    assert prompt == before
