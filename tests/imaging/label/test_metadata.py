"""One label per file: written where the guides want it, replaced, found again, and found by others."""

from __future__ import annotations

import io
import shutil
import subprocess

import numpy as np
import pytest
from doubles import photos
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tuanyuan.domain.label import new_label
from tuanyuan.imaging.container.errors import ContainerError
from tuanyuan.imaging.label.metadata import embed, read_payload, read_payloads
from tuanyuan.imaging.label.xmp import NAMESPACE, packet, payloads

FILES = {
    "jpeg": photos.jpeg(exif=photos.exif(1)),
    "png": photos.save(photos.quarters(), "PNG"),
    "webp": photos.save(photos.quarters(), "WEBP", lossless=True),
}
KINDS = sorted(FILES)


def _pixels(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


@pytest.mark.parametrize("kind", KINDS)
def test_embedding_changes_no_pixel_and_reads_back(kind):
    made = embed(FILES[kind], "hello & <good>\"bye'")
    assert read_payloads(made) == ["hello & <good>\"bye'"]
    assert np.array_equal(_pixels(made), _pixels(FILES[kind]))


@pytest.mark.parametrize("kind", KINDS)
def test_a_second_label_replaces_the_first(kind):
    once = embed(FILES[kind], "one")
    twice = embed(once, "two")
    assert read_payloads(twice) == ["two"]
    assert b"one" not in twice
    assert embed(twice, "one") == once


@pytest.mark.parametrize("kind", KINDS)
def test_other_xmp_goes_with_the_old_label(kind):
    old = packet("older")
    given = {
        "jpeg": photos.jpeg(xmp=old),
        "png": photos.png_with(FILES["png"], b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + old),
        "webp": photos.save(photos.quarters(), "WEBP", xmp=old),
    }[kind]
    assert read_payloads(given) == ["older"]
    assert read_payloads(embed(given, "new")) == ["new"]


@pytest.mark.parametrize("kind", KINDS)
def test_no_label_is_none(kind):
    assert read_payload(FILES[kind]) is None


def test_the_jpeg_packet_stands_behind_exif_and_before_the_rest():
    made = embed(FILES["jpeg"], "x")
    assert made.index(b"JFIF") < made.index(b"Exif\0\0") < made.index(b"http://ns.adobe.com/xap/1.0/\0")
    assert made.index(b"http://ns.adobe.com/xap/1.0/\0") < made.index(b"\xff\xdb")


def test_a_compressed_png_packet_is_read():
    import zlib

    content = b"XML:com.adobe.xmp\0\x01\0\0\0" + zlib.compress(packet("small"))
    assert read_payloads(photos.png_with(FILES["png"], b"iTXt", content)) == ["small"]


def test_what_has_no_place_for_a_label():
    with pytest.raises(ValueError, match="gif"):
        embed(photos.save(photos.quarters(), "GIF"), "x")
    with pytest.raises(ContainerError):
        embed(FILES["png"][:-20], "x")
    with pytest.raises(ValueError, match="segment"):
        embed(FILES["jpeg"], "x" * 70_000)


@pytest.mark.parametrize("data", [b"", b"text", *(data[:40] for data in FILES.values())])
def test_reading_never_fails(data):
    assert read_payloads(data) == []


def test_the_property_may_be_an_attribute():
    xmp = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description xmlns:T="{NAMESPACE}" T:AIGC="{{&quot;Label&quot;:&quot;1&quot;}}"/></rdf:RDF>'
    )
    assert payloads(xmp.encode()) == ['{"Label":"1"}']


def test_the_same_name_in_another_namespace_is_no_label():
    xmp = '<a xmlns:TC260="http://example.org/"><TC260:AIGC>no</TC260:AIGC></a>'
    assert payloads(xmp.encode()) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_an_entity_bomb_is_not_expanded(encoding):
    bomb = (
        f'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><T:AIGC xmlns:T="{NAMESPACE}">&b;</T:AIGC>'
    )
    assert payloads(bomb.encode(encoding)) == []


TEXT = st.text(st.characters(min_codepoint=0x20, exclude_categories=["Cs", "Cc", "Cn"]), max_size=80)


@given(TEXT)
def test_any_text_survives_the_packet(text):
    assert payloads(packet(text)) == [text]


@settings(max_examples=40)
@given(st.sampled_from(KINDS), st.text([chr(code) for code in range(0x20, 0x7F)], min_size=1, max_size=60))
def test_any_label_survives_any_file(kind, text):
    assert read_payloads(embed(FILES[kind], text)) == [text]


@pytest.mark.parametrize("kind", KINDS)
def test_exiftool_reads_the_label(kind, tmp_path):
    exiftool = shutil.which("exiftool")
    assert exiftool, "exiftool is missing; install the Debian package libimage-exiftool-perl"
    text = new_label("J42-7Hk2Qa").to_json()
    file = tmp_path / f"a.{kind}"
    file.write_bytes(embed(FILES[kind], text))
    asked = [exiftool, "-s3", "-XMP-TC260:all", str(file)]
    assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip() == text
    warnings = [exiftool, "-s3", "-Warning", "-Error", str(file)]
    assert subprocess.run(warnings, capture_output=True, text=True, check=True).stdout == ""
