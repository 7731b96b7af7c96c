"""Every message is there in Chinese and in English, and says what to do."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

from tuanyuan.domain import errors, messages

SOURCE = Path(__file__).parents[2] / "src" / "tuanyuan"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def facts(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("code", messages.MESSAGES)
def test_a_message_and_its_advice_are_in_both_languages(code: str) -> None:
    message_zh, message_en, advice_zh, advice_en = messages.MESSAGES[code]
    assert CHINESE.search(message_zh)
    assert CHINESE.search(advice_zh)
    assert not CHINESE.search(message_en + advice_en)
    assert message_en
    assert advice_en


@pytest.mark.parametrize("code", messages.MESSAGES)
def test_both_languages_tell_the_same_facts(code: str) -> None:
    message_zh, message_en, advice_zh, advice_en = messages.MESSAGES[code]
    told = {name.removesuffix("_zh").removesuffix("_en") for name in facts(message_zh)}
    assert told == {name.removesuffix("_zh").removesuffix("_en") for name in facts(message_en)}
    assert facts(advice_zh) == facts(advice_en)


def test_no_code_is_written_twice() -> None:
    codes = []
    for part in sorted((SOURCE / "domain" / "messages").glob("[a-z]*.py")):
        tree = ast.parse(part.read_text("utf-8"))
        tables = [node.value for node in ast.walk(tree) if isinstance(node, ast.AnnAssign) and node.value]
        (table,) = [value for value in tables if isinstance(value, ast.Dict)]
        codes += [key.value for key in table.keys if isinstance(key, ast.Constant)]
    assert len(codes) == len(set(codes)) == len(messages.MESSAGES)


def test_a_message_without_its_facts_cannot_be_made() -> None:
    with pytest.raises(KeyError):
        errors.Rejected("file_missing")
    with pytest.raises(KeyError):
        errors.Rejected("no_such_code")


def test_an_error_tells_who_can_fix_it() -> None:
    assert errors.Rejected("no_face").fix == "user"
    assert errors.NotNow("weights_download_cut", package="x").fix == "wait"
    assert errors.OurFault("weights_package_missing", package="x").fix == "us"
    assert issubclass(errors.WrongUsage, errors.Rejected)
