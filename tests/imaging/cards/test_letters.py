"""The fonts have what people write, and say so when they have not."""

from __future__ import annotations

import pytest

from tuanyuan.domain.card import TEMPLATES as OFFERED
from tuanyuan.imaging.cards import letters
from tuanyuan.imaging.cards.card import TEMPLATES


def level(first: int, last: int) -> str:
    rows = (bytes([a, b]) for a in range(first, last + 1) for b in range(0xA1, 0xFF))
    return "".join(text for row in rows if (text := row.decode("gb2312", "ignore")))


@pytest.mark.parametrize("face", ["brush", "kai", "song"])
def test_every_letter_of_everyday_chinese_is_there(face: letters.Face) -> None:
    everyday = level(0xB0, 0xD7)
    assert len(everyday) == 3755
    assert letters.missing(everyday[::7] + everyday[-40:], face) == ""


def test_rarer_letters_names_and_signs() -> None:
    rarer = level(0xD8, 0xF7)
    assert len(rarer) == 3008
    assert len(letters.missing(rarer, "kai")) <= 33
    assert letters.missing("玥喆堃昇珺瑄翀囍壽團圓，。！？：；、（）《》“”‘’——……·～", "kai") == ""
    assert letters.missing("The quick brown fox, “it’s 1,234.50”—& ‘so’ on! é ü ñ %", "brush") == ""


def test_what_cannot_be_written_is_named_once() -> None:
    assert letters.missing("生日🎂快乐🎂😀", "kai") == "🎂😀"
    with pytest.raises(ValueError, match="does not have"):
        letters.glyph("😀", "kai")


def test_a_text_is_written_in_one_hand() -> None:
    assert letters.suitable("新年好", "brush") == "brush"
    assert not letters.has("臺", "brush")
    assert letters.suitable("臺北的奶奶", "brush") == "kai"


def test_every_template_can_write_what_it_brings() -> None:
    assert [one.id for one in OFFERED] == list(TEMPLATES)
    for one in OFFERED:
        design = TEMPLATES[one.id]
        assert letters.missing(one.words, "kai") == ""
        assert letters.missing(design.title, "brush") == ""
        assert letters.missing(design.seal, "song") == ""


def test_latin_letters_are_kerned() -> None:
    apart = letters.glyph("T", "roman").advance + letters.glyph("o", "roman").advance
    assert letters.glyph("To", "roman").advance < apart - 0.02
