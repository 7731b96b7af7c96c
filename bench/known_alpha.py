"""People whose alpha is known exactly, on busy backgrounds.

A person in front of a plain backdrop gets an alpha once, without any network: outlines drawn by hand say what is surely
body and backdrop; in between, alpha is half colour keying against the backdrop's smooth colour, half pymatting's closed
form (Levin et al., 2008). That alpha is kept in `pictures/` and is the truth *by construction*: a composite is
made with it, so nobody can be right by guessing what the original photo held.

`python -m bench.known_alpha` makes the kept alphas again.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.paths import PICTURES, ROOT, SAMPLES, read
from bench.report import say

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

PEOPLE = {
    "man_glasses": SAMPLES / "man_glasses.jpg",
    "woman_long_hair": SAMPLES / "woman_long_hair.jpg",
    "man_black_hair": SAMPLES / "man_black_hair.jpg",
    "woman_curly_hair": PICTURES / "woman_curly_hair.jpg",
}
BACKGROUNDS = {
    "museum": PICTURES / "museum.jpg",
    "facade": PICTURES / "facade.jpg",
    "pinboard": PICTURES / "pinboard.jpg",
    "trees": PICTURES / "trees.jpg",
    "street": PICTURES / "street.jpg",
    "new-year-wall": ROOT / "scenes" / "new-year-wall" / "picture.jpg",
}
# How the camera of each composite differs: lens blur of the background in pixels, noise in steps of 255, JPEG quality.
CAMERAS = ((0.0, 2.0, 92), (1.2, 3.0, 90), (2.5, 2.0, 93), (0.6, 4.0, 88), (4.0, 1.5, 95), (1.8, 3.0, 85))
KEY_REACH, BACKDROP_REACH = 0.025, 0.05
# CIE76 difference of person and backdrop below which keying says nothing, and from which it is trusted.
APART_LOW, APART_HIGH = 8.0, 22.0
CLEAR, OPAQUE = 0.03, 0.97
# Of two side by side: height in pixels, and how much of the narrower one's width they share.
GROUP_HEIGHT, GROUP_OVERLAP = 900, 0.12


@dataclass(frozen=True, eq=False)
class Composite:
    """picture: uint8 H×W×3 as a camera would have stored it. alpha: float32 H×W, 0..1, exact."""

    person: str
    background: str
    picture: Pixels
    alpha: Array


def composites() -> Iterator[Composite]:
    """Every person on every background; the same pixels every time."""
    for p, person in enumerate(PEOPLE):
        colour, alpha = _person(person)
        for b, (background, path) in enumerate(BACKGROUNDS.items()):
            blur, noise, quality = CAMERAS[(p + b) % len(CAMERAS)]
            behind = _filled(read(path), alpha.shape)
            if blur:
                behind = cv2.GaussianBlur(behind, (0, 0), blur)
            mixed = alpha[..., None] * colour + (1 - alpha[..., None]) * behind
            grain = np.random.default_rng([p, b]).normal(0, noise, mixed.shape)
            picture = np.clip(np.rint(mixed * 255 + grain), 0, 255).astype(np.uint8)
            yield Composite(person, background, _stored(picture, quality), alpha)


def groups() -> Iterator[Composite]:
    """Two people side by side, the right one a little over the left, on every background; `person` names both."""
    names = list(PEOPLE)
    for p, pair in enumerate(zip(names, names[1:] + names[:1], strict=True)):
        (left, left_alpha), (right, right_alpha) = (_of_height(*_person(name), GROUP_HEIGHT) for name in pair)
        start = left.shape[1] - round(GROUP_OVERLAP * min(left.shape[1], right.shape[1]))
        shape = (GROUP_HEIGHT, start + right.shape[1])
        for b, (background, path) in enumerate(BACKGROUNDS.items()):
            blur, noise, quality = CAMERAS[(p + b) % len(CAMERAS)]
            mixed, alpha = _filled(read(path), shape), np.zeros(shape, np.float32)
            if blur:
                mixed = cv2.GaussianBlur(mixed, (0, 0), blur)
            for colour, own, x in ((left, left_alpha, 0), (right, right_alpha, start)):
                place = np.s_[:, x : x + own.shape[1]]
                mixed[place] += own[..., None] * (colour - mixed[place])
                alpha[place] += own * (1 - alpha[place])
            grain = np.random.default_rng([p, b]).normal(0, noise, mixed.shape)
            picture = np.clip(np.rint(mixed * 255 + grain), 0, 255).astype(np.uint8)
            yield Composite(" + ".join(pair), background, _stored(picture, quality), alpha)


def _of_height(colour: Array, alpha: Array, height: int) -> tuple[Array, Array]:
    size = (round(colour.shape[1] * height / colour.shape[0]), height)
    return cv2.resize(colour, size, interpolation=cv2.INTER_AREA), cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)


@cache
def _person(name: str) -> tuple[Array, Array]:
    """The person's own colours (float32 H×W×3, 0..1) and the kept alpha."""
    from pymatting import estimate_foreground_ml

    rgb = read(PEOPLE[name]).astype(np.float32) / 255
    kept = cv2.imread(str(_kept(name)), cv2.IMREAD_GRAYSCALE)
    if kept is None or kept.shape != rgb.shape[:2]:
        raise SystemExit(f"{_kept(name).name} does not fit its photo: run python -m bench.known_alpha")
    alpha = kept.astype(np.float32) / 255
    return estimate_foreground_ml(rgb.astype(np.float64), alpha.astype(np.float64)).astype(np.float32), alpha


