"""Photos that will not do are refused with advice before anything is charged, or go to an engine that can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from doubles.books import RecordingUnits
from doubles.cloud import Cloud
from doubles.studio import Desk, withdraw

from tuanyuan.domain.engine import Beyond
from tuanyuan.domain.errors import Conflict, NotNow, Rejected, StudioError
from tuanyuan.domain.job import JobRequest
from tuanyuan.services.fitness import Fitness


@dataclass
class Fussy(Cloud):
    """Looks at photos of try-ons. `says`: what it finds; None: they will do."""

    says: StudioError | None = None
    looked: list[tuple[tuple[str, bytes], ...]] = field(default_factory=list)
    name: str = "fussy"

    def looks(self, order: JobRequest) -> bool:
        return order.feature == "tryon"

    def fit(self, order: JobRequest, photos: Sequence[tuple[str, bytes]]) -> None:
        del order
        self.looked.append(tuple(photos))
        if self.says is not None:
            raise self.says


def refusal() -> Rejected:
    return Rejected("face_changed")


def a_desk(units: RecordingUnits, folder: Path, engine: Cloud, **others: Cloud) -> Desk:
    return Desk(units, folder, engine, dict(others))


def look(desk: Desk, request: JobRequest) -> None:
    """What the door does before the order is taken."""
    fitness = Fitness(desk.router, desk.keeping, desk.clock)
    with desk.units.read() as unit:
        looked = fitness.look(unit, desk.user, request)
    if looked is not None:
        looked()


def tryon(desk: Desk) -> JobRequest:
    return desk.order(desk.photo(data=b"her"), desk.photo(data=b"dress"), feature="tryon", background=None)


def test_photos_that_will_not_do_are_refused_before_anything_is_charged(units: RecordingUnits, tmp_path: Path) -> None:
    engine = Fussy(says=refusal())
    desk = a_desk(units, tmp_path, engine)
    order = tryon(desk)
    with desk.refused("face_changed"):
        look(desk, order)
    assert engine.looked == [((order.photos[0], b"her"), (order.photos[1], b"dress"))]
    assert engine.calls == []


def test_photos_that_will_do_are_let_through(units: RecordingUnits, tmp_path: Path) -> None:
    engine = Fussy()
    desk = a_desk(units, tmp_path, engine)
    look(desk, tryon(desk))
    assert len(engine.looked) == 1


def test_what_one_engine_cannot_do_the_next_one_makes(units: RecordingUnits, tmp_path: Path) -> None:
    fussy, other = Fussy([Beyond("face_changed")], says=refusal()), Cloud(name="other")
    desk = a_desk(units, tmp_path, fussy, other=other)
    order = tryon(desk)
    look(desk, order)
    job = desk.done(order)
    assert (job.status, job.engine) == ("completed", "other")
    assert (len(fussy.calls), len(other.calls)) == (1, 1)


def test_what_no_engine_can_do_is_given_back(units: RecordingUnits, tmp_path: Path) -> None:
    desk = a_desk(units, tmp_path, Fussy([Beyond("face_changed")]))
    job = desk.done(tryon(desk))
    assert (job.status, (job.error or {})["code"]) == ("failed", "face_changed")
    assert [amount for kind, amount in desk.entries() if kind != "earn"] == [-5, 5]


def test_only_the_engine_that_would_be_asked_looks(units: RecordingUnits, tmp_path: Path) -> None:
    fussy = Fussy(says=refusal())
    desk = a_desk(units, tmp_path, Cloud(name="first"), fussy=fussy)
    look(desk, tryon(desk))
    assert fussy.looked == []


def test_other_orders_are_not_looked_at(units: RecordingUnits, tmp_path: Path) -> None:
    engine = Fussy(says=refusal())
    desk = a_desk(units, tmp_path, engine)
    look(desk, desk.order())
    assert engine.looked == []


def test_nobody_looks_without_consent(units: RecordingUnits, tmp_path: Path) -> None:
    engine = Fussy()
    desk = a_desk(units, tmp_path, engine)
    order = tryon(desk)
    withdraw(desk)
    with pytest.raises(Conflict, match="consent_required"):
        look(desk, order)
    assert engine.looked == []


def test_where_there_is_no_time_to_look_nothing_is_charged(units: RecordingUnits, tmp_path: Path) -> None:
    desk = a_desk(units, tmp_path, Fussy(says=NotNow("busy")))
    order = tryon(desk)
    with desk.refused("busy", NotNow):
        look(desk, order)
