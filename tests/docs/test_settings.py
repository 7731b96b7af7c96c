"""No setting is undocumented."""

from __future__ import annotations

import re
from pathlib import Path

from tuanyuan.settings import Settings, document

ROOT = Path(__file__).parents[2]


def test_the_table_is_the_one_made_from_the_settings() -> None:
    assert (ROOT / "docs" / "settings.md").read_text("utf-8") == document(), "run `make docs`"


def test_each_setting_is_explained_in_both_languages() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert re.search(r"[\u4e00-\u9fff]", field.json_schema_extra["zh"]), name
        assert f"`TUANYUAN_{name.upper()}`" in document()


def test_only_the_settings_read_the_environment() -> None:
    reads = re.compile(r"\bos\.(environ|getenv)|\bfrom os import .*\b(environ|getenv)")
    readers = [path for path in (ROOT / "src").rglob("*.py") if reads.search(path.read_text("utf-8"))]
    assert [path.relative_to(ROOT / "src") for path in readers] == [Path("tuanyuan/settings/__init__.py")]
