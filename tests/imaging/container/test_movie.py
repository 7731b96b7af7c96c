"""Boxes are moved without losing a chunk, and no file can keep the reader busy or surprise it."""

from __future__ import annotations

import struct
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuanyuan.imaging.container import movie, movie_keys, movie_tracks
from tuanyuan.imaging.container.errors import ContainerError
from tuanyuan.imaging.container.movie import boxes, find, is_movie, pack, pack_full

BRAND = pack(b"ftyp", b"isom", bytes(4), b"isom", b"avc1")
CHUNKS = (b"first chunk", b"second", b"third!")
XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")


def _media(payload, form):
    """A media box: with a size, with a size of 64 bits, or open to the end of the file."""
    if form == "long":
        return struct.pack(">I4sQ", 1, b"mdat", 16 + len(payload)) + payload
    return (bytes(4) if form == "open" else struct.pack(">I", 8 + len(payload))) + b"mdat" + payload


def _moov(places, table, *more):
    width = ">I" if table == b"stco" else ">Q"
    entries = b"".join(struct.pack(width, place) for place in places)
    head = pack_full(b"mvhd", bytes(8), struct.pack(">II", 1000, 3000), bytes(80))
    samples = pack(
        b"stbl",
        pack_full(b"stts", struct.pack(">III", 1, len(places), 40)),
        pack_full(table, struct.pack(">I", len(places)), entries),
    )
    media = pack(
        b"mdia",
        pack_full(b"mdhd", bytes(8), struct.pack(">II", 1000, 3000), bytes(4)),
        pack_full(b"hdlr", bytes(4), b"vide", bytes(12)),
        pack(b"minf", samples),
    )
    return pack(
        b"moov", head, pack(b"trak", pack_full(b"tkhd", bytes(8), struct.pack(">I", 7), bytes(68)), media), *more
    )


def film(*more, moov_first=True, table=b"stco", form="short", before=b"", shift=0):
    """A film of one track whose three chunks lie one byte apart; `before` stands before the frames."""
    size = len(_moov([0] * len(CHUNKS), table, *more)) if moov_first else 0
    place = len(BRAND) + size + len(before) + (16 if form == "long" else 8)
    places = []
    for chunk in CHUNKS:
        places.append(place + shift)
        place += len(chunk) + 1
    moov, media = _moov(places, table, *more), _media(b"|".join(CHUNKS) + b"|", form)
    return BRAND + (moov + before + media if moov_first else before + media + moov)


def _chunks(data):
    """What the table of chunks points at."""
    for kind, width in ((b"stco", ">u4"), (b"co64", ">u8")):
        table = find(data, (b"moov", b"trak", b"mdia", b"minf", b"stbl", kind))
        if table:
            step = int(width[-1])
            places = [int.from_bytes(data[at : at + step], "big") for at in range(table.body + 8, table.end, step)]
            return tuple(data[place : place + len(chunk)] for place, chunk in zip(places, CHUNKS, strict=True))
    return None


FORMS = [
    {"moov_first": True},
    {"moov_first": False},
    {"moov_first": True, "table": b"co64"},
    {"moov_first": False, "table": b"co64", "form": "long"},
    {"moov_first": True, "form": "long"},
    {"moov_first": True, "form": "open"},
    {"moov_first": True, "before": pack(b"free", b"x" * 99)},
    {"moov_first": False, "before": pack(b"uuid", XMP_UUID, b"<x/>")},
    {"moov_first": True, "before": pack(b"uuid", XMP_UUID, b"<x/>") + pack(b"meta", bytes(4))},
]


@pytest.mark.parametrize("form", FORMS)
def test_every_chunk_is_found_where_it_went(form):
    data = film(**form)
    assert _chunks(data) == CHUNKS
    made = movie_keys.with_keys(data, {"AIGC": "x" * 1000}, apple=True)
    assert _chunks(made) == CHUNKS
    again = movie_keys.with_keys(made, {"AIGC": "y"}, apple=False)
    assert _chunks(again) == CHUNKS
    assert movie_keys.tables(again) == [[("AIGC", "y")]]
    kinds = [box.kind for box in boxes(again)]
    assert (kinds.index(b"moov") < kinds.index(b"mdat")) == form["moov_first"]


