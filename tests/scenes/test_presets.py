"""What every preset background promises the compositor, the catalogue and the reader of its licence."""

from __future__ import annotations

import math
import re
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tuanyuan.store.scenes import SceneFolder

ROOT = Path(__file__).resolve().parents[2]
SCENES = ROOT / "scenes"
FOLDERS = sorted(path.parent for path in SCENES.glob("*/scene.toml"))
EFFECTS = ("fireworks", "lanterns", "snow", "petals", "confetti", "warm")
ROOMS = {"new-year-wall", "studio", "rosewood", "palace", "guochao", "mansion"}
KEYS = {
    *("id", "name_zh", "name_en", "picture", "kind", "standing_line", "eye_line", "blur", "motion"),
    *("prompt_zh", "prompt_en", "light"),
}


def facts(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "scene.toml").read_text("utf-8"))


def grey(folder: Path) -> np.ndarray:
    """The picture's brightness at 240 × 180, 0–255."""
    with Image.open(folder / "picture.jpg") as picture:
        return np.asarray(picture.convert("L").resize((240, 180), Image.Resampling.BOX), float)


def table_of_the_guide(heading: str) -> dict[str, list[str]]:
    """First cell → the other cells of the table that begins with `heading` in scenes/README.md."""
    text = (SCENES / "README.md").read_text("utf-8")
    lines = text[text.index(heading) :].split("\n\n")[0].splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0].split("`")[1]: row[1:] for row in rows}


def test_the_rooms_are_there() -> None:
    found = {folder.name for folder in FOLDERS}
    assert found >= ROOMS
    assert {scene.id for scene in SceneFolder(SCENES).all() if scene.kind == "room"} >= ROOMS


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
class TestPreset:
    def test_picture_is_large_light_and_in_srgb(self, folder: Path) -> None:
        path = folder / facts(folder)["picture"]
        with Image.open(path) as picture:
            assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (2400, 1800))
            assert "sRGB".encode("utf-16-be") in picture.info["icc_profile"]
        assert path.stat().st_size <= 700 * 1024

    def test_thumbnail_is_the_same_picture(self, folder: Path) -> None:
        with Image.open(folder / "thumbnail.jpg") as small, Image.open(folder / "picture.jpg") as picture:
            assert (small.format, small.mode, small.size) == ("JPEG", "RGB", (480, 360))
            shrunk = np.asarray(picture.resize(small.size, Image.Resampling.LANCZOS), float)
            assert (
                np.abs(np.asarray(small, float) - shrunk).mean() < 5
            )  # two lossy files; another scene's picture is 29 and more away

    def test_the_file_says_everything_and_nothing_unknown(self, folder: Path) -> None:
        told = facts(folder)
        assert set(told) == KEYS
        assert set(told["light"]) == {"direction", "key_colour", "ambient_colour", "contrast", "exposure"}
        assert told["id"] == folder.name
        assert told["kind"] in {"room", "table"}

    def test_words_are_whole_in_both_languages(self, folder: Path) -> None:
        told = facts(folder)
        for key in ("name", "prompt"):
            chinese, english = told[f"{key}_zh"], told[f"{key}_en"]
            assert any("一" <= letter <= "鿿" for letter in chinese)
            assert re.fullmatch(r"[\u4e00-\u9fff，、；：（）]+", chinese), "only Chinese letters and Chinese marks"
            assert re.fullmatch(r"[A-Z][\x20-\x7e福]+", english), "begins with a capital, English letters"
            assert "  " not in english
            for text in (chinese, english):
                assert text == text.strip("，,。. ")

    def test_its_effects_are_those_of_the_guide(self, folder: Path) -> None:
        motion = facts(folder)["motion"]
        assert motion
        assert len(set(motion)) == len(motion)
        suits = table_of_the_guide("| scene | fireworks")[folder.name]
        named = dict(zip(EFFECTS, suits, strict=True))
        assert set(motion) == {effect for effect, mark in named.items() if mark}
        assert [effect for effect, mark in named.items() if mark == "1"] == motion[:1]

    def test_light_is_a_soft_key_from_the_front_left_for_people(self, folder: Path) -> None:
        light = facts(folder)["light"]
        x, y, z = light["direction"]
        assert math.hypot(x, y, z) == pytest.approx(1, abs=0.002)
        assert x < -0.1
        assert y > 0
        assert z > 0.7
        for colour in (light["key_colour"], light["ambient_colour"]):
            assert sum(colour) / 3 == pytest.approx(1, abs=0.002)
        assert 2.4 <= light["contrast"] <= 3.1

    def test_what_stands_there_fits_the_perspective(self, folder: Path) -> None:
        told = facts(folder)
        assert 0 < told["blur"] < 0.01
        if told["kind"] == "table":
            assert 0.65 <= told["standing_line"] <= 0.8
        else:
            assert 0.3 <= told["eye_line"] <= 0.5
            assert told["standing_line"] > told["eye_line"] + 0.5

    def test_middle_is_calmer_than_the_sides(self, folder: Path) -> None:
        picture = grey(folder)
        heads = picture[54:135, 72:168]
        if facts(folder)["kind"] == "table":  # its far edge crosses the middle; along the table nothing happens
            assert (heads - heads.mean(1, keepdims=True)).std() < 15
            return
        sides = np.concatenate([picture[:135, :48].ravel(), picture[:135, 192:].ravel(), picture[:45, 48:192].ravel()])
        assert heads.var() < sides.var()

    def test_nothing_draws_the_eye_from_a_face(self, folder: Path) -> None:
        """Where the faces come few edges and nothing burnt out: snapshots of rooms and gardens have deviations
        of 29 to 69 and steps of more than 8 on 20 to 57 % of the places.
        """
        faces = grey(folder)[63:108, 72:168]
        assert faces.std() < 27
        assert (np.abs(np.diff(faces, axis=1)) > 8).mean() < 0.13
        assert faces.max() < 235


