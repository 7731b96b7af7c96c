"""What the gallery orders: every feature over every sample that it could be used on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tuanyuan.domain.card import TEMPLATES
from tuanyuan.domain.order import Order, PhotoHint
from tuanyuan.engines.local.ordering import OUTFITS, STYLES

PICTURES = (".jpg", ".jpeg", ".png")
FAMILY = ("elderly_man", "woman_long_hair", "man_black_hair", "woman_headscarf", "man_glasses")


@dataclass(frozen=True)
class Samples:
    """A folder of sample photos: people in it, goods, garments and old photos in folders of their names."""

    folder: Path

    def people(self) -> list[Path]:
        """One or several in each."""
        return _pictures(self.folder)

    def of(self, kind: str) -> list[Path]:
        """`goods`, `garments`, `old`; none where there is no such folder."""
        return _pictures(self.folder / kind)

    def family(self) -> list[Path]:
        """Five people."""
        return [self.folder / f"{name}.jpg" for name in FAMILY]


@dataclass(frozen=True)
class Shot:
    """One row of a sheet."""

    title: str
    order: Order


def shots(sheet: str, samples: Samples, scenes: list[str], tables: list[str], finished: Path | None) -> Iterator[Shot]:
    """The orders of one sheet. scenes, tables: ids of the places. finished: a family portrait, for the cards."""
    if sheet == "scenes":
        for scene in scenes:
            for count in (1, 3, 5):
                yield Shot(
                    f"{scene}, {count} people",
                    _order("reunion", *samples.family()[:count], background=scene, candidates=2, size=(1440, 1080)),
                )
    elif sheet == "makeover":
        for number, photo in enumerate(samples.people()):
            scene = scenes[number % len(scenes)]
            yield Shot(f"{photo.stem}, {scene}", _order("makeover", photo, background=scene, size=(1440, 1080)))
    elif sheet == "outfits":
        for photo in samples.people():
            for outfit in OUTFITS:
                title = f"{photo.stem}, {outfit}"
                yield Shot(title, _order("makeover", photo, options={"cloth_style": outfit}, background="studio"))
    elif sheet == "tryon":
        for person in samples.people():
            for garment in samples.of("garments"):
                yield Shot(f"{person.stem} + {garment.stem}", _order("tryon", person, garment, candidates=1))
    elif sheet == "fashion":
        for number, photo in enumerate([*samples.of("garments"), *samples.of("goods"), *samples.people()]):
            yield Shot(photo.stem, _order("fashion", photo, background=scenes[number % len(scenes)]))
    elif sheet == "product":
        for photo in samples.of("goods"):
            for style in (None, *STYLES["product"]):
                yield Shot(f"{photo.stem}, {style or 'any light'}", _order("product", photo, style=style))
            for table in tables:
                yield Shot(f"{photo.stem}, {table}", _order("product", photo, background=table, candidates=2))
    elif sheet == "avatar":
        for photo in samples.people():
            yield Shot(photo.stem, _order("avatar", photo))
        for style in STYLES["avatar"]:
            yield Shot(f"{FAMILY[1]}, {style}", _order("avatar", samples.family()[1], style=style))
    elif sheet == "restore":
        for photo in [*samples.of("old"), *samples.people()[:2]]:
            yield Shot(photo.stem, _order("restore", photo))
    elif sheet == "card" and finished is not None:
        for template in (one.id for one in TEMPLATES):
            for orientation in ("portrait", "landscape"):
                options = {"orientation": orientation}
                title = f"{template}, {orientation}"
                yield Shot(title, _order("card", finished, style=template, options=options, candidates=2))


SHEETS = ("scenes", "makeover", "outfits", "tryon", "fashion", "product", "avatar", "restore", "card", "motion")


def _order(feature: str, *photos: Path, **told: object) -> Order:
    return Order(tuple(PhotoHint(str(photo)) for photo in photos), feature, **told)  # type: ignore[arg-type]  # by name


def _pictures(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURES)
