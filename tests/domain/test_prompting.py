"""What an engine is told: who is in which picture, once; in its language; never too long."""

from __future__ import annotations

import re
from itertools import product

import pytest
from doubles.prompting import LIBRARY, ROOT, capabilities, told, values

from tuanyuan.domain.capabilities import Model
from tuanyuan.domain.engine import Prompt, Reference
from tuanyuan.domain.errors import OurFault
from tuanyuan.domain.feature import FEATURES, sent
from tuanyuan.domain.job import JobRequest, Person
from tuanyuan.domain.prompting import Variant
from tuanyuan.engines.wording import worded

SCENES = sorted(path.parent.name for path in (ROOT / "scenes").glob("*/scene.toml"))
MOST = 800


def numbers(text, language="zh"):
    return [int(found) for found in re.findall(r"图(\d+)" if language == "zh" else r"picture (\d+)", text)]


def said(words):
    return list(words.zh.parameters.items())


@pytest.mark.parametrize("region", ["cn", "abroad"])
@pytest.mark.parametrize("feature", LIBRARY.features)
def test_each_picture_is_named_once_by_its_number(feature, region):
    taking = FEATURES.get(feature)
    for count in range(taking.least if taking else 1, (taking.most if taking else 1) + 1):
        prompt = told(feature, count, region=region)
        assert numbers(prompt.text, prompt.language) == list(range(1, sent(feature, count) + 1))


def test_there_are_words_for_every_feature_with_pictures():
    # A card is set, not prompted.
    assert set(LIBRARY.features) == {*FEATURES, "motion"} - {"card"}


def test_a_family_is_asked_for_whole_and_by_itself():
    text = told("reunion", 3).text
    assert "入镜的是图1、图2、图3中的人，一个不少，每人只出现一次，没有其他人。" in text
    assert "每个人的五官、脸型、年龄、发型、肤色和眼镜都与各自的照片一致" in text
    assert "肩并肩" in text
    abroad = told("reunion", 3, region="abroad").text
    assert (
        "the people of picture 1, picture 2 and picture 3: all of them, each exactly once, and nobody else." in abroad
    )


def test_hints_about_people_stand_with_their_picture():
    people = (Person("p2", faces=(3, 1), row="front"), Person("p3", scale=0.8), Person("p1", row="back"))
    assert (
        "图1（站后排）、图2（从左数第1、3位，站前排）、图3（个头约为成人的80%）"
        in told("reunion", 3, people=people).text
    )
    assert (
        "picture 1 (in the back row), picture 2 (faces 1 and 3 from the left, in the front row) and picture 3 "
        "(about 80% of a grown-up's size)"
    ) in told("reunion", 3, people=people, region="abroad").text
    one = told("reunion", 1, people=(Person("p1", faces=(2,)),), region="abroad").text
    assert "picture 1 (face 2 from the left)" in one


def test_a_garment_and_the_one_who_wears_it_are_told_apart():
    text = told("tryon").text
    assert "试衣的是图1中的人" in text
    assert "要穿的是图2中的衣服" in text


def test_a_fashion_picture_has_a_model_of_its_own_or_the_one_that_is_shown():
    assert "成年模特" in told("fashion", 1).text
    assert "模特就是图2中的人" in told("fashion", 2).text
    assert "成年模特" not in told("fashion", 2).text


def test_a_mask_is_left_to_the_engine():
    order = JobRequest("makeover", ("p1",))
    shown = [Reference(role, b"", "", 1, 1) for role in ("person", "mask")]
    assert numbers(LIBRARY.compose(order, shown, capabilities()).text) == [1]


def test_a_role_without_words_is_our_fault():
    shown = [Reference("garment", b"", "", 1, 1)]
    with pytest.raises(OurFault, match=r"reunion\.zh\.who\.garment") as caught:
        LIBRARY.compose(JobRequest("reunion", ("p1",)), shown, capabilities())
    assert caught.value.code == "prompt_missing"


def test_the_language_is_the_engines_or_the_models_where_it_says():
    assert told("reunion", region="cn").language == "zh"
    assert told("reunion", region="here").language == "zh"
    assert told("reunion", region="abroad").language == "en"
    model = Model("outfit", frozenset(), options={"language": "en"})
    assert told("reunion", region="here", model=model).language == "en"


@pytest.mark.parametrize("feature", LIBRARY.features)
def test_english_is_english_and_chinese_is_chinese(feature):
    words = LIBRARY.words(feature)
    for style in (None, *words.en.styles):
        english = told(feature, style=style, region="abroad")
        assert not re.search(r"[\u3000-\u9fff\uff00-\uffef{}]", english.text + english.negative)
        chinese = told(feature, style=style)
        assert not re.search(r"[a-zA-Z{}]", chinese.text + chinese.negative)


def test_the_version_is_the_files_with_a_digest_of_the_words():
    version = told("reunion").version
    assert re.fullmatch(r"2026-11-22/[0-9a-f]{8}", version)
    assert told("reunion", beauty_level=5).version == version
    assert told("reunion", background="studio").version != version
    assert told("makeover").version != version


@pytest.mark.parametrize("feature", LIBRARY.features)
def test_no_combination_is_too_long(feature):
    """Every style and scene with every value that is said, and both rows and sizes told of everybody."""
    words = LIBRARY.words(feature)
    taking = FEATURES.get(feature)
    count = taking.most if taking else 1
    people = tuple(Person(f"p{n}", 0.75, "front", (1, 2, 3)) for n in range(1, count + 1))
    longest = 0
    # Each sentence is independent but for those about clothes and place: the longest of each, and all of these.
    worst = {name: max(values(name), key=lambda value: len(spoken.of(value))) for name, spoken in said(words)}
    together = [name for name in ("mode", "cloth_style", "fit", "bg_type") if name in worst]
    for style, scene, *chosen in product(
        (None, *words.zh.styles), (None, *SCENES), *(values(name) for name in together)
    ):
        options = {**worst, **dict(zip(together, chosen, strict=True))}
        options = {name: value for name, value in options.items() if value is not None}
        prompt = told(feature, count, people=people, style=style, background=scene, **options)
        longest = max(longest, len(worded(prompt, 10**6)))
    assert 0 < longest <= MOST


@pytest.mark.parametrize(
    ("variant", "text", "negative"),
    [
        (Variant("a", text="新的话。"), "新的话。", "水印"),
        (Variant("a", add="再近一点。"), "全家福。再近一点。", "水印"),
        (Variant("a", add="再近一点。", negative=""), "全家福。再近一点。", ""),
    ],
)
def test_a_variant_says_it_otherwise_and_is_named_in_the_version(variant, text, negative):
    prompt = Prompt("全家福。", "水印", "zh", "2026-11-22/0a")
    assert variant.over(prompt) == Prompt(text, negative, "zh", "2026-11-22/0a+a")
    english = Prompt("A family.", "", "en", "v")
    assert Variant("b", add="Closer.").over(english).text == "A family. Closer."
