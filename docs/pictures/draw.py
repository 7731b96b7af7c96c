"""Draw the README's pictures again: `make pictures`. Every one that shows a result carries the AI label."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

import numpy as np
from PIL import Image

from tuanyuan.domain.label import new_label
from tuanyuan.imaging.label import label_picture

HERE = Path(__file__).parent
SAMPLES = HERE.parents[1] / "samples"
PEOPLE = ["elderly_man", "woman_long_hair", "man_black_hair", "woman_headscarf", "man_glasses"]
COUPLE = ["woman_blonde", "man_straw_hat"]
WIDTH, GAP = 1280, 12


def made(names: list[str], *options: str) -> list[Image.Image]:
    """The candidates of one order at 1280×960, best first."""
    with tempfile.TemporaryDirectory() as folder:
        photos = [str(SAMPLES / f"{name}.jpg") for name in names]
        tuanyuan = str(Path(sys.executable).with_name("tuanyuan"))
        subprocess.run(  # noqa: S603  # our own program
            [tuanyuan, "make", "reunion", *photos, "--size", "1280x960", *options, "--out", folder], check=True
        )
        return [Image.open(path).convert("RGB") for path in sorted(Path(folder).glob("reunion-*.jpg"))]


def side_by_side(pictures: list[Image.Image], height: int) -> Image.Image:
    """A row on white, all of one height."""
    sized = [p.resize((round(p.width * height / p.height), height), Image.Resampling.LANCZOS) for p in pictures]
    row = Image.new("RGB", (sum(p.width for p in sized) + GAP * (len(sized) - 1), height), "white")
    x = 0
    for picture in sized:
        row.paste(picture, (x, 0))
        x += picture.width + GAP
    return row


def save(picture: Image.Image, name: str) -> None:
    """Write a picture with results in it: through the label gate, like every other."""
    (HERE / name).write_bytes(label_picture(np.asarray(picture), new_label(uuid.uuid4().hex), "jpeg", quality=88))


def main() -> None:
    """All pictures of the README."""
    photos = [Image.open(SAMPLES / f"{name}.jpg").convert("RGB") for name in PEOPLE]
    row = side_by_side(photos, (WIDTH - GAP * (len(photos) - 1)) // len(photos))
    row.save(HERE / "photos.jpg", quality=88)
    family = made(PEOPLE)
    save(family[0], "reunion.jpg")
    save(side_by_side(family[1:], 310), "candidates.jpg")
    save(made(COUPLE, "--background", "studio", "--candidates", "1")[0], "studio.jpg")


if __name__ == "__main__":
    main()