@pytest.mark.parametrize("form", FORMS)
def test_a_sample_is_added_behind_everything(form):
    made, place = movie.with_sample(film(**form), b"sample")
    assert made[place:] == b"sample"
    assert _chunks(made) == CHUNKS
    assert [box.kind for box in boxes(made)][-1] == b"mdat"
    assert b"sample" not in made[: boxes(made)[-1].start]


def test_a_table_of_keys_is_read_as_it_was_written():
    items = {"com.example.name": "团圆", "AIGC": '{"Label":"1"}'}
    assert movie_keys.tables(movie_keys.with_keys(film(), items, apple=False)) == [list(items.items())]
    both = movie_keys.with_keys(film(), items, apple=True)
    assert movie_keys.tables(both) == [list(items.items())] * 2
    assert movie_keys.values(both, "AIGC") == ['{"Label":"1"}']
    assert movie_keys.values(both, "other") == []


def test_tables_that_disagree_are_both_told():
    made = movie_keys.with_keys(film(), {"AIGC": "one"}, apple=True)
    changed = made[::-1].replace(b"one"[::-1], b"two"[::-1], 1)[::-1]
    assert sorted(movie_keys.values(changed, "AIGC")) == ["one", "two"]


def test_metadata_of_others_goes_and_the_rest_of_a_track_stays():
    user = pack(b"udta", pack(b"\xa9xyz", b"+39.9+116.4/"), pack_full(b"meta", b"iTunes"))
    place = pack(b"meta", b"somewhere")
    made = movie_keys.with_keys(
        film(user, place, before=pack(b"uuid", b"another kind uuid")), {"AIGC": "x"}, apple=False
    )
    for gone in (b"+39.9", b"iTunes", b"somewhere"):
        assert gone not in made
    assert b"another kind uuid" in made
    assert movie_tracks.picture_track(made) == movie_tracks.PictureTrack(7, 1000, 40)


def test_user_data_may_end_in_four_zero_bytes():
    assert [box.kind for box in boxes(pack(b"name", b"x") + bytes(4))] == [b"name"]
    with pytest.raises(ContainerError, match="cut"):
        boxes(pack(b"name", b"x") + b"\0\0\0\1")


def test_clocks_of_both_versions():
    assert movie_tracks.clock(film()).seconds == 3.0
    old = find(film(), (b"moov", b"mvhd"))
    new = pack(b"mvhd", b"\1\0\0\0", bytes(16), struct.pack(">IQ", 600, 1500), bytes(80))
    data = BRAND + pack(b"moov", new)
    assert movie_tracks.clock(data) == movie_tracks.Clock(600, 1500)
    assert movie_tracks.free_track_number(film()) == 8
    assert movie_tracks.free_track_number(data) == 1
    assert old is not None
    for timescale, duration in ((0, 5), (600, 0xFFFFFFFF)):
        head = pack_full(b"mvhd", bytes(8), struct.pack(">II", timescale, duration), bytes(80))
        with pytest.raises(ContainerError, match="no length"):
            movie_tracks.clock(BRAND + pack(b"moov", head))


