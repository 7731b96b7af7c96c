"""A prompt as one text: what must not be seen stands in it, and nothing is said by half."""

from __future__ import annotations

import pytest

from tuanyuan.domain.engine import Prompt
from tuanyuan.engines.wording import worded


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        (Prompt("图1微笑"), "图1微笑"),
        (Prompt("图1微笑", "多余的手"), "图1微笑\n画面中不要出现：多余的手。"),
        (Prompt("Picture 1 smiles.", "extra hands", "en"), "Picture 1 smiles.\nNever show: extra hands."),
    ],
)
def test_what_must_not_be_seen_is_a_line_of_its_own(prompt, text):
    assert worded(prompt, 100) == text
    assert worded(prompt, len(text)) == text


def test_where_both_are_too_long_the_text_alone_is_said_whole():
    assert worded(Prompt("图1微笑。", "多余的手"), 10) == "图1微笑。"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("图1的人微笑。光线柔和。背景是红墙", "图1的人微笑。光线柔和。"),
        ("One smiles. Red walls behind", "One smiles."),
        ("Light at 5.5 points and soft", "Light at 5.5 po"),
        ("笑。" + "福" * 20, "笑。" + "福" * 13),
    ],
)
def test_a_text_that_is_too_long_ends_with_a_whole_sentence_unless_little_were_left(text, said):
    assert worded(Prompt(text), 15) == said
