"""The published words of consent: all there, in both languages, and never altered."""

from __future__ import annotations

from pathlib import Path

import pytest

from tuanyuan.domain.errors import OurFault
from tuanyuan.store.consent_texts import CONSENTS_FILE, digest, read_texts

# Published. Whoever changes these words adds a version; this list only ever grows.
PUBLISHED = {
    ("face_edit", "2026-11-22"): "57b87c80ed7b0842abd08e09fd8331b058618bb168aeb4085c067af403624836",
    ("store_history", "2026-11-22"): "e212c33fcc1434d23a8e5f6f26999785e73177c18981640188daf9a8eadc7f59",
    ("print_share_to_supplier", "2026-11-22"): "3a8b747a8997be7b40d2b81170e14c4f05b95b533944cc9b2468e85206799ce5",
    ("publish_gallery", "2026-11-22"): "0e9696954241dd111f8e3c9d57e5d03694e0c94e61c6a5b52ef14b81abc82764",
    ("export_abroad", "2026-11-22"): "74f30342fa13ee7d997b50e7b8d45183dedd17f01c95bed585eb8a1460f5253b",
    ("improve_model", "2026-11-22"): "740a11e7e1a73ea5d58b3a5285c6456d5cfe74c27f9bbd26238027ff5cf1565b",
    ("notify", "2026-11-22"): "ede9479af3991daf8a866f6ac0e218965715a991a6ca70dc30cbccc9d2c22147",
    ("marketing", "2026-11-22"): "9f0e1cbbb2f4040aff5ea5231c275e260f3d7ece6c21b0983764ec33508b9810",
}


def test_every_published_text_is_still_there_word_for_word() -> None:
    assert {(text.purpose, text.version): text.digest for text in read_texts()} == PUBLISHED


def test_only_face_editing_is_required() -> None:
    assert [text.purpose for text in read_texts() if text.required] == ["face_edit"]


def test_a_text_that_was_altered_under_its_version_does_not_start(tmp_path: Path) -> None:
    altered = tmp_path / "consents.toml"
    altered.write_text(CONSENTS_FILE.read_text("utf-8").replace("24 小时", "24 天", 1), "utf-8")
    with pytest.raises(OurFault) as refused:
        read_texts(altered)
    assert refused.value.code == "consent_text_changed"


def test_the_digest_covers_both_languages_and_their_border() -> None:
    assert digest("同意", "agree") == "5e2331b532934be68a0f82a35af66fed47ddf2cfac0dc7e3934c3ba06eea1a0b"
    assert digest("ab", "c") != digest("a", "bc")


@pytest.mark.parametrize("text", read_texts(), ids=lambda text: text.purpose)
def test_each_text_tells_who_what_for_which_how_long_how_to_take_back_and_whom_to_ask(text) -> None:
    for words in (
        "团圆照相馆",
        "目的" if text.purpose != "face_edit" else "做什么",
        "哪些信息",
        "保存多久",
        "如何撤回",
        "联系",
    ):
        assert words in text.text_zh, words
    for words in ("Tuanyuan Studio", "What for", "Which information", "How long", "Taking it back", "Contact"):
        assert words in text.text_en, words


def test_the_required_text_names_the_periods_that_are_kept() -> None:
    (text,) = (text for text in read_texts() if text.purpose == "face_edit")
    for words in ("24 小时", "48 小时", "30 天", "监护人", "近亲属", "单独同意"):
        assert words in text.text_zh
    for words in ("24 hours", "48 hours", "30 days", "guardian"):
        assert words in text.text_en
