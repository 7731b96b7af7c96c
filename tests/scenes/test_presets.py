"""What every preset background promises the compositor, the catalogue and the reader of its licence."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = sorted(path.parent for path in (ROOT / "scenes").glob("*/scene.toml"))
EFFECTS = {"fireworks", "lanterns", "snow"}


def facts(folder: Path) -> dict:
    return tomllib.loads((folder / "scene.toml").read_text("utf-8"))


def test_the_two_first_presets_are_there() -> None:
    assert {"new-year-wall", "studio"} <= {folder.name for folder in FOLDERS}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
class TestPreset:
    def test_picture_is_large_light_and_in_srgb(self, folder: Path) -> None:
        path = folder / facts(folder)["picture"]
        with Image.open(path) as picture:
            assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (2400, 1800))
            assert "sRGB".encode("utf-16-be") in picture.info["icc_profile"]
        assert path.stat().st_size <= 700 * 1024

    def test_names_prompts_and_effects_are_given(self, folder: Path) -> None:
        told = facts(folder)
        assert told["id"] == folder.name
        for key in ("name", "prompt"):
            assert any("一" <= letter <= "鿿" for letter in told[f"{key}_zh"])
            assert told[f"{key}_en"].strip()
        assert told["motion"]
        assert set(told["motion"]) <= EFFECTS

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

    def test_standing_adults_fit_the_perspective(self, folder: Path) -> None:
        told = facts(folder)
        assert 0.3 <= told["eye_line"] <= 0.5
        assert told["standing_line"] > told["eye_line"] + 0.5
        assert 0 < told["blur"] < 0.01

    def test_middle_is_calm_where_the_heads_come(self, folder: Path) -> None:
        with Image.open(folder / "picture.jpg") as picture:
            grey = np.asarray(picture.convert("L").resize((240, 180), Image.Resampling.BOX), float)
        assert grey[54:135, 48:192].std() < 20
        steps = np.abs(np.diff(grey[54:135, 48:192], axis=1))
        assert np.percentile(steps, 99) < 8


def test_no_band_shows_in_the_studio_backdrop() -> None:
    """A flat 8-bit patch has long runs of one value; after dither and grain none is left to make an edge."""
    with Image.open(ROOT / "scenes/studio/picture.jpg") as picture:
        rows = np.asarray(picture.convert("L"))[200:1600:50, 300:2100].astype(int)
    longest = max(max(map(len, "".join("x" if same else " " for same in row).split())) for row in np.diff(rows) == 0)
    assert longest < 24  # 70 and more once grain and dither are blurred away


@pytest.mark.parametrize("script", sorted((ROOT / "scenes").rglob("*.py")), ids=lambda path: str(path.name))
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
