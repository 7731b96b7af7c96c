"""Backgrounds on disk: read in a fixed order, and a bad one is named with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from tuanyuan.domain.errors import OurFault
from tuanyuan.store.catalogue import CatalogueFiles

LIGHT = """
[light]
direction = [0, 0, 1]
key_colour = [1, 1, 1]
ambient_colour = [1, 1, 1]
contrast = 2.5
exposure = 1
"""
SCENE = 'id = "{0}"\nname_zh = "红墙"\nname_en = "Red wall"\npicture = "picture.jpg"\n'


def write_scene(folder: Path, text: str, picture: bool = True) -> None:
    folder.mkdir(parents=True)
    (folder / "scene.toml").write_text(text, "utf-8")
    if picture:
        (folder / "picture.jpg").write_bytes(b"")


def test_backgrounds_come_in_the_order_of_their_folders(tmp_path: Path) -> None:
    write_scene(tmp_path / "b", SCENE.format("b") + 'motion = ["snow"]\n' + LIGHT)
    write_scene(tmp_path / "a", SCENE.format("a") + LIGHT)
    (tmp_path / "kit").mkdir()
    first, second = CatalogueFiles(tmp_path).backgrounds()
    assert (first.id, first.motion, first.picture) == ("a", (), tmp_path / "a" / "picture.jpg")
    assert (second.id, second.motion) == ("b", ("snow",))


def test_no_folder_means_no_backgrounds(tmp_path: Path) -> None:
    assert CatalogueFiles(tmp_path / "nowhere").backgrounds() == ()


@pytest.mark.parametrize(
    ("text", "picture", "reason"),
    [
        ("id = ", True, "Invalid value"),
        (LIGHT, True, "missing id"),
        (SCENE.format("x"), True, "missing light"),
        (SCENE.format("x") + LIGHT, False, "missing picture.jpg"),
        (SCENE.format("x") + "motion = 3\n" + LIGHT, True, "int"),
    ],
)
def test_a_bad_background_is_named_with_the_reason(tmp_path: Path, text: str, picture: bool, reason: str) -> None:
    write_scene(tmp_path / "x", text, picture)
    with pytest.raises(OurFault) as caught:
        CatalogueFiles(tmp_path).backgrounds()
    assert caught.value.code == "scene_damaged"
    assert reason in caught.value.problem.message_en
    assert str(tmp_path / "x") in caught.value.problem.message_zh
