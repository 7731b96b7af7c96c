"""What tells damage from content, fitted again: `python -m bench.scratches` prints the tables of `restoration.fitted`.

Only photos of this repository are used: `samples/`, `samples/old/` and `bench/pictures/`, each as it is, and scratched,
torn and spotted by program, in colour and as a faded, grainy print. A piece of a line or a spot that lies on painted
damage is an example of damage, one that lies beside it is content. The old photos hold damage of their own: of them
only what was painted counts. The fit is a logistic regression with a small ridge. Its few products of two features are
those that, added one after the other, helped most with photos that were left out; more of them helped less.

With the text come, on the error output, figures of photos that were left out of the fit: at each bound of the log
odds how many pieces or spots of content lie above it in a picture, and which share of the damage.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from doubles.ageing import aged, grey, scratched, spotted, torn
from numpy.typing import NDArray

from bench.paths import PICTURES, SAMPLES, pictures_in, read
from bench.report import say, table
from tuanyuan.imaging.reducing import reduce
from tuanyuan.imaging.restoration import ridges, spots
from tuanyuan.imaging.restoration.evidence import ALWAYS, numbered, terms

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]
Pixels = NDArray[np.uint8]

OLD = SAMPLES / "old"
KINDS = ("BRIGHT_LINES", "DARK_LINES", "BRIGHT_SPOTS", "DARK_SPOTS")
# Longer sides at which photos are looked at, in turn; grain of the faded prints, in levels.
SIDES, GRAIN = (1000, 800, 640), (0.0, 4.0, 8.0)
# Share of its pixels that lie on painted damage: of an example of damage at least, of content at most.
DAMAGED, CONTENT = 0.6, 0.1
# How much a large weight costs, and when a fit is done.
RIDGE, TURNS, DONE = 2.0, 60, 1e-6
# Products of two features, beside the features themselves.
PRODUCTS = {
    "LINES": (
        "whiteness*whiteness",
        "unevenness*unevenness",
        "height*contrast",
        "length*ground",
        "length*bend",
        "length*unevenness",
        "length*thickness",
        "thickness*unevenness",
        "height*fineness",
        "fineness*ground",
    ),
    "SPOTS": ("lift*ground", "whiteness*whiteness", "area*height", "whiteness*surroundings", "area*unevenness"),
}
NAMES = {"LINES": ridges.FEATURES, "SPOTS": spots.FEATURES}
# Photos are left out in so many groups; bounds of the log odds that are tried.
GROUPS, BOUNDS = 7, (-2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0)
STATES = 3


@dataclass(frozen=True, eq=False)
class Examples:
    """features: float32 (n, k). damaged: bool (n,). photo: int (n,), the photo's number."""

    features: Array
    damaged: Mask
    photo: NDArray[np.int64]


def photos() -> list[Path]:
    """Every photo that is fitted to, the old ones last."""
    return [path for folder in (SAMPLES, PICTURES, OLD) for path in pictures_in(folder) if ".alpha" not in path.name]


def states(rgb: Pixels, number: int) -> Iterator[tuple[Pixels, Mask, Mask]]:
    """A photo as it is, damaged, and damaged as an old print; where its lines are and where its spots."""
    nothing = np.zeros(rgb.shape[:2], bool)
    yield rgb, nothing, nothing
    for state, picture in enumerate((rgb, grey(rgb))):
        seed = 2 * number + state
        poor, lines = scratched(picture, seed, 14, dark=0.3, shortest=0.06, slant=0.8)
        poor, tear = torn(poor, seed)
        poor, dust = spotted(poor, seed)
        yield aged(poor, seed, GRAIN[number % len(GRAIN)]) if state else poor, lines | tear, dust