@pytest.mark.parametrize(
    ("brand", "expected"),
    [
        *((brand, True) for brand in (b"isom", b"iso6", b"mp42", b"qt  ", b"avc1", b"M4V ", b"3gp4")),
        *((brand, False) for brand in (b"heic", b"mif1", b"avif", b"crx ", b"M4A ")),
    ],
)
def test_films_are_told_from_pictures_by_their_brand(brand, expected):
    assert is_movie(pack(b"ftyp", brand, bytes(4))) == expected


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (BRAND, "0 movie boxes"),
        (film() + pack(b"moov"), "2 movie boxes"),
        (film()[:-1], "does not fit"),
        (film() + b"\0\0\0\1", "cut"),
        (film() + struct.pack(">I4s", 1, b"free"), "cut"),
        (film() + struct.pack(">I4sQ", 1, b"free", 15), "does not fit"),
        (film() + struct.pack(">I4sQ", 1, b"free", 1 << 63), "does not fit"),
        (film() + struct.pack(">I4sQ", 1, b"free", (1 << 64) - 1), "does not fit"),
        *((film() + struct.pack(">I4s", size, b"free"), "does not fit") for size in (2, 7, 9, 0xFFFFFFFF)),
        (film() + pack(b"free") * 10**6, "too many boxes"),
        (film(*[pack(b"free")] * 10**6), "too many boxes"),
        (film(*[pack(b"trak")] * 33), "too many tracks"),
        (film(shift=1000), "outside"),
        (film(shift=-100), "outside"),
        (film(table=b"co64", shift=1 << 62), "outside"),
        (film(table=b"co64", shift=(1 << 64) - 4096), "outside"),
        (film() + pack(b"moof"), "fragments"),
        (film().replace(b"stts", b"saio"), "protected"),
    ],
)
def test_a_broken_film_is_told_quickly(data, words):
    started = time.process_time()
    with pytest.raises(ContainerError, match=words):
        movie_keys.with_keys(data, {"AIGC": "x"}, apple=True)
    assert time.process_time() - started < 1


@pytest.mark.parametrize("count", [4, 0x0FFFFFFF, 0xFFFFFFFF])
def test_a_table_longer_than_its_box(count):
    data = bytearray(film())
    table = find(bytes(data), (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stco"))
    struct.pack_into(">I", data, table.body + 4, count)
    with pytest.raises(ContainerError, match="cut"):
        movie_keys.with_keys(bytes(data), {"AIGC": "x"}, apple=False)


def test_boxes_in_boxes_in_boxes_are_no_work():
    nested = pack(b"free")
    for kind in (b"meta", b"udta", b"trak") * 100:
        nested = pack(kind, nested)
    started = time.process_time()
    with pytest.raises(ContainerError):
        movie_keys.with_keys(film(*[nested] * 400), {"AIGC": "x"}, apple=False)
    assert time.process_time() - started < 1


def _everything(data):
    """Each reader and writer: the answer, or ContainerError and nothing else."""
    calls = (
        movie_keys.tables,
        movie_keys.xmp_packets,
        movie_tracks.clock,
        movie_tracks.picture_track,
        movie_tracks.free_track_number,
        lambda data: movie.with_sample(data, b"x"),
        lambda data: movie_keys.with_keys(data, {"AIGC": "x"}, apple=True),
    )
    for call in calls:
        try:
            call(data)
        except ContainerError:
            continue


LABELLED = movie_keys.with_keys(film(), {"one": "1", "AIGC": "x"}, apple=True)


@settings(max_examples=300)
@given(st.data())
def test_changed_bytes_never_raise_anything_else(draw):
    data = bytearray(LABELLED)
    for _ in range(draw.draw(st.integers(1, 4))):
        at = draw.draw(st.integers(0, len(data) - 4))
        data[at : at + 4] = draw.draw(
            st.sampled_from([bytes(4), b"\0\0\0\1", b"\xff" * 4, b"\0\0\0\7"]) | st.binary(min_size=4, max_size=4)
        )
    _everything(bytes(data))


@given(st.integers(0, len(LABELLED)))
def test_a_cut_film_never_raises_anything_else(length):
    _everything(LABELLED[:length])


KINDS = st.sampled_from(
    [b"moov", b"trak", b"udta", b"meta", b"keys", b"ilst", b"data", b"hdlr", b"mvhd", b"stbl", b"stco"]
)
TREES = st.recursive(
    st.builds(pack, KINDS, st.binary(max_size=24)),
    lambda inner: st.builds(lambda kind, parts: pack(kind, *parts), KINDS, st.lists(inner, max_size=4)),
    max_leaves=20,
)


@settings(max_examples=200)
@given(TREES)
def test_any_tree_of_boxes_never_raises_anything_else(tree):
    _everything(BRAND + pack(b"moov", tree))
    _everything(BRAND + tree)
    _everything(tree)
