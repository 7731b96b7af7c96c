"""Words stay in their room, as large as they can be, signs where they belong."""

from __future__ import annotations

import numpy as np
import pytest

from tuanyuan.imaging.cards.kinsoku import NO_END, NO_START, normal
from tuanyuan.imaging.cards.typesetting import Block, Style, set_block

LONG = "祝爷爷奶奶：福如东海，寿比南山！愿我们的家“岁岁平安，年年有余”。2027年，一起回家过年（吃饺子）。"


def block(text: str, room: tuple[int, int] = (420, 260), *, vertical: bool = False, most: float = 40) -> Block:
    made = set_block(normal(text), Style("kai", 14, most, vertical=vertical), room)
    assert made is not None
    return made


@pytest.mark.parametrize("vertical", [False, True])
def test_ink_never_touches_the_edge_of_its_room(vertical: bool) -> None:
    ink = block(LONG, vertical=vertical).ink
    assert ink.shape == (260, 420)
    assert ink.max() > 0.9
    assert max(ink[0].max(), ink[-1].max(), ink[:, 0].max(), ink[:, -1].max()) == 0


def test_all_words_are_there_in_their_order() -> None:
    made = block(LONG)
    assert "".join(made.lines) == LONG
    assert not [line for line in made.lines if line[0] in NO_START or line[-1] in NO_END]


def test_more_words_are_smaller_and_too_many_are_refused() -> None:
    assert block("新年好").size == 40
    assert 14 <= block(LONG * 2).size < block(LONG).size
    assert set_block(LONG * 9, Style("kai", 14, 40), (420, 260)) is None


def test_the_customers_own_lines_are_kept() -> None:
    assert block("岁岁平安\n年年有余").lines == ("岁岁平安", "年年有余")


def test_the_block_stands_in_the_middle_and_a_comma_at_its_end_does_not_pull_it() -> None:
    def centre(text: str) -> float:
        columns = np.nonzero(block(text).ink[:, :].max(0) > 0.3)[0]
        return float(columns[0] + columns[-1]) / 2

    assert centre("田田田田") == pytest.approx(209.5, abs=1.5)
    with_sign = block("田田田田，").ink.max(0)
    assert np.nonzero(with_sign > 0.3)[0][0] == np.nonzero(block("田田田田").ink.max(0) > 0.3)[0][0]


def test_in_a_column_the_comma_stands_at_the_upper_right() -> None:
    rows, columns = np.nonzero(block("田，田", (100, 260), vertical=True, most=60).ink > 0.3)
    box_right, middle = columns.max(), (columns.min() + columns.max()) / 2
    between = (rows > 110) & (rows < 135)
    assert between.any()
    assert columns[between].min() > middle
    assert columns[between].max() <= box_right


def test_quotes_in_columns_are_those_of_columns() -> None:
    assert block("“团圆”", vertical=True).lines == ("『团圆』",)
    assert block("“团圆”").lines == ("“团圆”",)


def test_english_is_broken_between_words_only() -> None:
    made = block("Wishing you health and joy for many years", (300, 260))
    assert len(made.lines) > 1
    assert " ".join(made.lines) == "Wishing you health and joy for many years"


def test_the_same_words_give_the_same_pixels() -> None:
    assert np.array_equal(block(LONG).ink, block(LONG).ink)
