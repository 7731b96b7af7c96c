# SPDX-License-Identifier: GPL-3.0-or-later
"""`scene.toml`: what the studio needs to know about a background."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from .camera import View
from .light_probe import Light


@dataclass(frozen=True)
class Words:
    """Names and prompts of a scene, the effects that suit it; `kind` is "room" for people or "table" for goods."""

    id: str
    name_zh: str
    name_en: str
    motion: tuple[str, ...]
    prompt_zh: str
    prompt_en: str
    kind: str = "room"


def _numbers(values: tuple[float, ...]) -> str:
    return "[" + ", ".join(f"{value:.3f}" for value in values) + "]"


def text(words: Words, view: View, light: Light, exposure: float) -> str:
    """The file's text. Everything but the words is computed from the camera or measured on a grey ball."""
    quoted = {key: json.dumps(value, ensure_ascii=False) for key, value in vars(words).items()}
    return f"""# Written by draw.py, change it there. Keys: scenes/README.md.
id = {quoted["id"]}
name_zh = {quoted["name_zh"]}
name_en = {quoted["name_en"]}
picture = "picture.jpg"
kind = {quoted["kind"]}
standing_line = {view.standing_line:.3f}
eye_line = {view.eye_line:.3f}
blur = {view.blur:.5f}
motion = {quoted["motion"]}
prompt_zh = {quoted["prompt_zh"]}
prompt_en = {quoted["prompt_en"]}

[light]
direction = {_numbers(light.direction)}
key_colour = {_numbers(light.key_colour)}
ambient_colour = {_numbers(light.ambient_colour)}
contrast = {light.contrast:.2f}
exposure = {exposure:.2f}
"""


def write(folder: Path, words: Words, view: View, light: Light, exposure: float) -> None:
    """Write `scene.toml` into the scene's folder."""
    (folder / "scene.toml").write_text(text(words, view, light, exposure), encoding="utf-8")
