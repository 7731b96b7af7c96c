"""The catalogue as files: `catalogue.toml` in the package, and `scene.toml` of every background."""

from __future__ import annotations

import tomllib
from pathlib import Path

from tuanyuan.domain.catalogue import Catalogue, Feature, Offer
from tuanyuan.domain.scene import Scene
from tuanyuan.store.scenes import SceneFolder

CATALOGUE_FILE = Path(__file__).parents[1] / "catalogue.toml"


class CatalogueFiles:
    """Implements `domain.catalogue.CatalogueSource`."""

    def __init__(self, scenes: Path, catalogue: Path = CATALOGUE_FILE) -> None:
        self._scenes = scenes
        self._catalogue = catalogue

    def catalogue(self) -> Catalogue:
        """The catalogue as written down; nothing is ready, and no engine is in it. Error: `scene_damaged`."""
        written = tomllib.loads(self._catalogue.read_text("utf-8"))
        return Catalogue(
            features=tuple(Feature(**entry) for entry in written["feature"]),
            backgrounds=self.backgrounds(),
            engines=(),
            offers=tuple(Offer(**entry) for entry in written["offer"]),
        )

    def backgrounds(self) -> tuple[Scene, ...]:
        """The backgrounds in order of their folders' names; none where there is no such folder."""
        return SceneFolder(self._scenes).all()
