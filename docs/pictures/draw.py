"""Draw the README's pictures again: `make pictures`. Every one that shows a result carries the AI label."""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

import numpy as np
from PIL import Image, ImageSequence

from tuanyuan.domain.label import new_label
from tuanyuan.imaging.label import label_clip, label_picture

HERE = Path(__file__).parent
SAMPLES = HERE.parents[1] / "samples"
PEOPLE = ["elderly_man", "woman_long_hair", "man_black_hair", "woman_headscarf", "man_glasses"]
COUPLE = ["woman_blonde", "man_straw_hat"]
WIDTH, GAP = 1280, 12
EFFECT, MOVING_QUALITY = "fireworks", 42


def made(names: list[str], *options: str) -> list[Image.Image]:
    """The candidates of one order at 1280×960, best first."""
    with tempfile.TemporaryDirectory() as folder:
        order(names, Path(folder), *options)
        return [Image.open(path).convert("RGB") for path in sorted(Path(folder).glob("reunion-*.jpg"))]


def order(names: list[str], folder: Path, *options: str) -> None:
    """Make one order into a folder."""
    photos = [str(SAMPLES / f"{name}.jpg") for name in names]
    run("reunion", *photos, "--size", "1280x960", *options, "--out", str(folder))


def run(*words: str) -> None:
    """`tuanyuan make`."""
    tuanyuan = str(Path(sys.executable).with_name("tuanyuan"))
    subprocess.run([tuanyuan, "make", *words], check=True)  # noqa: S603  # our own program


def moving() -> bytes:
    """The preview of a family picture that moves, an animated WebP, smaller in bytes than the studio hands it out."""
    with tempfile.TemporaryDirectory() as folder:
        order(PEOPLE, Path(folder), "--candidates", "1")
        still, out = f"{folder}/reunion-1.jpg", f"{folder}/moving"
        run("motion", still, "--effect", EFFECT, "--resolution", "720p", "--out", out)
        preview = Image.open(f"{out}/motion.webp")
        first, *rest = (frame.convert("RGB") for frame in ImageSequence.Iterator(preview))
        step = preview.info["duration"]
    file = io.BytesIO()
    shown = {"duration": step, "loop": 0, "method": 6, "quality": MOVING_QUALITY}
    first.save(file, "WEBP", save_all=True, append_images=rest, **shown)
    return label_clip(file.getvalue(), new_label(uuid.uuid4().hex))


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
    """All pictures of the README, or the moving one alone."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--moving", action="store_true", help="only moving.webp")
    only = asked.parse_args().moving
    (HERE / "moving.webp").write_bytes(moving())
    if only:
        return
    photos = [Image.open(SAMPLES / f"{name}.jpg").convert("RGB") for name in PEOPLE]
    row = side_by_side(photos, (WIDTH - GAP * (len(photos) - 1)) // len(photos))
    row.save(HERE / "photos.jpg", quality=88)
    family = made(PEOPLE)
    save(family[0], "reunion.jpg")
    save(side_by_side(family[1:], 310), "candidates.jpg")
    save(made(COUPLE, "--background", "studio", "--candidates", "1")[0], "studio.jpg")


if __name__ == "__main__":
    main()
