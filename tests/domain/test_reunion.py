"""An order as it is written: sizes, hints, plans."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanyuan.domain.errors import WrongUsage
from tuanyuan.domain.order import PhotoHint, parse_hint, parse_size
from tuanyuan.domain.reunion import changed, plans


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1920x1440", (1920, 1440)),
        ("1440×1920", (1440, 1920)),
        (" 1080X1080 ", (1080, 1080)),
        ("1080*720", (1080, 720)),
        ("480x480", (480, 480)),
        ("4096x4096", (4096, 4096)),
        ("480x1440", (480, 1440)),
    ],
)
def test_a_size(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize(
    "text",
    [
        *("", "1920", "1920x", "x1440", "1920x1440x3", "big", "19.2x14.4", "-1920x1440", "1920 1440"),
        *("479x480", "480x479", "4097x4096", "4096x4097", "10000x10000", "480x1441", "1441x480"),
    ],
)
def test_no_size(text):
    with pytest.raises(WrongUsage) as refused:
        parse_size(text)
    assert refused.value.code == "size_invalid"
    assert text in refused.value.problem.message_zh
    assert "480" in refused.value.problem.advice_en
    assert "4096" in refused.value.problem.advice_en


@given(st.integers(480, 4096), st.integers(480, 4096))
def test_every_size_in_bounds_is_understood(width, height):
    if max(width, height) <= 3 * min(width, height):
        assert parse_size(f"{width}x{height}") == (width, height)
    else:
        with pytest.raises(WrongUsage):
            parse_size(f"{width}x{height}")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("photo=a.jpg", PhotoHint("a.jpg", 1.0, None, ())),
        ("photo=a.jpg,scale=0.8,row=front", PhotoHint("a.jpg", 0.8, "front", ())),
        ("row=back,photo=小宝.jpg", PhotoHint("小宝.jpg", 1.0, "back", ())),
        ("photo=all.jpg,faces=1+3", PhotoHint("all.jpg", 1.0, None, (1, 3))),
        ("photo=a,b, c.jpg,scale=0.5", PhotoHint("a,b, c.jpg", 0.5, None, ())),
        ("photo=x=1.jpg", PhotoHint("x=1.jpg")),
        ("photo=a.jpg,scale=1.2", PhotoHint("a.jpg", 1.2)),
    ],
)
def test_a_hint(text, hint):
    assert parse_hint(text) == hint


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", ""),
        ("a.jpg", "a.jpg"),
        ("scale=0.8", "photo="),
        ("photo=", "photo="),
        ("photo=a.jpg,photo=b.jpg", "photo=b.jpg"),
        ("photo=a.jpg,scale=0.8,scale=0.9", "scale=0.9"),
        ("photo=a.jpg,scale=small", "scale"),
        ("photo=a.jpg,scale=0.49", "scale"),
        ("photo=a.jpg,scale=1.21", "scale"),
        ("photo=a.jpg,scale=nan", "scale"),
        ("photo=a.jpg,row=middle", "row"),
        ("photo=a.jpg,faces=0", "faces"),
        ("photo=a.jpg,faces=-1", "faces"),
        ("photo=a.jpg,faces=1+", "faces"),
        ("photo=a.jpg,faces=1,2", "faces"),
        ("height=0.8", "height=0.8"),
    ],
)
def test_no_hint(text, part):
    with pytest.raises(WrongUsage) as refused:
        parse_hint(text)
    assert refused.value.code == "person_invalid"
    assert part in refused.value.problem.message_en
    assert text in refused.value.problem.message_zh


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_candidates_differ_in_arrangement_light_and_crop(count):
    first = plans(count)
    assert [p.number for p in first] == list(range(count))
    assert len({p.order for p in first}) == len({p.light for p in first}) == count
    assert {p.attempt for p in first} == {0}
    if count > 1:
        assert len({p.crop for p in first}) > 1


@pytest.mark.parametrize("first", plans(4))
def test_a_remake_tries_what_no_candidate_has_tried(first):
    second = changed(first)
    third = changed(second)
    tried = {p.order for p in plans(4)}
    assert (second.attempt, third.attempt) == (1, 2)
    assert second.order not in tried
    assert third.order not in tried | {second.order}
    assert (second.number, third.number) == (first.number, first.number)
    assert (second.light, second.crop) == (first.light, first.crop)
    assert (third.light, third.crop) == ("daylight", "standard")


def test_no_two_candidates_ever_try_the_same_order():
    tried = [p.order for first in plans(4) for p in (first, changed(first), changed(changed(first)))]
    assert len(tried) == len(set(tried)) == 12
