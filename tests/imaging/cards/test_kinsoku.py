"""Lines end where a reader of Chinese, or of English, expects it."""

from __future__ import annotations

import pytest

from tuanyuan.imaging.cards import kinsoku
from tuanyuan.imaging.cards.kinsoku import NO_END, NO_START, broken, normal, units


def lines(text: str, count: int, measure: float) -> list[str] | None:
    found = broken(units(normal(text), lambda t: float(len(t))), count, measure)
    return (
        None
        if found is None
        else ["".join((" " if n and u.gap > 0.2 else "") + u.text for n, u in enumerate(line)) for line in found[1]]
    )


@pytest.mark.parametrize(
    ("text", "count", "expected"),
    [
        ("祝爷爷福如东海，寿比南山！", 2, ["祝爷爷福如东海，", "寿比南山！"]),
        ("愿亲爱的家人（老老少少）平安", 2, ["愿亲爱的家人", "（老老少少）平安"]),
        ("外婆80岁了", 2, ["外婆", "80岁了"]),
        ("她说：“岁岁平安。”我们都笑了", 2, ["她说：“岁岁平安。”", "我们都笑了"]),
        ("看《春晚》，放烟花", 2, ["看《春晚》，", "放烟花"]),
        ("我们2027年一起回家", 2, ["我们2027年", "一起回家"]),
        ("Many happy returns", 2, ["Many happy", "returns"]),
        ("等啊等……终于团圆了", 2, ["等啊等……", "终于团圆了"]),
    ],
)
def test_exact_lines(text: str, count: int, expected: list[str]) -> None:
    assert lines(text, count, 99) == expected


@pytest.mark.parametrize("count", range(1, 12))
def test_no_line_begins_or_ends_with_a_forbidden_sign(count: int) -> None:
    text = "奶奶：“您好！”（孙女）说，《月亮》、桂花；还有“团圆”……好吗？好——的。"
    found = lines(text, count, 99)
    assert found is not None
    assert "".join(found) == text
    assert not [line for line in found if line[0] in NO_START or line[-1] in NO_END]


def test_a_sign_at_the_end_hangs_beyond_the_measure_and_a_letter_does_not() -> None:
    assert lines("岁岁平安，年年有余。", 2, 4) == ["岁岁平安，", "年年有余。"]
    assert lines("岁岁平安吧年年有余呀", 2, 4) is None


def test_a_word_is_never_torn() -> None:
    assert lines("Congratulations", 2, 99) is None
    assert lines("Congratulations", 1, 10) is None


def test_normal_words() -> None:
    assert normal("  新年好,奶奶!\r\n\r\n\u200b祝 您 健康 ") == "新年好，奶奶！\n祝您健康"
    assert normal("Dear  Grandma, 3.5 years!") == "Dear Grandma, 3.5 years!"
    assert kinsoku.is_latin("é")
    assert not kinsoku.is_latin("，")
