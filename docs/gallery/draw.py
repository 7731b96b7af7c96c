"""Draw the gallery again: `make gallery`. A contact sheet for each feature over all samples, refusals included.

`--samples DIR` and `--out DIR` make one of other photos; `--full` keeps every picture at its full size beside it.
"""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path
from typing import cast

from moving import MovingGallery
from orders import SHEETS, Samples, Shot, shots
from PIL import Image
from sheet import Row, draw

from tuanyuan import settings, wiring
from tuanyuan.domain.errors import Rejected
from tuanyuan.domain.order import Order, PhotoHint
from tuanyuan.services.picturing import Picturing
from tuanyuan.wiring.filming import filming_beside
from tuanyuan.workshop import ResultsInMemory

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
MOTION = "motion"


class Gallery:
    """One studio for all sheets. full: where every picture goes at its own size; None: nowhere."""

    def __init__(self, studio: Picturing, out: Path, full: Path | None) -> None:
        self._studio, self._out, self._full = studio, out, full

    def sheet(self, name: str, samples: Samples, finished: Path | None) -> None:
        """Draw one; none where there is nothing to show."""
        places = self._studio.scenes.all()
        rooms, tables = ([place.id for place in places if place.kind == kind] for kind in ("room", "table"))
        rows = [self._row(name, shot) for shot in shots(name, samples, rooms, tables, finished)]
        if rows:
            draw(rows, self._out / f"{name}.jpg")

    def moving(self, gallery: MovingGallery) -> None:
        """A sheet for each effect."""
        for name, rows in gallery.sheets():
            draw(rows, self._out / f"{name}.jpg")

    def family(self, samples: Samples) -> Path:
        """A family portrait for the cards."""
        results = ResultsInMemory()
        order = Order(tuple(PhotoHint(str(photo)) for photo in samples.family()), candidates=1)
        self._studio.make(order, results, lambda *_: None)
        path = self._out / "family.jpg"
        path.write_bytes(results.files["reunion-1.jpg"])
        return path

    def _row(self, name: str, shot: Shot) -> Row:
        given = tuple(Image.open(hint.photo).convert("RGB") for hint in shot.order.photos)
        results = ResultsInMemory()
        try:
            made = self._studio.make(shot.order, results, lambda *_: None)
        except Rejected as error:
            told = f"{error.code}: {error.problem.message_en}. {error.problem.advice_en}"
            for hint in shot.order.photos:
                told = told.replace(hint.photo, Path(hint.photo).name)
            return Row(shot.title, given, refused=told)
        pictures = []
        for entry in made["candidates"]:
            data = results.files[entry["file"]]
            if self._full is not None:
                (
                    self._full / f"{name}-{shot.title.replace(' ', '_').replace(',', '')}-{entry['rank']}.jpg"
                ).write_bytes(data)
            pictures.append((Image.open(io.BytesIO(data)), _caption(entry)))
        sys.stderr.write(f"{name}: {shot.title} {made['timings']['total']:.1f} s\n")
        return Row(shot.title, given, tuple(pictures))


def _caption(entry: dict[str, object]) -> str:
    people = cast("list[dict[str, float | None]]", entry["people"])
    distances = [f"{p['face_distance']:.2f}" for p in people if p["face_distance"] is not None]
    look = " ".join(str(entry[key]) for key in ("look", "style", "light", "crop") if key in entry)
    return f"{look}  {' '.join(distances)}".strip()


def main() -> None:
    """All sheets, or those that are named."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("sheets", nargs="*", choices=[[], *SHEETS], default=[])
    asked.add_argument("--samples", type=Path, default=ROOT / "samples")
    asked.add_argument("--out", type=Path, default=HERE)
    asked.add_argument("--full", action="store_true")
    told = asked.parse_args()
    told.out.mkdir(parents=True, exist_ok=True)
    full = told.out / "full" if told.full else None
    if full is not None:
        full.mkdir(exist_ok=True)
    loaded = settings.load()
    with wiring.picturing(loaded) as studio:
        gallery, samples = Gallery(studio, told.out, full), Samples(told.samples)
        names = told.sheets or list(SHEETS)
        finished = gallery.family(samples) if "card" in names else None
        for name in names:
            if name == MOTION:
                gallery.moving(MovingGallery(studio, filming_beside(studio, loaded), samples, full))
            else:
                gallery.sheet(name, samples, finished)
        if finished is not None:
            finished.unlink()


if __name__ == "__main__":
    main()