def _filled(rgb: Pixels, shape: tuple[int, ...]) -> Array:
    """The middle of a picture at the given height and width, 0..1."""
    height, width = shape
    scale = max(height / rgb.shape[0], width / rgb.shape[1])
    size = (max(width, round(rgb.shape[1] * scale)), max(height, round(rgb.shape[0] * scale)))
    large = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    x, y = (size[0] - width) // 2, (size[1] - height) // 2
    return large[y : y + height, x : x + width].astype(np.float32) / 255


def _stored(rgb: Pixels, quality: int) -> Pixels:
    _, data = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])


def true_alpha(rgb: Pixels, trimap: Pixels) -> Array:
    """Alpha of a person in front of a plain backdrop. trimap: uint8 H×W of 0, 128, 255."""
    from pymatting import estimate_alpha_cf

    image = rgb.astype(np.float32) / 255
    closed_form = estimate_alpha_cf(image.astype(np.float64), trimap / 255.0).astype(np.float32)
    keyed, trust = _keyed(image, trimap)
    alpha = np.where(trimap == 128, closed_form + 0.5 * trust * (keyed - closed_form), trimap / 255)
    alpha = np.clip((alpha - CLEAR) / (OPAQUE - CLEAR), 0, 1).astype(np.float32)
    _, pieces = cv2.connectedComponents((alpha > 0).astype(np.uint8))
    attached = np.isin(pieces, np.unique(pieces[trimap == 255]))
    return alpha * (attached & (pieces > 0))


def _keyed(image: Array, trimap: Pixels) -> tuple[Array, Array]:
    """Position of each colour between backdrop and the nearest surely known body, and how far it may be trusted."""
    width = image.shape[1]
    behind = _spread(image, trimap == 0, BACKDROP_REACH * width)
    front = _spread(image, trimap == 255, KEY_REACH * width)
    line = front - behind
    keyed = ((image - behind) * line).sum(2) / np.maximum((line**2).sum(2), 1e-6)
    apart = np.linalg.norm(cv2.cvtColor(front, cv2.COLOR_RGB2LAB) - cv2.cvtColor(behind, cv2.COLOR_RGB2LAB), axis=2)
    trust = np.clip((apart - APART_LOW) / (APART_HIGH - APART_LOW), 0, 1)
    return np.clip(keyed, 0, 1).astype(np.float32), trust.astype(np.float32)


def _spread(image: Array, known: NDArray[np.bool_], reach: float) -> Array:
    """Colours of the known pixels carried on over the others: normalised Gaussian averages, near ones first."""
    total, weight = np.zeros_like(image), np.full(known.shape, 1e-12, np.float32)
    for sigma, share in ((reach, 1.0), (4 * reach, 1e-4)):
        plane = known.astype(np.float32)
        total += share * cv2.GaussianBlur(image * plane[..., None], (0, 0), sigma)
        weight += share * cv2.GaussianBlur(plane, (0, 0), sigma)
    return total / weight[..., None]


def _trimap(shape: tuple[int, ...], outline: dict[str, list[list[list[int]]]], reach: int) -> Pixels:
    height, width = shape
    scale = np.array([width, height]) / 1000
    body, trimap = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    for polygon in outline["body"]:
        cv2.fillPoly(body, [np.rint(np.array(polygon) * scale).astype(np.int32)], 255)
    around = 2 * round(reach * width / 1000) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (around, around))
    trimap[cv2.dilate(body, kernel) > 0] = 128
    for polygon in outline["background"]:
        cv2.fillPoly(trimap, [np.rint(np.array(polygon) * scale).astype(np.int32)], 0)
    trimap[body > 0] = 255
    return trimap


def _kept(name: str) -> Path:
    return PICTURES / f"{name}.alpha.png"


def make() -> None:
    outlines = tomllib.loads((PICTURES / "outlines.toml").read_text("utf-8"))
    for name, path in PEOPLE.items():
        rgb = read(path)
        alpha = true_alpha(rgb, _trimap(rgb.shape[:2], outlines[name], outlines[name]["reach"]))
        cv2.imwrite(str(_kept(name)), np.rint(alpha * 255).astype(np.uint8), [cv2.IMWRITE_PNG_COMPRESSION, 9])
        say(f"{_kept(name).name}: {_kept(name).stat().st_size / 1024:.0f} KB")


if __name__ == "__main__":
    make()
