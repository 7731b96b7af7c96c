"""A photo on its way in: streamed, bounded, and without a trace where it does not arrive."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from doubles.door import API, PHOTO, Door, Guest

from tuanyuan.domain.errors import NotNow, StudioError, TooLarge, WrongUsage
from tuanyuan.http.problems import TooSlow
from tuanyuan.http.upload import MOST_BYTES, PhotoForm, Uploads, file_name

MEGABYTE = 1024 * 1024


def form(data: bytes, field: str = "photo", boundary: str = "b" * 20) -> bytes:
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; filename="a.jpg"\r\n\r\n'
    return head.encode() + data + f"\r\n--{boundary}--\r\n".encode()


HEADERS = {b"content-type": b"multipart/form-data; boundary=" + b"b" * 20}


class Taking:
    """A `Receiving` that only remembers."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.ended = ""

    def write(self, chunk: bytes) -> None:
        self.pieces.append(chunk)

    def finish(self) -> Any:
        self.ended = "kept"
        return b"".join(self.pieces)

    def abort(self) -> None:
        self.ended = "aborted"


def sent(*pieces: bytes, then: str = "end") -> Any:
    """A `receive` that gives these pieces, and then ends, hangs or disconnects."""
    waiting = list(pieces)

    async def receive() -> dict[str, Any]:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting) or then != "end"}
        if then == "hang":
            await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    return receive


def take(receive: Any, uploads: Uploads | None = None, headers: dict[bytes, bytes] | None = None) -> tuple[Any, Taking]:
    taking = Taking()
    names: list[str] = []

    def begin(name: str) -> Taking:
        names.append(name)
        return taking

    async def run() -> Any:
        return await (uploads or Uploads()).take(headers or HEADERS, receive, begin)

    try:
        return asyncio.run(run()), taking
    except Exception as error:
        return error, taking


def test_a_photo_arrives_whole_in_whatever_pieces_it_comes() -> None:
    data = bytes(range(256)) * 8 + b"\r\n--not the boundary\r\n"
    body = form(data)
    for size in (1, 7, 64, len(body)):
        kept, taking = take(sent(*(body[i : i + size] for i in range(0, len(body), size))))
        assert kept == data
        assert taking.ended == "kept"


def test_it_is_handed_on_in_pieces_and_never_held_as_a_whole() -> None:
    body = form(b"x" * 4 * MEGABYTE)
    _, taking = take(sent(*(body[i : i + 65536] for i in range(0, len(body), 65536))))
    assert max(map(len, taking.pieces)) <= 256 * 1024 + 65536
    assert len(taking.pieces) > 10


@pytest.mark.parametrize(
    ("receive", "kind", "code"),
    [
        (lambda: sent(form(PHOTO)[:-10]), WrongUsage, "upload_cut"),
        (lambda: sent(form(PHOTO), form(PHOTO)[:0], b"", then="end"), None, ""),
        (lambda: sent(b"garbage that is no form"), WrongUsage, "upload_cut"),
        (lambda: sent(b""), WrongUsage, "upload_cut"),
        (lambda: sent(form(PHOTO, field="passport")), WrongUsage, "upload_photo_missing"),
        (lambda: sent(form(PHOTO)[:-4] + form(PHOTO)[22:]), WrongUsage, "upload_photo_missing"),
        (lambda: sent(*[b"y" * MEGABYTE] * 11), WrongUsage, "upload_cut"),
    ],
    ids=["cut", "whole", "garbage", "nothing", "other field", "two photos", "endless garbage"],
)
def test_what_is_not_one_whole_photo_leaves_nothing(receive: Any, kind: type[StudioError] | None, code: str) -> None:
    ended, taking = take(receive())
    if kind is None:
        assert taking.ended == "kept"
        return
    assert isinstance(ended, kind)
    assert ended.code == code
    assert taking.ended in ("", "aborted")


