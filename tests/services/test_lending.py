"""Copies at an address: the engine's own bytes, for so long and no longer, whatever happens meanwhile."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from doubles.books import a_consent, new_id
from doubles.keeping import OLD, FaultyVault, Hands, audited, down, new_user

from tuanyuan.domain.engine import Reference
from tuanyuan.domain.errors import Conflict, NotFound, NotNow
from tuanyuan.services.consents import Consents
from tuanyuan.services.keeping import Keeping
from tuanyuan.services.lending import Lending
from tuanyuan.store.consent_texts import read_texts
from tuanyuan.store.vault import open_vault

BASE = "https://studio.example.cn"
LIFE = timedelta(minutes=5)
TWO = (
    Reference("person", b"\xff\xd8\xff her", "image/jpeg", 900, 1200),
    Reference("mask", b"\x89PNG of grey", "image/png", 900, 1200),
)


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def vault(tmp_path: Path) -> FaultyVault:
    return FaultyVault(open_vault(f"fs://{tmp_path / 'objects'}", [OLD]))


@pytest.fixture
def lending(units, vault, clock) -> Lending:
    def number() -> str:
        return uuid4().hex

    return Lending(Keeping(units, vault, clock, number, b"k" * 32), clock, number, BASE)


@pytest.fixture
def user(units, clock) -> str:
    return new_user(units, clock)


def opened(lending: Lending, address: str | None) -> bytes:
    """What a provider reads there. NotFound."""
    parts = urlsplit(str(address))
    asked = parse_qs(parts.query)
    with lending.keeping.units.begin() as unit:
        told = (parts.path.rpartition("/")[2], int(asked["expires"][0]), asked["signature"][0])
        return lending.keeping.read(lending.keeping.opened(unit, *told))


def gone(lending: Lending, references: Any) -> bool:
    for reference in references:
        with pytest.raises(NotFound):
            opened(lending, reference.address)
    return True


def rows(lending: Lending) -> list[Any]:
    with lending.keeping.units.read() as unit:
        return [file for file in unit.files.living("", 100) if file.kind == "reference"]


def test_each_has_an_address_of_its_own_to_the_end_of_the_block(lending, user):
    with lending.lend(user, TWO, LIFE) as lent:
        assert [reference.address.startswith(f"{BASE}/api/v1/files/") for reference in lent] == [True, True]
        assert len({reference.address for reference in lent}) == 2
        assert [(r.role, r.data, r.media_type, r.width, r.height) for r in lent] == [
            (r.role, r.data, r.media_type, r.width, r.height) for r in TWO
        ]
        assert [opened(lending, reference.address) for reference in lent] == [reference.data for reference in TWO]
        assert [(file.user_id, file.media_type) for file in rows(lending)] in (
            [(user, "image/jpeg"), (user, "image/png")],
            [(user, "image/png"), (user, "image/jpeg")],
        )
        (first, _) = lent
        file_id = urlsplit(first.address).path.rpartition("/")[2]
        assert [line for line in audited(lending.keeping.units, file_id) if line[0] == "file_opened"] == [
            ("file_opened", "temporary address")
        ]
    assert gone(lending, lent)


def test_an_address_holds_no_longer_than_its_life_though_the_block_goes_on(lending, user, clock):
    with lending.lend(user, TWO, LIFE) as lent:
        clock.move(minutes=4, seconds=59)
        assert opened(lending, lent[0].address) == TWO[0].data
        clock.move(seconds=1)
        assert gone(lending, lent)


def test_the_copies_end_when_the_engine_fails(lending, user):
    with suppress(ZeroDivisionError), lending.lend(user, TWO, LIFE) as lent:
        raise ZeroDivisionError
    assert gone(lending, lent)


def test_the_first_ends_when_the_second_cannot_be_kept(lending, user, vault, clock):
    begun: list[str] = []
    vault.before["sink"] = lambda *given: down() if begun else begun.append(given[0])
    with pytest.raises(NotNow), lending.lend(user, TWO, LIFE):
        raise AssertionError("nothing is lent by halves")
    assert len(begun) == 1
    # Of the second nothing was written.
    assert sorted((file.state, file.expires_at <= clock()) for file in rows(lending)) == [
        ("kept", True),
        ("writing", False),
    ]


def test_what_has_ended_is_erased_with_the_next_sweep(lending, user, tmp_path):
    with lending.lend(user, TWO, LIFE):
        assert len([path for path in (tmp_path / "objects").rglob("*") if path.is_file()]) == 2
    lending.keeping.sweep(10)
    assert rows(lending) == []
    assert [path for path in (tmp_path / "objects").rglob("*") if path.is_file()] == []


def agree(lending: Lending, user: str) -> str:
    with lending.keeping.units.begin() as unit:
        return a_consent(unit, user).id


def take_back(lending: Lending, user: str, consent: str) -> None:
    with lending.keeping.units.begin() as unit:
        Consents(read_texts(), lending.clock, new_id, lambda _unit, _user: 0).withdraw(unit, user, consent)


def test_the_copies_end_at_once_when_the_consent_is_taken_back(lending, units, user, clock):
    other = new_user(units, clock)
    agree(lending, other)
    consent = agree(lending, user)
    with lending.lend(user, TWO, LIFE) as lent, lending.lend(other, TWO, LIFE) as theirs:
        take_back(lending, user, consent)
        assert gone(lending, lent)
        assert [opened(lending, reference.address) for reference in theirs] == [reference.data for reference in TWO]


def test_nothing_is_lent_after_the_consent_was_taken_back(lending, user):
    take_back(lending, user, agree(lending, user))
    with pytest.raises(Conflict, match="consent_required"), lending.lend(user, TWO, LIFE):
        raise AssertionError("lent all the same")
    assert rows(lending) == []


def test_a_copy_that_is_being_written_when_the_consent_is_taken_back_is_never_lent(lending, user, vault, tmp_path):
    consent = agree(lending, user)
    written: list[Any] = []

    def sink(*_: Any) -> None:
        written.append(_)
        if len(written) == 2:
            take_back(lending, user, consent)

    vault.before["sink"] = sink
    with pytest.raises(Conflict, match="consent_required"), lending.lend(user, TWO, LIFE):
        raise AssertionError("lent all the same")
    # The first one, lent before, has ended too; of the second nothing is left.
    lending.keeping.sweep(10)
    assert rows(lending) == []
    assert [path for path in (tmp_path / "objects").rglob("*") if path.is_file()] == []


def test_nothing_to_lend_leaves_nothing(lending, user):
    with lending.lend(user, (), LIFE) as lent:
        assert lent == ()
    assert rows(lending) == []
