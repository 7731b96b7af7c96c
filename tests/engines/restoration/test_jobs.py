"""A `restore` job through the real services: by one vendor, by the other, by neither; a changed face is kept back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from doubles.books import EmptySqlite, RecordingUnits
from doubles.photos import jpeg
from doubles.studio import PRICE, Desk, Shelf, settled

from tuanyuan.domain.catalogue import Catalogue, Feature
from tuanyuan.domain.ports import Prepared
from tuanyuan.imaging.compress import fitting
from tuanyuan.imaging.label import read_label
from tuanyuan.partners.aliyun_facebody import fake as aliyun_fake
from tuanyuan.processes.film.ffmpeg import Ffmpeg
from tuanyuan.services.clip_finishing import ClipFinishing
from tuanyuan.services.darkroom import Darkroom
from tuanyuan.services.finishing import Finishing

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])


class Old(Shelf):
    """A catalogue of one feature."""

    def catalogue(self) -> Catalogue:
        return Catalogue((Feature("restore", "老照片修复", "Old photo", "", "", PRICE, ready=True),), (), (), ())


@dataclass
class Photos:
    given: dict[str, bytes]

    def read(self, name: str) -> bytes:
        return self.given[name]


@pytest.fixture(scope="module")
def sitter(portrait: Any) -> Any:
    """An old photo, smaller than anything that is ordered new: 500×500."""
    rgb = cv2.resize(portrait("man_glasses").rgb, (500, 500), interpolation=cv2.INTER_AREA)
    return cv2.GaussianBlur(rgb, (0, 0), 1.6)


@pytest.fixture
def make(
    empty_sqlite: EmptySqlite, tmp_path: Path, vendors: Any, finder: Any, judge: Any, executor: Any
) -> Iterator[Any]:
    """A desk whose only engine is the restoration, with real preparing and finishing."""
    database = empty_sqlite.database(tmp_path)

    def desk(*some: str) -> Desk:
        opened = Desk(RecordingUnits(database), tmp_path, engine=vendors.engine(*some), shelf=Old())

        def prepare(photos: Any, most_bytes: int, most_side: int, most_pixels: int) -> list[Prepared]:
            bounds = {"max_bytes": most_bytes, "side": most_side, "pixels": most_pixels}
            made = [fitting(data, name=name, **bounds) for name, data in photos]
            return [Prepared(file, "image/jpeg", width, height) for file, width, height in made]

        def finish(pictures: Any, photos: Any, wish: Any, remembered: bytes) -> Any:
            assert remembered == b"faces"
            clips = ClipFinishing(judge, Ffmpeg(None, "libx264", 1))
            return Finishing(Darkroom(Photos(dict(photos)), finder, executor), judge, clips).finish(pictures, wish)

        opened.pixels.prepare = prepare  # type: ignore[method-assign]  # instead of its own
        opened.pixels.finish = finish  # type: ignore[method-assign]  # instead of its own
        return opened

    yield desk
    database.close()


def done(desk: Desk, photo: Any) -> Any:
    return desk.done(desk.order(desk.photo(data=jpeg(photo)), feature="restore", background=None))


def attempts(desk: Desk, job: Any) -> list[tuple[str, str, int]]:
    with desk.units.read() as unit:
        return [(a.engine, a.outcome, a.cost_fen) for a in unit.jobs.attempts(job.id)]


def test_an_old_photo_is_restored_once_and_labelled(make: Any, vendors: Any, sitter: Any) -> None:
    """The same photo gives the same picture: four would be billed, and shown as one."""
    desk = make()
    job = done(desk, sitter)
    assert (job.status, job.engine, len(job.candidates)) == ("completed", "restoration", 1)
    assert attempts(desk, job) == [("restoration", "succeeded", 10)]
    assert (len(vendors.aliyun.accepted), len(vendors.tencent.accepted)) == (1, 0)
    assert not vendors.store.objects
    with desk.units.read() as unit:
        (attempt,) = unit.jobs.attempts(job.id)
    assert (attempt.model, [step["cost_fen"] for step in attempt.reason["steps"]]) == ("aliyun-enhance-face", [10])
    (file,) = desk.files()
    with desk.units.read() as unit:
        kept = unit.files.find(file, desk.user.id)
    picture = desk.keeping.read(kept)
    assert read_label(picture).produce_id == job.candidates[0].produce_id


def test_what_aliyun_cannot_tencent_does(make: Any, vendors: Any, sitter: Any) -> None:
    vendors.aliyun.faults.then("fail")
    desk = make()
    job = done(desk, sitter)
    assert (job.status, job.engine, len(job.candidates)) == ("completed", "restoration", 1)
    assert attempts(desk, job) == [("restoration", "succeeded", 10)]
    assert (len(vendors.aliyun.accepted), len(vendors.tencent.accepted)) == (0, 1)


def test_where_both_fail_the_credits_come_back(make: Any, vendors: Any, sitter: Any) -> None:
    vendors.aliyun.faults.then(*["fail"] * 9)
    vendors.tencent.faults.then(*["fail"] * 9)
    desk = make()
    job = done(desk, sitter)
    settled(desk, job.id)
    assert {(outcome, fen) for _, outcome, fen in attempts(desk, job)} == {("failed", 0)}
    assert vendors.aliyun.accepted == vendors.tencent.accepted == []


def test_a_lost_answer_is_counted_and_never_sent_again(make: Any, vendors: Any, sitter: Any) -> None:
    vendors.aliyun.faults.then("cut")
    desk = make("aliyun")
    job = done(desk, sitter)
    settled(desk, job.id)
    assert attempts(desk, job) == [("restoration", "unknown", 10)]
    assert len(vendors.aliyun.accepted) == 1


def test_a_broken_picture_is_paid_once_and_not_shown(make: Any, vendors: Any, sitter: Any) -> None:
    vendors.aliyun.faults.then("broken")
    desk = make("aliyun")
    job = done(desk, sitter)
    settled(desk, job.id)
    assert len(vendors.aliyun.accepted) == 1
    assert sum(fen for _, _, fen in attempts(desk, job)) == 10


def test_a_changed_face_is_not_shown(make: Any, vendors: Any, sitter: Any, portrait: Any, monkeypatch: Any) -> None:
    stranger = cv2.resize(portrait("elderly_man").rgb, (500, 500), interpolation=cv2.INTER_AREA)
    monkeypatch.setattr(aliyun_fake, "_sharper", lambda _: jpeg(stranger))
    desk = make()
    job = done(desk, sitter)
    settled(desk, job.id)
    assert (job.error or {})["code"] == "nothing_made"
    assert len(vendors.aliyun.accepted) == 1


def test_a_photo_of_nobody_is_restored_too(make: Any, vendors: Any) -> None:
    field = np.random.default_rng(1).integers(60, 190, (30, 40, 3), np.uint8)
    desk = make("tencent")
    job = done(desk, cv2.resize(field, (800, 600), interpolation=cv2.INTER_CUBIC))
    assert (job.status, len(vendors.tencent.accepted)) == ("completed", 1)
