"""Backgrounds as files: one folder each, a picture and a `scene.toml` (scenes/README.md says how to add one)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal

from tuanyuan.domain.errors import OurFault, Rejected
from tuanyuan.domain.scene import Light, Scene

SCENE_FILE = "scene.toml"
KINDS: dict[str, Literal["room", "table"]] = {"room": "room", "table": "table"}


class SceneFolder:
    """Implements `domain.ports.Scenes` on a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all(self) -> tuple[Scene, ...]:
        """Every preset in order of the folders' names; none where there is no such folder. OurFault: scene_damaged."""
        return tuple(_read(path) for path in sorted(self._folder.glob(f"*/{SCENE_FILE}")))

    def find(self, chosen: str) -> Scene:
        """The preset of that id, or the picture of that path. Rejected: background_unknown."""
        preset = self._folder / chosen / SCENE_FILE
        if chosen == Path(chosen).name and preset.is_file():
            return _read(preset)
        path = Path(chosen)
        if path.is_file():
            return Scene(id="own", name_zh="自选背景", name_en="own background", picture=path, own=True)
        raise Rejected("background_unknown", given=chosen, known="、".join(s.id for s in self.all()))


def _read(path: Path) -> Scene:
    try:
        written: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
        light = written["light"]
        scene = Scene(
            id=written["id"],
            name_zh=written["name_zh"],
            name_en=written["name_en"],
            picture=path.parent / written["picture"],
            motion=tuple(written.get("motion", ())),
            blur=float(written.get("blur", 0.0)),
            kind=_kind(written.get("kind", "room")),
            standing_line=float(written.get("standing_line", 1.3)),
            eye_line=float(written.get("eye_line", 0.4)),
            light=Light(
                direction=_three(light["direction"]),
                key_colour=_three(light["key_colour"]),
                ambient_colour=_three(light["ambient_colour"]),
                contrast=float(light["contrast"]),
                exposure=float(light["exposure"]),
            ),
        )
    except KeyError as error:
        raise OurFault("scene_damaged", file=path, detail=f"missing {error.args[0]}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError, ValueError, OSError) as error:
        raise OurFault("scene_damaged", file=path, detail=error) from None
    if scene.id != path.parent.name:
        raise OurFault("scene_damaged", file=path, detail=f"id is not {path.parent.name}")
    if not scene.picture.is_file():
        raise OurFault("scene_damaged", file=path, detail=f"missing {scene.picture.name}")
    return scene


def _kind(value: str) -> Literal["room", "table"]:
    if value not in KINDS:
        raise ValueError(f"kind {value!r}")
    return KINDS[value]


def _three(values: list[float]) -> tuple[float, float, float]:
    x, y, z = (float(v) for v in values)
    return x, y, z