def test_no_band_shows_in_the_studio_backdrop() -> None:
    """A flat 8-bit patch has long runs of one value; after dither and grain none is left to make an edge."""
    with Image.open(SCENES / "studio/picture.jpg") as picture:
        rows = np.asarray(picture.convert("L"))[200:1600:50, 300:2100].astype(int)
    longest = max(max(map(len, "".join("x" if same else " " for same in row).split())) for row in np.diff(rows) == 0)
    assert longest < 24  # 70 and more once grain and dither are blurred away


def test_a_newcomer_adds_a_scene_by_adding_a_folder(tmp_path: Path) -> None:
    """The example of scenes/README.md, with any picture beside it, is a scene of the catalogue."""
    example = (SCENES / "README.md").read_text("utf-8").split("```toml\n")[1].split("```")[0]
    (tmp_path / "courtyard").mkdir()
    (tmp_path / "courtyard" / "scene.toml").write_text(example, "utf-8")
    Image.new("RGB", (24, 18), (90, 80, 70)).save(tmp_path / "courtyard" / "picture.jpg")
    assert set(tomllib.loads(example)) == KEYS
    (scene,) = SceneFolder(tmp_path).all()
    assert (scene.id, scene.name_zh, scene.name_en, scene.kind) == ("courtyard", "四合院", "Courtyard house", "room")
    assert scene.picture == tmp_path / "courtyard" / "picture.jpg"
    assert (scene.standing_line, scene.eye_line, scene.blur) == (1.297, 0.4, 0.00125)
    assert scene.motion == ("snow", "petals")
    assert scene.light.direction == (-0.275, 0.454, 0.847)
    assert (scene.light.contrast, scene.light.exposure) == (2.8, 1.0)
    assert SceneFolder(tmp_path).find("courtyard") == scene


def test_the_guide_lists_every_scene() -> None:
    listed = table_of_the_guide("| scene | picture")
    assert set(listed) == {folder.name for folder in FOLDERS}
    assert all((folder / "draw.py").is_file() for folder in FOLDERS)


@pytest.mark.parametrize(
    "script", sorted(SCENES.rglob("*.py")), ids=lambda path: str(path.relative_to(SCENES).as_posix())
)
def test_scripts_that_need_blender_say_their_licence(script: Path) -> None:
    assert script.read_text("utf-8").startswith("# SPDX-License-Identifier: GPL-3.0-or-later\n")


def test_the_product_never_imports_blender_or_the_kit() -> None:
    guilty = [
        path.name
        for path in (ROOT / "src").rglob("*.py")
        if any(
            line.split()[:2] in (["import", "bpy"], ["from", "kit"]) for line in path.read_text("utf-8").splitlines()
        )
    ]
    assert guilty == []
