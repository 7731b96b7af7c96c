"""What an engine is told of the place: scene and light, a style, the effect of a clip; nothing that contradicts."""

from __future__ import annotations

import pytest
from doubles.prompting import LIBRARY, capabilities, told

from tuanyuan.domain.engine import Reference
from tuanyuan.domain.errors import WrongUsage
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.prompting import light_from


def test_the_scene_is_told_with_the_side_its_light_comes_from():
    text = told("reunion", 2, background="new-year-wall").text
    assert "场景：照相馆新年全家福背景：手工抹灰的中国红墙" in text
    assert "主光来自左前上方" in text
    assert "手绘布景" not in text
    english = told("reunion", 2, background="new-year-wall", region="abroad").text
    assert "hand-plastered red wall" in english
    assert "the key light comes from the front left and above" in english


@pytest.mark.parametrize(
    ("direction", "zh", "en"),
    [
        ((-0.28, 0.41, 0.87), "左前上方", "the front left and above"),
        ((0.5, 0.1, 0.85), "右前方", "the front right"),
        ((0.0, 0.5, 0.86), "正前上方", "the front and above"),
        ((0.3, 0.3, -0.9), "右后上方", "the back right and above"),
        (None, "同一方向", "one direction"),
    ],
)
def test_where_the_light_comes_from(direction, zh, en):
    assert (light_from(direction, "zh"), light_from(direction, "en")) == (zh, en)


def test_a_picture_of_the_place_comes_before_a_scene():
    order = JobRequest("reunion", ("p1",), "new-year-wall")
    shown = [Reference(role, b"", "", 1, 1) for role in ("person", "background")]
    text = LIBRARY.compose(order, shown, capabilities()).text
    assert "背景采用图2中的场景。" in text
    assert "红墙" not in text
    assert "主光来自同一方向" in text


def test_a_style_that_is_a_place_is_said_where_no_scene_was_chosen():
    palace, wall = "宫殿庭院", "手工抹灰的中国红墙"
    alone, both = (
        told("makeover", style="palace").text,
        told("makeover", style="palace", background="new-year-wall").text,
    )
    assert palace in alone
    assert "中式厅堂" not in alone
    assert wall in both
    assert palace not in both
    both = told("avatar", style="ink", background="studio").text
    assert "水墨人物画" in both
    assert "帆布背景" in both


def test_the_effect_of_a_clip_is_said_once():
    assert "烟花徐徐绽放" in told("motion", style="fireworks").text
    assert "节日气氛" not in told("motion", style="fireworks").text
    asked = told("motion", style="fireworks", dynamic_type="snow").text
    assert "细雪" in asked
    assert "烟花" not in asked
    assert "节日气氛" in told("motion").text


def test_a_style_nobody_knows_is_refused_with_those_there_are():
    with pytest.raises(WrongUsage) as caught:
        told("avatar", style="vaporwave")
    assert caught.value.code == "option_invalid"
    assert "business、film、classical" in caught.value.problem.message_zh + caught.value.problem.advice_zh


def test_nothing_moves_before_a_plain_background():
    assert "灯笼" not in told("reunion", bg_type="plain", dynamic_type="lanterns").text


def test_writing_that_belongs_to_a_scene_is_not_forbidden():
    assert "福字" in told("reunion", background="new-year-wall").text
    assert "文字" not in told("reunion").negative.split("、")
