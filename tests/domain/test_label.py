"""The label's JSON is what GB 45438-2025 asks for, and nothing else is taken for it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanyuan.domain.label import DEFAULT_PRODUCER, KEYS, AigcLabel, new_label

ALLOWED = st.text([chr(code) for code in range(0x20, 0x7F) if chr(code) not in '"\\'], max_size=60)
NAMES = ALLOWED.filter(bool)


@st.composite
def labels(draw):
    return AigcLabel(draw(st.sampled_from("123")), draw(NAMES), draw(NAMES), *(draw(ALLOWED) for _ in range(4)))


def test_the_exact_text_of_a_new_label():
    text = new_label("J42-7Hk2Qa", "001191440300DEMO00000X1A001").to_json()
    assert text == (
        '{"Label":"1","ContentProducer":"001191440300DEMO00000X1A001","ProduceID":"J42-7Hk2Qa",'
        '"ReservedCode1":"","ContentPropagator":"001191440300DEMO00000X1A001",'
        '"PropagateID":"J42-7Hk2Qa","ReservedCode2":""}'
    )


def test_without_a_provider_code_the_studio_gives_its_name():
    assert new_label("1").content_producer == new_label("1").content_propagator == DEFAULT_PRODUCER
    assert DEFAULT_PRODUCER == "Tuanyuan Studio"


@given(labels())
def test_seven_string_members_that_come_back_equal(label):
    text = label.to_json()
    members = json.loads(text)
    assert tuple(members) == KEYS
    assert all(isinstance(value, str) for value in members.values())
    assert text.isascii()
    assert "\\" not in text
    assert AigcLabel.from_json(text) == label
    assert AigcLabel.from_json(json.dumps({"AIGC": members})) == label


@pytest.mark.parametrize("bad", ['a"b', "a\\b", "团圆", "a\nb", "a\x7fb", "é", "\t"])
@pytest.mark.parametrize("at", [1, 2, 3, 4, 5, 6])
def test_characters_that_may_not_be_written(bad, at):
    values = ["1", "p", "i", "", "p", "i", ""]
    values[at] = bad
    with pytest.raises(ValueError, match=KEYS[at]):
        AigcLabel(*values)


@pytest.mark.parametrize("value", ["0", "4", "", "11", "one"])
def test_label_is_one_two_or_three(value):
    with pytest.raises(ValueError, match="Label"):
        AigcLabel(value, "p", "i", "", "p", "i", "")


@pytest.mark.parametrize(("producer", "number"), [("", "1"), ("p", "")])
def test_producer_and_number_must_be_there(producer, number):
    with pytest.raises(ValueError, match="must be given"):
        new_label(number, producer)


_GOOD = json.loads(new_label("1").to_json())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        '"1"',
        "null",
        "{}",
        json.dumps({key: _GOOD[key] for key in KEYS[:-1]}),
        json.dumps({**_GOOD, "Extra": ""}),
        json.dumps({**_GOOD, "Label": 1}),
        json.dumps({**_GOOD, "ReservedCode1": None}),
        json.dumps({"AIGC": [_GOOD]}),
        json.dumps(_GOOD)[:-1] + ',"Label":"2"}',
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011  # json's own ValueError is meant too
        AigcLabel.from_json(text)
