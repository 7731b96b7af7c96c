"""The prompt library as files: read once, and no slip in them is silent."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tuanyuan.domain.capabilities import Capabilities, Model, Parameter
from tuanyuan.domain.engine import Reference
from tuanyuan.domain.errors import OurFault, Rejected, WrongUsage
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.parameters import PARAMETERS
from tuanyuan.domain.ports.prompts import Prompts
from tuanyuan.domain.prompting import Variant
from tuanyuan.store.prompts import FOLDER, PromptFiles, read_feature, read_variants

ROOT = Path(__file__).parents[2]
CAPABILITIES = Capabilities(
    "",
    "",
    "cn",
    (Model("one", frozenset()),),
    parameters=dict.fromkeys(PARAMETERS, Parameter("emulated", "prompt")),
)


def composed(library: Prompts, feature="reunion", background=None):
    order = JobRequest(feature, ("p1",), background)
    return library.compose(order, [Reference("person", b"", "", 1, 1)], CAPABILITIES)


@pytest.fixture
def folder(tmp_path):
    """A library of one file that may be spoilt."""
    (tmp_path / "words").mkdir()
    shutil.copy(FOLDER / "reunion.toml", tmp_path / "words")
    return tmp_path / "words"


@pytest.fixture
def scenes(tmp_path):
    shutil.copytree(ROOT / "scenes" / "studio", tmp_path / "scenes" / "studio")
    return tmp_path / "scenes"


def test_a_feature_without_words_is_our_fault():
    with pytest.raises(OurFault) as caught:
        composed(PromptFiles(ROOT / "scenes"), "card")
    assert caught.value.code == "prompt_missing"
    assert "card" in caught.value.problem.message_zh


def test_the_files_are_read_once(folder, scenes):
    library = PromptFiles(scenes, folder)
    before = composed(library, background="studio")
    shutil.rmtree(folder)
    shutil.rmtree(scenes)
    assert composed(library, background="studio") == before


def test_a_scene_that_is_new_is_found_without_a_restart(folder, scenes):
    library = PromptFiles(scenes, folder)
    with pytest.raises(Rejected):
        composed(library, background="new-year-wall")
    shutil.copytree(ROOT / "scenes" / "new-year-wall", scenes / "new-year-wall")
    assert "红墙" in composed(library, background="new-year-wall").text


def test_threads_read_one_library(folder, scenes):
    library = PromptFiles(scenes, folder)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: composed(library, background="studio"), range(64)))
    assert set(found) == {composed(library, background="studio")}


@pytest.mark.parametrize("chosen", ["nowhere", "../scenes/studio", "/etc", ".", ""])
def test_a_scene_nobody_knows_is_refused_with_those_there_are(folder, scenes, chosen):
    with pytest.raises(Rejected) as caught:
        composed(PromptFiles(scenes, folder), background=chosen)
    assert caught.value.code == "background_unknown"
    assert "studio" in str(caught.value.problem)


def test_a_scene_without_words_is_told_by_its_name(folder, scenes):
    file = scenes / "studio" / "scene.toml"
    kept = [line for line in file.read_text("utf-8").splitlines() if not line.startswith("prompt_")]
    file.write_text("\n".join(kept), "utf-8")
    assert "场景：影棚。" in composed(PromptFiles(scenes, folder), background="studio").text


@pytest.mark.parametrize("text", ["[light]\n", "name_zh = 'x'\nname_en = 'x'\n[light]\ndirection = [1]\n", "= \n"])
def test_a_damaged_scene_is_our_fault(folder, scenes, text):
    (scenes / "studio" / "scene.toml").write_text(text, "utf-8")
    with pytest.raises(OurFault) as caught:
        composed(PromptFiles(scenes, folder), background="studio")
    assert caught.value.code == "scene_damaged"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('style_is = "look"', 'style_is = "look"\ncolour = "red"', "colour"),
        ('style_is = "look"', 'style_is = "mood"', "style_is"),
        ('style_is = "look"', 'style_is = "look"\nstyle = "baroque"', "baroque"),
        ("[zh]\n", '[zh]\nmood = "好。"\n', "zh.mood"),
        ("[zh.styles]\n", '[zh.styles]\nbaroque = "巴洛克。"\n', "styles"),
        ("[zh.styles]\n", '[zh.styles]\nbaroque = "没有句号"\n', "full stop"),
        ("[zh.who]\n", '[zh.who]\nmask = "{pictures}。"\n', "mask"),
        ("[zh.who]\n", '[zh.who]\nactor = "{pictures}。"\n', "actor"),
        ("入镜的是{pictures}中的人", "入镜的是大家", "{pictures}"),
        ('scene = "场景：{scene}。"', 'scene = "场景。"', "{scene}"),
        ('repair = { true = "原照片', 'repair = { maybe = "", true = "原照片', "maybe"),
        (', calm = "背景安静简洁，没有飘动的东西。"', "", "calm"),
        ("[5.0, ", "[4.0, ", "edge_blur"),
        ('fit = { only_with = "cloth_style"', 'fit = { only_with = "clothes"', "only_with"),
        ("[zh.parameters]\n", '[zh.parameters]\nseed = [[9, ""]]\n', "seed"),
        ('version = "2026-11-22"', "version = 3", "version"),
        ('negative = ["字幕"', 'negative = [1, "字幕"', "negative"),
        ("[en]\n", "[en\n", ""),
    ],
)
def test_a_slip_is_told_with_the_file_and_the_key(folder, before, after, told):
    file = folder / "reunion.toml"
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(OurFault) as caught:
        PromptFiles(ROOT / "scenes", folder)
    assert caught.value.code == "setting_invalid"
    assert "reunion.toml" in caught.value.problem.message_zh
    assert told in caught.value.problem.message_zh


@pytest.mark.parametrize("key", ["task", "keep", "place", "scene", "always", "negative"])
def test_what_is_missing_is_told(folder, key):
    file = folder / "reunion.toml"
    lines = file.read_text("utf-8").split("\n")
    start = next(number for number, line in enumerate(lines) if line.startswith(f"{key} = "))
    end = lines.index("]", start) if lines[start].endswith("[") else start
    file.write_text("\n".join(lines[:start] + lines[end + 1 :]), "utf-8")
    with pytest.raises(OurFault, match=f"missing: zh.{key}"):
        read_feature(file)


def test_another_word_in_a_file_is_another_version(folder, scenes):
    before = composed(PromptFiles(scenes, folder)).version
    file = folder / "reunion.toml"
    file.write_text(file.read_text("utf-8").replace("真实自然", "自然真实"), "utf-8")
    after = composed(PromptFiles(scenes, folder)).version
    assert before != after
    assert before.split("/")[0] == after.split("/")[0] == "2026-11-22"


def test_variants_are_read(tmp_path):
    file = tmp_path / "mine.toml"
    closer, short = 'name = "closer"\nadd = "靠近。"', 'name = "短"\ntext = "全家福"\nnegative = ""'
    file.write_text(f"[[variant]]\n{closer}\n[[variant]]\n{short}\n", "utf-8")
    assert read_variants(file) == (Variant("closer", add="靠近。"), Variant("短", text="全家福", negative=""))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[[variant]]\nname = 'a'\n",
        "[[variant]]\nname = 'a'\ntext = 'b'\nadd = 'c'\n",
        "[[variant]]\nname = 'library'\nadd = 'c'\n",
        "[[variant]]\nname = 'a/b'\nadd = 'c'\n",
        "[[variant]]\nname = 'a'\nadd = 'c'\nmood = 'd'\n",
        "[[variant]]\nname = 'a'\nadd = 'c'\n[[variant]]\nname = 'a'\nadd = 'd'\n",
        "variant = 3\n",
    ],
)
def test_variants_that_cannot_be_meant_are_refused(tmp_path, text):
    file = tmp_path / "mine.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(WrongUsage, match=r"mine\.toml") as caught:
        read_variants(file)
    assert caught.value.code == "setting_invalid"


def test_a_file_of_variants_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(WrongUsage, match=r"none\.toml"):
        read_variants(tmp_path / "none.toml")
