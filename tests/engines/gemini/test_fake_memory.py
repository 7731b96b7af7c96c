"""What the fake of Gemini keeps of its pictures and works, and for how long."""

from __future__ import annotations

import functools

from doubles.gemini import sent, with_parts

from tuanyuan.engines.gemini.fake import GeminiFake


def test_old_pictures_and_works_are_forgotten() -> None:
    now = [0.0]
    fake = GeminiFake(clock=lambda: now[0])
    small = {**with_parts({"text": "x"}), "generationConfig": {"imageConfig": {"imageSize": "512"}}}
    ask = functools.partial(sent, fake, small, "gemini-3.1-flash-image")
    ask()
    now[0] = 3601.0
    ask()
    assert [len(work.made) for work in fake.accepted] == [0, 1]
    assert [work.pictures for work in fake.accepted] == [1, 1]
    now[0] = 3601.0 + 86401.0
    ask()
    assert [work.at for work in fake.accepted] == [now[0]]
