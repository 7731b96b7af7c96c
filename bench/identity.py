"""Distances between faces: the same person, different people, relatives, children, and our own portraits."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bench import machine
from bench.composites import Studio, mixes, studio
from bench.paths import SAMPLES, pictures_in, read
from bench.report import say, table
from tuanyuan import settings
from tuanyuan.domain.errors import StudioError
from tuanyuan.domain.judgement import REJECT, SURE
from tuanyuan.domain.photo import BYSTANDER
from tuanyuan.domain.reunion import plans
from tuanyuan.imaging.faces import FaceFinder
from tuanyuan.imaging.identity import Identity, distance

Pixels = NDArray[np.uint8]
Descriptor = NDArray[np.float32]

# Who is who in a folder, where file names alone do not say it:
#   same = [["a.jpg", "b.jpg"], …]   related = [["c.jpg"], ["d.jpg", "e.jpg"], …]   children = ["c.jpg#3", …]
# "c.jpg" means everybody in it, "c.jpg#3" the third face from the left.
WHO = "people.toml"
LEAST_SIDE = 80
PORTRAIT_MIXES = 6


@dataclass(frozen=True, eq=False)
class Known:
    """A face of a photo."""

    file: str
    number: int
    descriptor: Descriptor

    def named(self, names: Sequence[str]) -> bool:
        """Whether one of the names means this face."""
        return self.file in names or f"{self.file}#{self.number}" in names


@dataclass(frozen=True)
class Who:
    """What is known of the people of a folder."""

    same: tuple[tuple[str, ...], ...] = ()
    related: tuple[tuple[str, ...], ...] = ()
    children: tuple[str, ...] = ()

    def kind(self, a: Known, b: Known) -> str:
        """What two faces are to each other."""
        if any(a.named(names) and b.named(names) for names in self.same):
            return "another photo of the same person"
        if any(a.named(names) and b.named(names) for names in self.related):
            return "relatives"
        children = a.named(self.children) + b.named(self.children)
        return ("different people", "a child and somebody else", "two children")[children]


def _jpeg(rgb: Pixels, quality: int) -> Pixels:
    _, data = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])


def _scaled(rgb: Pixels, factor: float) -> Pixels:
    return cv2.resize(rgb, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)


def _graded(rgb: Pixels, gain: tuple[float, float, float], gamma: float) -> Pixels:
    graded = (rgb / 255.0) ** gamma * np.array(gain)
    return np.clip(np.rint(graded * 255), 0, 255).astype(np.uint8)


def _turned(rgb: Pixels, degrees: float) -> Pixels:
    height, width = rgb.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return cv2.warpAffine(rgb, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)


CHANGES: dict[str, Callable[[Pixels], Pixels]] = {
    "JPEG quality 25": lambda rgb: _jpeg(rgb, 25),
    "half the size": lambda rgb: _scaled(rgb, 0.5),
    "a quarter of the size": lambda rgb: _scaled(rgb, 0.25),
    "brighter": lambda rgb: _graded(rgb, (1.1, 1.1, 1.1), 0.75),
    "darker": lambda rgb: _graded(rgb, (0.9, 0.9, 0.9), 1.4),
    "warm light": lambda rgb: _graded(rgb, (1.12, 1.0, 0.82), 1.0),
    "turned by 12°": lambda rgb: _turned(rgb, 12),
    "mirrored": lambda rgb: np.ascontiguousarray(rgb[:, ::-1]),
}


def measure(folder: Path = SAMPLES, who: Path | None = None) -> str:
    models = settings.load().models_dir
    finder, identity = FaceFinder(models), Identity(models)
    found: dict[str, list[float]] = defaultdict(list)
    faces: list[Known] = []
    for path in pictures_in(folder):
        for known, rgb in _faces(path, finder, identity):
            faces.append(known)
            for change, changed in CHANGES.items():
                if (apart := _changed(known, rgb, changed, finder, identity)) is not None:
                    found[f"the same photo: {change}"].append(apart)
        say(f"identity: {path.name}")
    with studio() as made:
        for apart in _in_portraits(made, folder):
            found["our portraits: a person and their own photo"].append(apart)
    people = _who(who or folder / WHO)
    for a, b in combinations(faces, 2):
        apart = distance(a.descriptor, b.descriptor)
        if a.file != b.file or people.kind(a, b) != "another photo of the same person":
            found[people.kind(a, b)].append(apart)
    files = len({f.file for f in faces})
    return f"{machine.describe()} {len(faces)} faces in {files} photos.\n\n" + _distribution(found)


def _faces(path: Path, finder: FaceFinder, identity: Identity) -> Iterator[tuple[Known, Pixels]]:
    """Everybody in a photo but passers-by and faces of a few pixels, from the left."""
    try:
        rgb = read(path)
    except StudioError:
        return
    seen = finder.find(rgb)
    largest = max((f.eye_distance for f in seen), default=0.0)
    kept = [f for f in seen if f.eye_distance >= BYSTANDER * largest and min(f.box[2:]) >= LEAST_SIDE]
    for number, face in enumerate(sorted(kept, key=lambda f: f.box[0]), 1):
        yield Known(path.name, number, identity.describe(rgb, face.mesh)), rgb


def _changed(
    known: Known,
    rgb: Pixels,
    change: Callable[[Pixels], Pixels],
    finder: FaceFinder,
    identity: Identity,
) -> float | None:
    """Distance after the change; the nearest face is the same one when photos hold several. None: no face found."""
    after = change(rgb)
    faces = finder.find(after)
    distances = [distance(identity.describe(after, f.mesh), known.descriptor) for f in faces]
    return min(distances, default=None)


def _in_portraits(made: Studio, folder: Path) -> Iterator[float]:
    for mix in mixes(made, folder, ("new-year-wall", "studio"), PORTRAIT_MIXES):
        for plan in plans(4):
            judgement = made.judge(mix, made.render(mix, plan))
            yield from (p.face_distance for p in judgement.people if p.face_distance is not None)
        say(f"identity: portraits of {mix}")


def _who(path: Path) -> Who:
    if not path.is_file():
        return Who()
    told = tomllib.loads(path.read_text("utf-8"))
    return Who(
        tuple(tuple(names) for names in told.get("same", ())),
        tuple(tuple(names) for names in told.get("related", ())),
        tuple(told.get("children", ())),
    )


def _distribution(found: dict[str, list[float]]) -> str:
    rows = []
    for kind, values in found.items():
        low, five, half, most, high = np.percentile(values, [0, 5, 50, 95, 100])
        shares = [f"{100 * np.mean(np.array(values) <= limit):.1f} %" for limit in (SURE, REJECT)]
        rows.append((kind, len(values), *(f"{v:.2f}" for v in (low, five, half, most, high)), *shares))
    head = ("", "pairs", "least", "5 %", "median", "95 %", "most", f"≤ {SURE}", f"≤ {REJECT}")
    return table(head, rows)
