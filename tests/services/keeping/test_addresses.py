"""Temporary addresses open one file, for a while, and every opening is in the audit log."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from doubles.keeping import (
    audited,
)

from tuanyuan.domain.errors import NotFound
from tuanyuan.domain.kept import RESULT_LIFE, KeptFile
from tuanyuan.services.keeping import Keeping


def parts(address: str) -> tuple[str, int, str]:
    split = urlsplit(address)
    asked = parse_qs(split.query)
    assert split.path.startswith("/api/v1/files/")
    return split.path.removeprefix("/api/v1/files/"), int(asked["expires"][0]), asked["signature"][0]


def opened(units, keeping: Keeping, file_id: str, expires: int, signature: str) -> KeptFile:
    with units.begin() as unit:
        return keeping.opened(unit, file_id, expires, signature)


def test_an_address_opens_its_file_for_a_quarter_of_an_hour_and_each_opening_is_audited(
    units, keeping, kept, clock, user
) -> None:
    file = kept()
    address = parts(keeping.address(file.id))
    assert address[1] == int(clock().timestamp()) + 15 * 60
    assert opened(units, keeping, *address) == file
    clock.move(minutes=14, seconds=59)
    assert opened(units, keeping, *address) == file
    with units.begin() as unit:
        lines = unit.audit.of("file", file.id)
    assert [(line.actor_id, line.action) for line in lines] == [(user, "file_opened")] * 2
    assert not any(address[2] in str(line) for line in lines)
    clock.move(seconds=1)
    with pytest.raises(NotFound):
        opened(units, keeping, *address)


def test_a_changed_or_foreign_address_opens_nothing_and_is_not_told_apart(units, keeping, kept) -> None:
    file, other = kept(), kept()
    file_id, expires, signature = parts(keeping.address(file.id))
    foreign = replace(keeping, sign_key=b"o" * 32)
    changed = ("0" if signature[0] != "0" else "1") + signature[1:]
    for attempt in (
        (other.id, expires, signature),
        ("0" * 32, expires, signature),
        (file_id, expires + 1, signature),
        (file_id, 10**12, signature),
        (file_id, -1, signature),
        (file_id, expires, changed),
        (file_id, expires, signature[:-1]),
        (file_id, expires, signature.upper()),
        (file_id, expires, ""),
        (file_id, expires, "签名\ud800"),
        parts(foreign.address(file_id)),
        parts(keeping.address("0" * 32)),
        parts(keeping.address(file_id, timedelta(0))),
    ):
        with pytest.raises(NotFound, match="not_found"):
            opened(units, keeping, *attempt)
    assert audited(units, file.id) == audited(units, other.id) == []


def test_an_address_ends_with_its_file(units, keeping, kept, clock) -> None:
    file = kept(life=timedelta(minutes=5))
    address = parts(keeping.address(file.id))
    clock.move(minutes=5)
    with pytest.raises(NotFound):  # due, though no sweep has come by yet
        opened(units, keeping, *address)
    keeping.sweep(10)
    with pytest.raises(NotFound):
        opened(units, keeping, *address)


def test_a_file_being_written_has_no_address(units, keeping, clock, user) -> None:
    writing = keeping.open(user, "photo", "image/jpeg", clock() + RESULT_LIFE)
    with pytest.raises(NotFound):
        opened(units, keeping, *parts(keeping.address(writing.file_id)))
    writing.abort()
