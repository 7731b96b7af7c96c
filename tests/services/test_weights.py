"""Installing the weights: the order of the steps, and that a failure leaves only whole files."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from doubles.weights import CONTENT, FACES, LOCK, NAMES, Shelf, make_wheel, make_wheels

from tuanyuan.domain.errors import NotNow, OurFault, Rejected, StudioError
from tuanyuan.domain.weights import Progress
from tuanyuan.services.weights import Weights
from tuanyuan.store.weights import WeightFolder


@dataclass
class Studio:
    """A models folder that does not exist yet, an index of two wheels, and what was seen."""

    weights: Weights
    shelf: Shelf
    folder: Path
    warmed: list[Path] = field(default_factory=list)
    seen: list[Progress] = field(default_factory=list)

    def install(self) -> list[str]:
        return self.weights.install(self.seen.append)

    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir() if path.name != ".lock")


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    shelf = Shelf(make_wheels(tmp_path / "shelf"))
    folder = tmp_path / "data" / "models"
    warmed: list[Path] = []

    def warm(models: Path, begin: Callable[[], None]) -> None:
        begin()
        warmed.append(models)

    weights = Weights(LOCK, WeightFolder(folder), shelf, warm)
    return Studio(weights, shelf, folder, warmed)


def test_everything_missing_is_installed_and_warmed(studio: Studio) -> None:
    assert studio.install() == ["eyes.bin", "hair.bin", "name.bin"]
    assert studio.files() == ["eyes.bin", "hair.bin", "name.bin"]
    assert studio.weights.verify() == dict.fromkeys(CONTENT, "intact")
    assert studio.weights.problem() is None
    assert studio.warmed == [studio.folder]


def test_progress_tells_each_step_and_every_byte(studio: Studio) -> None:
    studio.install()
    faces, names = FACES.requirement, NAMES.requirement
    assert studio.seen == [
        Progress("download", faces, 0, 2_000),
        Progress("download", faces, 1_000, 2_000),
        Progress("download", faces, 2_000, 2_000),
        Progress("check", faces),
        Progress("download", names, 0, 1_000),
        Progress("download", names, 500, 1_000),
        Progress("download", names, 1_000, 1_000),
        Progress("check", names),
        Progress("warm"),
    ]


def test_a_second_installation_downloads_nothing(studio: Studio) -> None:
    studio.install()
    studio.shelf.fetched.clear()
    assert studio.install() == []
    assert studio.shelf.fetched == []


def test_only_the_wheel_of_the_damaged_file_is_fetched_again(studio: Studio) -> None:
    studio.install()
    (studio.folder / "name.bin").write_bytes(b"damaged")
    untouched = (studio.folder / "eyes.bin").stat().st_mtime_ns
    studio.shelf.fetched.clear()
    assert studio.install() == ["name.bin"]
    assert studio.shelf.fetched == ["tiny_names==2.1"]
    assert (studio.folder / "eyes.bin").stat().st_mtime_ns == untouched


def fail(error: BaseException) -> Callable[[Path], None]:
    def fault(into: Path) -> None:
        (into / "half.whl").write_bytes(b"half a wheel")
        raise error

    return fault


@pytest.mark.parametrize(
    "error",
    [
        NotNow("weights_download_cut", package="tiny-faces==1.0"),
        NotNow("weights_no_network", package="tiny-faces==1.0"),
        OurFault("weights_package_missing", package="tiny-faces==1.0"),
        KeyboardInterrupt(),
    ],
    ids=["cut", "no network", "missing package", "interrupted"],
)
def test_a_failed_download_leaves_not_even_the_folder(studio: Studio, tmp_path: Path, error: BaseException) -> None:
    studio.shelf.faults[FACES] = fail(error)
    with pytest.raises(type(error)):
        studio.install()
    assert [path.name for path in tmp_path.iterdir()] == ["shelf"]
    assert studio.warmed == []


def test_a_full_disk_during_the_download_is_told_with_the_space_needed(studio: Studio) -> None:
    studio.shelf.faults[FACES] = fail(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    with pytest.raises(NotNow) as caught:
        studio.install()
    assert caught.value.code == "weights_disk_full"
    assert str(studio.folder) in caught.value.problem.message_zh
    assert not studio.folder.exists()


def test_wheels_before_the_failed_one_stay_whole(studio: Studio) -> None:
    studio.shelf.faults[NAMES] = fail(NotNow("weights_download_cut", package="tiny_names==2.1"))
    with pytest.raises(NotNow):
        studio.install()
    assert studio.files() == ["eyes.bin", "hair.bin"]
    assert studio.weights.verify() == {"eyes.bin": "intact", "hair.bin": "intact", "name.bin": "missing"}
    assert studio.warmed == []
    del studio.shelf.faults[NAMES]
    studio.shelf.fetched.clear()
    assert studio.install() == ["name.bin"]
    assert studio.shelf.fetched == ["tiny_names==2.1"]


def test_a_wheel_with_a_wrong_file_leaves_what_was_there(studio: Studio, tmp_path: Path) -> None:
    studio.install()
    (studio.folder / "hair.bin").write_bytes(b"damaged")
    members = {"nets/eyes.bin": CONTENT["eyes.bin"], "nets/hair.bin": b"altered"}
    studio.shelf.wheels[FACES] = make_wheel(tmp_path / "altered", FACES, members)
    with pytest.raises(OurFault) as caught:
        studio.install()
    assert caught.value.code == "weights_wrong_hash"
    assert studio.files() == ["eyes.bin", "hair.bin", "name.bin"]
    assert (studio.folder / "hair.bin").read_bytes() == b"damaged"


def test_a_bundle_installs_without_an_index(studio: Studio, tmp_path: Path) -> None:
    studio.install()
    bundle = tmp_path / "bundle.zip"
    assert studio.weights.bundle(bundle) == ["eyes.bin", "hair.bin", "name.bin"]

    warmed: list[Path] = []
    elsewhere = Weights(LOCK, WeightFolder(tmp_path / "elsewhere"), Shelf({}), lambda models, _: warmed.append(models))
    assert elsewhere.install_from(bundle, lambda _: None) == ["eyes.bin", "hair.bin", "name.bin"]
    assert set(elsewhere.verify().values()) == {"intact"}
    assert warmed == [tmp_path / "elsewhere"]


def test_an_incomplete_folder_is_not_bundled(studio: Studio, tmp_path: Path) -> None:
    with pytest.raises(StudioError) as caught:
        studio.weights.bundle(tmp_path / "bundle.zip")
    assert caught.value.code == "weights_incomplete"
    assert "eyes.bin, hair.bin, name.bin" in caught.value.problem.message_zh
    assert not (tmp_path / "bundle.zip").exists()


@pytest.mark.parametrize("content", [b"", b"not an archive"])
def test_a_damaged_bundle_installs_nothing(studio: Studio, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bundle.zip").write_bytes(content)
    with pytest.raises(Rejected) as caught:
        studio.weights.install_from(tmp_path / "bundle.zip", lambda _: None)
    assert caught.value.code == "weights_archive_damaged"
    assert not studio.folder.exists()
