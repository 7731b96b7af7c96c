"""What is uploaded to our ComfyUI and viewed there: contracts/comfyui.md."""

from __future__ import annotations

import json

import pytest
from doubles.comfyui import Server, opened, picture


def test_uploads_of_the_same_name() -> None:
    server = Server()
    said = {"name": "a.png", "subfolder": "t1", "type": "input"}
    assert server.upload("a.png", picture()).json() == said
    other = picture((9, 9))
    assert server.upload("a.png", other).json() == {**said, "name": "a (1).png"}
    assert server.upload("a.png", other).json() == {**said, "name": "a (1).png"}
    assert server.upload("a.png", picture((8, 8))).json() == {**said, "name": "a (2).png"}
    assert server.upload("a.png", other, overwrite="true").json() == said
    assert server.fake.stored("input")["t1/a.png"] == other
    assert server.upload("c.png", other, type="temp", subfolder="").json() == {
        "name": "c.png",
        "subfolder": "",
        "type": "temp",
    }


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("../a.png", {}),
        ("a.png", {"subfolder": "../.."}),
        ("a.png", {"subfolder": "/etc"}),
        ("a.png", {"type": "models"}),
    ],
)
def test_an_upload_out_of_its_folder(name: str, fields: dict[str, str]) -> None:
    server = Server()
    before = server.fake.stored("input")
    assert server.upload(name, picture(), **fields).status_code == 400
    assert server.fake.stored("input") == before


def test_an_upload_without_a_picture_and_one_too_large() -> None:
    server = Server(most=4000)
    assert server.door.post("/upload/image", data={"type": "input"}).status_code == 400
    assert server.upload("big.png", bytes(4000)).status_code == 413
    assert server.upload("fits.png", bytes(3000)).status_code == 200
    assert server.door.get("/features").json()["max_upload_size"] == 4000


def test_a_mask_is_the_alpha_of_a_copy() -> None:
    server = Server()
    mask = picture(colour="#00000040", mode="RGBA")
    reference = json.dumps({"filename": "a.png", "type": "input", "subfolder": "t1"})
    said = server.upload("m.png", mask, "/upload/mask", original_ref=reference)
    assert said.json() == {"name": "m.png", "subfolder": "t1", "type": "input"}
    stored = opened(server.fake.stored("input")["t1/m.png"])
    assert stored.mode == "RGBA"
    assert stored.getpixel((0, 0)) == (0x80, 0x40, 0x20, 0x40)
    assert opened(server.fake.stored("input")["t1/a.png"]).mode == "RGB"
    assert server.upload("m.png", mask, "/upload/mask").status_code == 500


def test_views() -> None:
    server = Server()
    file = {"filename": "a.png", "subfolder": "t1", "type": "input"}
    assert server.view(file).content == picture()
    assert server.view({**file, "filename": "none.png"}).status_code == 404
    assert server.view({"type": "input"}).status_code == 404
    for wrong in ("/etc/passwd", "../a.png", ""):
        assert server.view({**file, "filename": wrong}).status_code == 400
    assert server.view({**file, "type": "models"}).status_code == 400
    assert server.view({**file, "subfolder": "../t1"}).status_code == 403
    small = server.view({**file, "preview": "webp;80"})
    assert (small.headers["content-type"], opened(small.content).format) == ("image/webp", "WEBP")
    assert opened(server.view({**file, "preview": "jpeg;50"}).content).format == "JPEG"
    assert opened(server.view({**file, "channel": "rgb"}).content).mode == "RGB"
    assert opened(server.view({**file, "channel": "a"}).content).getpixel((0, 0)) == (0, 0, 0, 255)
