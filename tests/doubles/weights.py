"""A lock of two small wheels, the wheels themselves, and an index that can fail on demand."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from tuanyuan.domain.weights import Weight, Wheel

CONTENT = {"eyes.bin": b"eyes" * 5_000, "hair.bin": b"hair" * 300, "name.bin": b"name" * 7_000}


def weight(file: str, wheel: Wheel, content: bytes | None = None) -> Weight:
    """The locked row of one of the files in CONTENT (or of other content under that name)."""
    data = CONTENT[file] if content is None else content
    digest = hashlib.sha256(data).hexdigest()
    return Weight(file, wheel, f"nets/{file}", len(data), digest, "CC0-1.0", "Nobody", "the tests")


FACES = Wheel("tiny-faces", "1.0", "3.11", "any", 2_000)
NAMES = Wheel("tiny_names", "2.1", "3.11", "any", 1_000)
LOCK = (weight("eyes.bin", FACES), weight("hair.bin", FACES), weight("name.bin", NAMES))


def make_wheel(folder: Path, wheel: Wheel, members: Mapping[str, bytes]) -> Path:
    """A wheel that pip accepts, with `members` (path → content) in it."""
    name = wheel.package.replace("-", "_")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{wheel.version}-py3-none-any.whl"
    info = f"{name}-{wheel.version}.dist-info"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
        archive.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {wheel.package}\nVersion: {wheel.version}\n"
        )
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


def make_wheels(folder: Path) -> dict[Wheel, Path]:
    """Both wheels of LOCK, whole and right."""
    return {
        wheel: make_wheel(folder, wheel, {row.path: CONTENT[row.file] for row in LOCK if row.wheel == wheel})
        for wheel in (FACES, NAMES)
    }


class Shelf:
    """A package index on disk. `faults` maps a wheel to what happens instead of its download."""

    def __init__(self, wheels: Mapping[Wheel, Path]) -> None:
        self.wheels = dict(wheels)
        self.faults: dict[Wheel, Callable[[Path], None]] = {}
        self.fetched: list[str] = []

    def fetch(self, wheel: Wheel, into: Path, received: Callable[[int], None]) -> Path:
        """Copy the wheel, in two reported halves; a fault runs in between, as a cut would."""
        self.fetched.append(wheel.requirement)
        received(wheel.bytes // 2)
        if fault := self.faults.get(wheel):
            fault(into)
        received(wheel.bytes)
        return Path(shutil.copy(self.wheels[wheel], into))
