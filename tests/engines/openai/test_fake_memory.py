"""What the fake of OpenAI Images keeps of its pictures and works, and for how long."""

from __future__ import annotations

import pytest
from doubles.openai import addresses, got

from tuanyuan.engines.openai.fake import OpenAIFake, server


def test_old_pictures_and_works_are_forgotten() -> None:
    now = [0.0]
    fake = OpenAIFake(clock=lambda: now[0], url_results=True, url_life=1e6)
    (address,) = addresses(fake)
    now[0] = 3601.0
    addresses(fake)
    assert [len(work.made) for work in fake.accepted] == [0, 1]
    assert got(fake, address).status_code == 200
    now[0] = 3601.0 + 86401.0
    addresses(fake)
    assert [work.at for work in fake.accepted] == [now[0]]


def test_addresses_hold_while_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_ROOM", 1)
    fake = OpenAIFake(url_results=True)
    given = [address for _ in range(3) for address in addresses(fake, size="1024x1024")]
    assert [got(fake, address).status_code for address in given] == [404, 404, 200]
