"""Everything that asks to be named is named, and the lock file points nowhere odd."""

from __future__ import annotations

import tomllib
from pathlib import Path
from urllib.parse import urlsplit

from tuanyuan.store.weights import read_lock

ROOT = Path(__file__).parents[2]
NOTICE = (ROOT / "NOTICE").read_text("utf-8")


def test_every_weight_is_named_with_its_licence_and_author() -> None:
    lines = [" ".join(line.split()) for line in NOTICE.splitlines()]
    for weight in read_lock():
        assert f"{weight.file} {weight.licence} {weight.author}" in lines


def test_every_font_is_named_and_has_its_licence_beside_it() -> None:
    fonts = [path for path in (ROOT / "src").rglob("*") if path.suffix in {".ttf", ".otf", ".woff2"}]
    assert fonts
    for font in fonts:
        assert font.relative_to(ROOT).as_posix() in NOTICE
        assert (font.parent / "OFL.txt").is_file()


def test_the_lock_file_knows_only_one_public_index() -> None:
    packages = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))["package"]
    own = [package["name"] for package in packages if package["source"] == {"editable": "."}]
    assert own == ["tuanyuan"]
    others = [package for package in packages if package["name"] != "tuanyuan"]
    assert {tuple(package["source"]) for package in others} == {("registry",)}
    files = [file for package in others for file in [package.get("sdist"), *package.get("wheels", [])] if file]
    addresses = {package["source"]["registry"] for package in others} | {file["url"] for file in files}
    hosts = {urlsplit(address).hostname for address in addresses}
    assert {urlsplit(address).scheme for address in addresses} == {"https"}
    assert len(hosts) == 2  # the index, and where it keeps its files
    assert all(host and "." in host and not host.replace(".", "").isdigit() for host in hosts)
    assert all(file["hash"].startswith("sha256:") for file in files)