def test_a_photo_that_grows_beyond_the_bound_is_stopped_there() -> None:
    body = form(b"x" * (MOST_BYTES + 1))
    ended, taking = take(sent(*(body[i : i + MEGABYTE] for i in range(0, len(body), MEGABYTE))))
    assert isinstance(ended, TooLarge)
    assert taking.ended == "aborted"
    assert sum(map(len, taking.pieces)) <= MOST_BYTES


def test_a_length_that_is_too_large_is_refused_before_a_byte_is_read() -> None:
    ended, taking = take(sent(then="hang"), headers={**HEADERS, b"content-length": b"%d" % (MOST_BYTES + 1)})
    assert isinstance(ended, TooLarge)
    assert taking.ended == ""


def test_a_sender_that_falls_silent_or_drips_is_given_up() -> None:
    silent = Uploads()
    silent.idle = 0.05
    ended, taking = take(sent(form(PHOTO)[:2000], then="hang"), silent)
    assert isinstance(ended, TooSlow)
    assert taking.ended == "aborted"

    dripping = Uploads()
    dripping.whole = 0.05

    async def drip() -> dict[str, Any]:
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": b"", "more_body": True}

    ended, _ = take(drip, dripping)
    assert isinstance(ended, TooSlow)


def test_a_client_that_leaves_leaves_nothing() -> None:
    _, taking = take(sent(form(PHOTO)[:2000], then="leave"))
    assert taking.ended == "aborted"


def test_so_many_at_once_and_no_more() -> None:
    uploads = Uploads()
    uploads.at_once = 1

    async def two() -> list[Any]:
        return await asyncio.gather(
            *(uploads.take(HEADERS, sent(form(PHOTO)), lambda _: Taking()) for _ in range(2)), return_exceptions=True
        )

    kept, refused = asyncio.run(two())
    assert kept == PHOTO
    assert isinstance(refused, NotNow)
    assert refused.code == "busy"
    assert asyncio.run(uploads.take(HEADERS, sent(form(PHOTO)), lambda _: Taking())) == PHOTO


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "application/json",
        "multipart/form-data",
        "multipart/form-data; boundary=" + "x" * 5000,
        "multipart/mixed; boundary=x",
    ],
)
def test_what_is_no_form_is_refused(content_type: str) -> None:
    with pytest.raises(WrongUsage):
        PhotoForm(content_type)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("奶奶.jpg", "奶奶.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\a.jpg", "a.jpg"),
        ("a\x00b\u202egpj.exe", "abgpj.exe"),
        ("", "photo"),
        ("x" * 500, "x" * 120),
    ],
)
def test_a_name_is_never_a_path(given: str, kept: str) -> None:
    assert file_name(given) == kept


def kept_files(door: Door) -> int:
    with door.studio.units.read() as unit:
        return len([file for file in unit.files.living("", 100) if file.state != "erased"])


def test_through_the_api_what_is_refused_leaves_no_file(door: Door) -> None:
    guest: Guest = door.customer()
    large = guest.upload(b"\xff\xd8\xff" + b"x" * (10 * MEGABYTE + 1))
    assert large.status_code == 413
    assert guest.upload(field_="passport").json()["code"] == "upload_photo_missing"
    cut = door.client.post(
        f"{API}/photos",
        content=form(PHOTO)[:-9],
        headers={**guest.headers, "content-type": "multipart/form-data; boundary=" + "b" * 20},
    )
    assert cut.json()["code"] == "upload_cut"
    assert kept_files(door) == 0
    assert list((door.studio.settings.data_dir / "objects").rglob("*.jpg")) == []
    assert guest.upload(b"\xff\xd8\xff" + b"x" * (10 * MEGABYTE - 3)).status_code == 201
    assert kept_files(door) == 1


def test_without_consent_nothing_is_written(door: Door) -> None:
    guest = door.guest()
    answer = guest.upload()
    assert (answer.status_code, answer.json()["code"]) == (409, "consent_required")
    assert kept_files(door) == 0
    assert guest.upload(field_="file").status_code == 409