def examples(paths: Sequence[Path]) -> dict[str, Examples]:
    """What lines and spots look like that are damage, and that are not."""
    rows: dict[str, list[tuple[Array, bool, int]]] = {kind: [] for kind in KINDS}
    for number, path in enumerate(paths):
        say(path.name)
        rgb = read(path)
        scale = min(1.0, SIDES[number % len(SIDES)] / max(rgb.shape))
        rgb = reduce(rgb, (round(rgb.shape[1] * scale), round(rgb.shape[0] * scale)))
        for picture, lines, dust in states(rgb, number):
            lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
            levels = np.ascontiguousarray(lab[..., 0] * np.float32(2.55))
            painted = [cv2.dilate(where.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0 for where in (lines, dust)]
            for kind, sign in zip(KINDS, (1, -1, 1, -1), strict=True):
                own = painted["SPOTS" in kind]
                for found in spots.spots(levels, sign) if "SPOTS" in kind else ridges.pieces(levels, sign)[0]:
                    place = (found.rows, found.columns)
                    if own[place].mean() > DAMAGED:
                        rows[kind].append((found.features, True, number))
                    elif (painted[0] | painted[1])[place].mean() < CONTENT and path.parent != OLD:
                        rows[kind].append((found.features, False, number))
    return {kind: Examples(*(np.array(column) for column in zip(*own, strict=True))) for kind, own in rows.items()}


def fit(kind: str, seen: Examples) -> tuple[Array, Array, Array]:
    """Mean and spread of the features, and the weights of `evidence.terms`: iteratively reweighted least squares."""
    mean, spread = (np.round(own(seen.features, axis=0), 3) for own in (np.mean, np.std))
    weighed = terms(seen.features, mean, spread, products(kind))
    weights, cost = np.zeros(weighed.shape[1]), np.diag([0.0] + [RIDGE] * (weighed.shape[1] - 1))
    for _ in range(TURNS):
        likely = 1 / (1 + np.exp(-np.clip(weighed @ weights, -30, 30)))
        bent = (weighed * (likely * (1 - likely))[:, None]).T @ weighed + cost
        step = np.linalg.solve(bent, weighed.T @ (likely - seen.damaged) + cost @ weights)
        weights -= step
        if np.abs(step).max() < DONE:
            break
    return mean, spread, np.round(weights, 2)


def products(kind: str) -> list[tuple[int, int]]:
    """Pairs of features' numbers."""
    sort = kind.split("_")[1]
    return [numbered(product, NAMES[sort]) for product in PRODUCTS[sort]]


def left_out(kind: str, seen: Examples) -> str:
    """What fits to the other photos make of each photo."""
    odds = np.zeros(len(seen.damaged))
    for group in range(GROUPS):
        out = seen.photo % GROUPS == group
        mean, spread, weights = fit(kind, Examples(seen.features[~out], seen.damaged[~out], seen.photo[~out]))
        odds[out] = terms(seen.features[out], mean, spread, products(kind)) @ weights
    pictures = STATES * len(set(seen.photo[~seen.damaged].tolist()))
    rows = [
        (
            f"{bound:g}",
            f"{(odds[~seen.damaged] > bound).sum() / pictures:.2f}",
            f"{(odds[seen.damaged] > bound).mean():.0%}",
        )
        for bound in BOUNDS
    ]
    return f"{kind}\n{table(('log odds', 'of content a picture', 'of damage'), rows)}"


def text(kind: str, seen: Examples) -> str:
    """The table of `kind` as it stands in `fitted`."""
    sort = kind.split("_")[1]
    mean, spread, weights = fit(kind, seen)
    own, rest = weights[1 : 1 + len(mean)], weights[1 + len(mean) :]
    rows = [f"{ALWAYS} {weights[0]:g}"]
    rows += [f"{name} {m:g} {s:g} {w:g}" for name, m, s, w in zip(NAMES[sort], mean, spread, own, strict=True)]
    rows += [f"{product} {w:g}" for product, w in zip(PRODUCTS[sort], rest, strict=True)]
    return f'{kind} = """\n' + "\n".join(rows) + '\n"""'


def main() -> None:
    cv2.setNumThreads(1)
    seen = examples(photos())
    for kind, own in seen.items():
        say(f"\n{left_out(kind, own)}")
        print(f"\n{text(kind, own)}")


if __name__ == "__main__":
    main()
