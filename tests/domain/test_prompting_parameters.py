"""What an engine is told of the parameters: each in words, none twice, none that silence already says."""

from __future__ import annotations

import re

import pytest
from doubles.prompting import LIBRARY, told, values

from tuanyuan.domain.capabilities import Model, Parameter
from tuanyuan.store.prompts import SAYABLE


@pytest.mark.parametrize(
    ("feature", "options", "words"),
    [
        ("reunion", {"beauty_level": 0}, "皮肤不做任何修饰，皱纹、痣和毛孔全部保留。"),
        ("reunion", {"beauty_level": 3}, "自然美颜"),
        ("reunion", {"beauty_level": 5}, "影楼精修"),
        ("reunion", {"light_unify": "off"}, "不重新打光"),
        ("reunion", {"person_adapt": False}, "不作调整"),
        ("reunion", {"edge_blur": 0.0}, "发丝分明"),
        ("reunion", {"edge_blur": 5.0}, "过渡非常柔和"),
        ("reunion", {"fidelity": 1.0}, "宁可不够好看也不改脸"),
        ("reunion", {"repair": True}, "一并修好"),
        ("reunion", {"cloth_style": "tang"}, "织锦唐装：立领、对襟、盘扣"),
        ("makeover", {"cloth_style": "cheongsam"}, "真丝旗袍"),
        ("makeover", {"cloth_style": "hanfu"}, "交领右衽"),
        ("makeover", {"cloth_style": "suit"}, "西装配领带"),
        ("makeover", {"mode": "background"}, "只换背景"),
        ("makeover", {"bg_type": "plain"}, "暖灰纯色"),
        ("tryon", {"fit": "slim"}, "修身"),
        ("tryon", {"fit": "loose"}, "宽松"),
        ("motion", {"dynamic_type": "petals"}, "花瓣"),
        ("motion", {"video_length": 8}, "全长约8秒"),
    ],
)
def test_a_parameter_in_words(feature, options, words):
    assert words in told(feature, **options).text
    assert words not in told(feature).text


def test_what_is_sent_in_a_field_is_not_asked_for_twice():
    quiet = {"fidelity": Parameter("sent", "weight"), "beauty_level": Parameter("none")}
    assert told("reunion", taken=quiet, fidelity=1.0).text == told("reunion", taken=quiet).text
    assert "皮肤稍加匀净" not in told("reunion", taken=quiet).text
    by_scale = {"fidelity": Parameter("emulated", "scale")}
    assert told("reunion", taken=by_scale, fidelity=1.0).text == told("reunion", taken=by_scale).text


def test_words_stand_in_for_a_field_that_only_some_models_have():
    taken = {"fidelity": Parameter("sent", "weight (outfit), denoise (restore); words of the prompt elsewhere")}
    outfit, group = (Model(name, frozenset()) for name in ("outfit", "group"))
    assert "改脸" in told("reunion", taken=taken, model=group, fidelity=1.0).text
    assert "改脸" not in told("reunion", taken=taken, model=outfit, fidelity=1.0).text


def test_defaults_are_quiet_where_silence_changes_nothing():
    text = told("makeover", cloth_style="tang").text
    assert not re.search("边缘|修好|剪裁|只换", text)


def test_how_clothes_fit_is_said_of_clothes_that_are_changed():
    assert told("reunion", fit="slim").text == told("reunion").text
    assert "剪裁修身" in told("reunion", fit="slim", cloth_style="tang").text


def test_changing_clothes_alone_keeps_the_background_and_changes_them():
    text = told("makeover", mode="outfit", background="studio").text
    assert "只换衣服" in text
    assert "唐装" in text
    assert "背景保持原照片的样子。" in text
    assert "帆布" not in text
    assert "主光来自左前上方" not in text


def test_changing_the_background_alone_keeps_the_clothes():
    text = told("makeover", mode="background", cloth_style="tang", fit="slim", style="palace").text
    assert "宫殿" in text
    assert "唐装" not in text
    assert "剪裁" not in text
    assert "只换背景" in text
    assert "衣着保持原样。" in text
    assert "只换背景" not in told("makeover", mode="background", bg_type="keep").text


@pytest.mark.parametrize("mode", ["outfit", "background"])
def test_a_mode_that_is_not_said_changes_nothing(mode):
    quiet = {"mode": Parameter("sent", "mode")}
    assert told("reunion", mode=mode, cloth_style="tang").text == told("reunion", cloth_style="tang").text
    makeover = told("makeover", taken=quiet, style="palace", mode=mode).text
    assert makeover == told("makeover", taken=quiet, style="palace").text


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("feature", LIBRARY.features)
def test_different_values_say_different_things(feature, language):
    for name, spoken in getattr(LIBRARY.words(feature), language).parameters.items():
        assert name in SAYABLE
        found = [spoken.of(value) for value in values(name)] if not spoken.bands else [text for _, text in spoken.bands]
        quiet = [text for text in found if text]
        assert len(quiet) == len(set(quiet)), name
        assert name == "video_length" or found.count("") <= 2, name
