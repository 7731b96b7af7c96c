"""The doctor names what is wrong, and knows what is needed from what is only good to have."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from doubles.weights import LOCK, Shelf

from tuanyuan.domain.doctor import Check
from tuanyuan.domain.errors import OurFault
from tuanyuan.domain.scene import Scene
from tuanyuan.services.doctor import PACKAGES, Doctor
from tuanyuan.services.weights import Weights
from tuanyuan.store.weights import WeightFolder

ROOT = Path(__file__).parents[2]
BACKGROUND = Scene("studio", "影棚", "Studio", Path("picture.jpg"), ())


@dataclass
class Computer:
    """A computer on which everything is as it should be, unless told otherwise."""

    python: tuple[int, int, int] = (3, 12, 1)
    platform: str = "Linux aarch64"
    cores: int = 2
    memory: int | None = 8_000_000_000
    broken: dict[str, str] = field(default_factory=dict)
    programs: tuple[str, ...] = ("exiftool",)
    read_only: tuple[Path, ...] = ()

    def import_error(self, module: str) -> str | None:
        return self.broken.get(module)

    def program(self, name: str) -> Path | None:
        return Path("/usr/bin") / name if name in self.programs else None

    def writable(self, folder: Path) -> bool:
        return folder not in self.read_only


def examine(computer: Computer, tmp_path: Path) -> dict[str, Check]:
    weights = Weights(LOCK, WeightFolder(tmp_path), Shelf({}), lambda *_: None)
    doctor = Doctor(computer, weights, lambda: [BACKGROUND], {"data_dir": Path("/data")})
    return {check.name: check for check in doctor.examine()}


def wrong(computer: Computer, tmp_path: Path) -> dict[str, tuple[str, bool]]:
    """Name → (code, needed) of what is wrong apart from the models, which are not installed."""
    checks = examine(computer, tmp_path).values()
    bad = [check for check in checks if check.problem and not check.name.startswith("model ")]
    return {check.name: (check.problem.code, check.needed) for check in bad}


def test_a_good_machine_has_nothing_wrong(tmp_path: Path) -> None:
    assert wrong(Computer(), tmp_path) == {}


@pytest.mark.parametrize(
    ("computer", "expected"),
    [
        (Computer(python=(3, 10, 9)), {"python": ("doctor_python", True)}),
        (Computer(python=(3, 13, 0)), {"python": ("doctor_python", True)}),
        (Computer(platform="Darwin x86_64"), {"platform": ("doctor_platform", True)}),
        (Computer(platform="Linux x86_64 musl"), {"platform": ("doctor_platform", True)}),
        (Computer(memory=1_000_000_000), {"memory": ("doctor_memory", False)}),
        (Computer(memory=None), {}),
        (
            Computer(broken={"cv2": "ImportError"}),
            {"package opencv-contrib-python-headless": ("doctor_package", True)},
        ),
        (Computer(read_only=(Path("/data"),)), {"data_dir": ("doctor_folder", True)}),
        (Computer(programs=()), {"exiftool": ("doctor_exiftool", False)}),
    ],
)
def test_each_fault_is_seen(computer: Computer, expected: dict[str, tuple[str, bool]], tmp_path: Path) -> None:
    assert wrong(computer, tmp_path) == expected


def test_missing_and_damaged_models_differ(tmp_path: Path) -> None:
    (tmp_path / "hair.bin").write_bytes(b"damaged")
    checks = examine(Computer(), tmp_path)
    assert checks["model eyes.bin"].problem.code == "weights_missing"
    assert checks["model hair.bin"].problem.code == "weights_unreadable"


def test_no_background_and_a_damaged_one_are_problems(tmp_path: Path) -> None:
    weights = Weights((), WeightFolder(tmp_path), Shelf({}), lambda *_: None)

    def damaged() -> list[Scene]:
        raise OurFault("scene_damaged", file="scene.toml", detail="?")

    for backgrounds, code in ((list, "doctor_no_background"), (damaged, "scene_damaged")):
        checks = {check.name: check for check in Doctor(Computer(), weights, backgrounds, {}).examine()}
        assert checks["backgrounds"].problem.code == code


def test_an_encoder_that_runs_is_named_and_one_that_does_not_is_no_hindrance() -> None:
    weights = Weights((), WeightFolder(Path("/nowhere")), Shelf({}), lambda *_: None)

    def missing() -> str:
        raise OurFault("encoder_missing", program="ffmpeg", detail="?")

    def look(encoder: Callable[[], str]) -> list[Check]:
        doctor = Doctor(Computer(), weights, lambda: [BACKGROUND], {}, encoder=encoder)
        return [check for check in doctor.examine() if check.name == "video encoder"]

    assert look(lambda: "/opt/ffmpeg (libx264)") == [Check("video encoder", "/opt/ffmpeg (libx264)")]
    (bad,) = look(missing)
    assert (bad.problem.code, bad.needed) == ("encoder_missing", False)


def test_every_dependency_is_tried() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert {re.split(r"[\s<>=!;\[]", wanted)[0] for wanted in project["dependencies"]} == set(PACKAGES)
