"""Against a real server on this machine: what is too large or too slow is cut off, and others are served meanwhile."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from doubles.door import Door

from tuanyuan.http import bounds
from tuanyuan.http.server import HEAD_BYTES, HeadGuard, Server, config

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])


@dataclass
class Patience:
    """How many seconds the server waits for what: enough for a busy machine unless `short(…)` says otherwise."""

    head: float = 120.0
    stalled: float = 120.0
    body: float = 120.0


@pytest.fixture
def patience(request: pytest.FixtureRequest) -> Patience:
    """Set by `short(…)` on a test."""
    marked = getattr(request, "param", {})
    return Patience(**marked)


def short(**seconds: float) -> pytest.MarkDecorator:
    """The server's patience in a test that runs out of it."""
    return pytest.mark.parametrize("patience", [seconds], indirect=True, ids=["short"])


@pytest.fixture
def port(door: Door, patience: Patience, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The door's API behind the real server, which has so much patience."""
    monkeypatch.setattr(HeadGuard, "seconds", patience.head)
    monkeypatch.setattr(HeadGuard, "stalled", patience.stalled)
    monkeypatch.setattr(bounds, "IDLE_SECONDS", patience.body)
    monkeypatch.setattr(bounds, "WHOLE_SECONDS", 2 * patience.body)
    from tuanyuan.http.app import create

    app = create(door.studio)
    app.state.uploads.idle = app.state.uploads.whole = patience.body
    listening = socket.create_server(("127.0.0.1", 0))
    ready = threading.Event()
    server = Server(config(app, "127.0.0.1", 0), app.state.watching.end, ready.set)
    server.capture_signals = _no_signals  # type: ignore[method-assign]  # instead of its own
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    assert ready.wait(120)
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join(120)
    assert not thread.is_alive()
    listening.close()


@contextmanager
def _no_signals() -> Iterator[None]:
    yield


def answered(port: int, *pieces: bytes, pause: float = 0.0, until: bytes = b"") -> bytes:
    """What the server says to these bytes, or until it closes the connection, sending piece after piece meanwhile."""
    with socket.create_connection(("127.0.0.1", port), timeout=120) as client:
        said = bytearray()
        with suppress(ConnectionError):
            for piece in pieces:
                # Whoever goes on sending after the answer may lose it.
                if select.select([client], [], [], pause)[0]:
                    break
                client.sendall(piece)
            while not (until and until in said) and (received := client.recv(65536)):
                said += received
        return bytes(said)


HEAD = b"POST /api/v1/auth/guest HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"


@short(head=0.25)
def test_a_connection_that_says_nothing_or_drips_its_head_is_closed(port: int) -> None:
    assert answered(port) == b""
    assert answered(port, *(b"GET /healthz HTTP/1.1\r\n", *[b"X: y\r\n"] * 20), pause=0.05) == b""


def test_a_head_without_end_is_closed(port: int) -> None:
    line = b"X-Filler: " + b"x" * 1000 + b"\r\n"
    said = answered(port, b"GET /healthz HTTP/1.1\r\nHost: a\r\n", *[line] * (HEAD_BYTES // 1000 + 100))
    assert b"200" not in said


def test_a_whole_head_beyond_the_bound_is_not_served(port: int) -> None:
    head = b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Filler: " + b"x" * (HEAD_BYTES + 1) + b"\r\n\r\n"
    assert b"200 OK" not in answered(port, head)
    assert b"200 OK" in answered(port, b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")


@short(body=0.25, head=2.0)
def test_a_body_that_drips_is_told_408_and_closed(port: int) -> None:
    said = answered(port, HEAD + b"Content-Length: 1000\r\n\r\n", *[b" "] * 30, pause=0.05)
    assert said.startswith(b"HTTP/1.1 408")
    assert b"body_too_slow" in said
    silent = answered(port, HEAD + b"Content-Length: 1000\r\n\r\n{")
    assert silent.startswith(b"HTTP/1.1 408")


def test_a_body_that_is_announced_too_large_is_refused_unread(port: int) -> None:
    said = answered(port, HEAD + b"Content-Length: 65537\r\n\r\n", until=b"\r\n")
    assert said.startswith(b"HTTP/1.1 413")


@short(head=2.0)
def test_a_body_that_goes_on_after_its_refusal_is_cut_off(port: int) -> None:
    said = answered(port, HEAD + b"Content-Length: 70000\r\n\r\n", until=b"\r\n")
    assert said.startswith(b"HTTP/1.1 413")
    with socket.create_connection(("127.0.0.1", port), timeout=120) as client:
        client.sendall(HEAD + b"Content-Length: 70000\r\n\r\n")
        with pytest.raises(ConnectionError):
            drip(client)


def drip(client: socket.socket) -> None:
    for _ in range(1000):
        client.sendall(b" ")
        time.sleep(0.01)


def test_a_body_that_does_not_say_its_length_is_counted(port: int) -> None:
    chunk = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
    said = answered(port, HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 5, until=b"\r\n")
    assert said.startswith(b"HTTP/1.1 413")


def test_a_body_in_pieces_within_the_bounds_is_served(port: int) -> None:
    body = b'{"device": "a-device-of-the-tests"}'
    head = HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    assert answered(port, head, body[:10], body[10:], pause=0.05).startswith(b"HTTP/1.1 200")


@short(body=0.25)
def test_a_photo_that_stops_half_way_is_given_up_and_leaves_nothing(port: int, door: Door) -> None:
    guest = door.customer()
    head = (
        b"POST /api/v1/photos HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=bbbb\r\n"
        b"Authorization: Bearer " + guest.login["access_token"].encode() + b"\r\nContent-Length: 100000\r\n\r\n"
        b'--bbbb\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n\xff\xd8\xff'
    )
    said = answered(port, head, until=b"\r\n")
    assert said.startswith(b"HTTP/1.1 408")
    with socket.create_connection(("127.0.0.1", port), timeout=120) as client:
        client.sendall(head)
    waited_until(lambda: states(door) == {"erased"} or not states(door))
    assert guest.got("GET", "/photos")["photos"] == []


def states(door: Door) -> set[str]:
    with door.studio.units.read() as unit:
        return {file.state for file in unit.files.living("", 100)}


def waited_until(true: Any) -> None:
    for _ in range(12_000):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come to pass")


LARGE = 16 * 1024 * 1024


def large_picture(port: int, door: Door) -> socket.socket:
    """A client with little room that has asked for a picture larger than what the system holds for us."""
    until = door.now + timedelta(hours=1)
    file = door.studio.keeping.keep(door.guest().id, "candidate", "image/jpeg", bytes(LARGE), until)
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
    client.settimeout(120)
    client.connect(("127.0.0.1", port))
    client.sendall(f"GET {door.studio.url(file.id)} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
    return client


def rest(client: socket.socket, pause: float = 0.0) -> int:
    """How many bytes still come."""
    size = 0
    with suppress(ConnectionError):
        while received := client.recv(1024 * 1024):
            size += len(received)
            time.sleep(pause)
    return size


@short(stalled=0.25)
def test_who_asks_for_a_picture_and_does_not_take_it_is_cut_off(
    port: int, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = threading.Event()
    lost = HeadGuard.connection_lost

    def noted(self: HeadGuard, error: Exception | None) -> None:
        lost(self, error)
        gone.set()

    monkeypatch.setattr(HeadGuard, "connection_lost", noted)
    with large_picture(port, door) as client:
        assert client.recv(1000).startswith(b"HTTP/1.1 200")
        assert gone.wait(120)
        assert rest(client) < LARGE


def test_who_takes_a_picture_slowly_gets_all_of_it(port: int, door: Door) -> None:
    with large_picture(port, door) as client:
        assert rest(client, pause=0.002) > LARGE


def test_fifty_who_drip_keep_nobody_waiting(port: int) -> None:
    with suppress(OSError):
        slow = [socket.create_connection(("127.0.0.1", port), timeout=120) for _ in range(50)]
    for client in slow:
        client.sendall(HEAD + b"Content-Length: 1000\r\n\r\n")
    said = answered(port, b"GET /api/v1/catalogue HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 200")
    for client in slow:
        client.close()


def test_a_watcher_is_told_the_end_when_the_server_stops(door: Door) -> None:
    """The stream of a job that never ends does not keep the server from ending."""
    from tuanyuan.http.app import create

    guest = door.customer()
    job = guest.posted()
    app = create(door.studio)
    listening = socket.create_server(("127.0.0.1", 0))
    ready = threading.Event()
    server = Server(config(app, "127.0.0.1", 0), app.state.watching.end, ready.set)
    server.capture_signals = _no_signals  # type: ignore[method-assign]  # instead of its own
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    assert ready.wait(120)
    port = listening.getsockname()[1]
    with socket.create_connection(("127.0.0.1", port), timeout=120) as client:
        token = guest.login["access_token"].encode()
        path = f"/api/v1/jobs/{job['id']}/events".encode()
        client.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + token + b"\r\n\r\n")
        said = b""
        while b'"progress":0' not in said:
            said += client.recv(65536)
        server.should_exit = True
        while received := client.recv(65536):
            said += received
    thread.join(120)
    listening.close()
    assert not thread.is_alive()
    assert said.endswith(b"0\r\n\r\n")
    assert app.state.watching.watchers == 0


def test_a_watcher_who_goes_away_is_noticed(port: int, door: Door) -> None:
    guest = door.customer()
    job = guest.posted()
    token = guest.login["access_token"].encode()
    path = f"/api/v1/jobs/{job['id']}/events".encode()
    clients = []
    for _ in range(10):
        client = socket.create_connection(("127.0.0.1", port), timeout=120)
        client.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + token + b"\r\n\r\n")
        said = b""
        while b'"progress":0' not in said:
            said += client.recv(65536)
        clients.append(client)
    full = answered(
        port,
        b"GET " + path + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer " + token + b"\r\n\r\n",
    )
    assert full.startswith(b"HTTP/1.1 503")
    for client in clients:
        client.close()

    def place_is_free() -> bool:
        with socket.create_connection(("127.0.0.1", port), timeout=120) as once_more:
            once_more.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + token + b"\r\n\r\n")
            return once_more.recv(20).startswith(b"HTTP/1.1 200")

    waited_until(place_is_free)
