"""A sealed object opens as exactly what was sealed, under its key and its address, or not at all."""

from __future__ import annotations

import os

import pytest

from tuanyuan.domain.errors import OurFault
from tuanyuan.store.vault.sealing import HEADER, MAGIC, SEGMENT, TAG, Sealer, sealed_size, unseal

KEY = bytes(range(32))
SIZES = [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT, 5_000_000]
# The beginning of segment n in the sealed form.
START = [HEADER + n * (SEGMENT + TAG) for n in range(4)]


def sealed(plain: bytes, *, key: bytes = KEY, address: str = "kept/a", pieces: int = 1 << 30) -> bytes:
    sealer = Sealer(key, address)
    chunks = [plain[at : at + pieces] for at in range(0, len(plain), pieces)]
    return sealer.header + b"".join(s for chunk in chunks for s in sealer.update(chunk)) + sealer.finish()


@pytest.fixture(scope="module")
def three() -> tuple[bytes, bytes]:
    plain = os.urandom(2 * SEGMENT + 100)
    return plain, sealed(plain)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("pieces", [1000, SEGMENT, 1 << 30])
def test_what_was_sealed_opens_however_it_came_in(size: int, pieces: int) -> None:
    plain = os.urandom(size)
    whole = sealed(plain, pieces=pieces)
    assert unseal(whole, KEY, "kept/a") == plain
    assert len(whole) == sealed_size(size)


@pytest.mark.parametrize(
    ("plain", "whole"),
    [
        ("", "5459560100010203040506f27b5b92183e58c77cde1412881bb6e9"),
        ("团圆", "545956010001020304050690ed17bb1b836ffdf2eccacb27b9498f769725782f40"),
    ],
)
def test_objects_of_earlier_versions_still_open(plain: str, whole: str) -> None:
    assert unseal(bytes.fromhex(whole), KEY, "kept/a") == plain.encode()


def test_the_same_bytes_never_look_the_same() -> None:
    plain = b"\x00" * (3 * SEGMENT)
    first, second = sealed(plain), sealed(plain)
    assert first[len(MAGIC) :] != second[len(MAGIC) :]
    segments = {first[at : at + SEGMENT] for at in START[:3]}
    assert len(segments) == 3
    assert plain[:64] not in first


@pytest.mark.parametrize(
    "at",
    [0, len(MAGIC) - 1, len(MAGIC), HEADER - 1, START[0], START[0] + SEGMENT, START[1] - 1, START[1] + 5, START[2], -1],
)
def test_one_changed_bit_anywhere_is_noticed(three: tuple[bytes, bytes], at: int) -> None:
    changed = bytearray(three[1])
    changed[at] ^= 1
    with pytest.raises(OurFault, match="object_damaged"):
        unseal(bytes(changed), KEY, "kept/a")


@pytest.mark.parametrize("length", [0, 3, HEADER, HEADER + TAG - 1, START[1], START[2], START[2] + TAG, -1])
def test_a_cut_tail_is_noticed_between_segments_too(three: tuple[bytes, bytes], length: int) -> None:
    with pytest.raises(OurFault, match="object_damaged"):
        unseal(three[1][:length], KEY, "kept/a")


def test_segments_cannot_be_reordered_left_out_repeated_or_added(three: tuple[bytes, bytes]) -> None:
    head, first, second, last = (
        three[1][:HEADER],
        three[1][START[0] : START[1]],
        three[1][START[1] : START[2]],
        three[1][START[2] :],
    )
    assert unseal(head + first + second + last, KEY, "kept/a") == three[0]
    for other in (
        head + second + first + last,
        head + second + last,
        head + first + last,
        head + first + first + second + last,
        head + first + second + last + last,
        head + first + second + last + b"\x00",
    ):
        with pytest.raises(OurFault, match="object_damaged"):
            unseal(other, KEY, "kept/a")


def test_an_object_does_not_open_elsewhere_or_under_another_key(three: tuple[bytes, bytes]) -> None:
    with pytest.raises(OurFault, match="object_damaged"):
        unseal(three[1], KEY, "kept/b")
    with pytest.raises(OurFault, match="object_damaged"):
        unseal(three[1], bytes(32), "kept/a")
