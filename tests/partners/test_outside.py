"""Nobody is led into the network where we are: what is connected to is an address that was looked at."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from doubles.names import Names

from tuanyuan.partners.outside import (
    MOST_TRIED,
    ONCE,
    AsyncOutsideTransport,
    Inside,
    OutsideTransport,
    Provider,
    inside,
    keeps_keys,
)

WORLD, OTHER, SIX = "93.184.216.34", "198.41.0.4", "2606:2800:220:1::1"
INSIDE = [
    "10.1.2.3",
    "127.0.0.1",
    "192.168.1.1",
    "172.16.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "0.0.0.0",
    "224.0.0.1",
    "::1",
    "::",
    "fd00::1",
    "fe80::1%eth0",
    "ff02::1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "2002:a00:1::",
    "64:ff9b::a00:1",
]
METADATA = ["169.254.169.254", "fe80::1%eth0", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "100.100.100.200"]
Ask = Callable[..., httpx2.Response]


def at_once(handler: Any, names: Names, admits: Any, address: str) -> httpx2.Response:
    transport = OutsideTransport(httpx2.MockTransport(handler), admits, names)
    with httpx2.Client(transport=transport, trust_env=False) as client:
        return client.get(address)


def on_a_loop(handler: Any, names: Names, admits: Any, address: str) -> httpx2.Response:
    async def act() -> httpx2.Response:
        transport = AsyncOutsideTransport(httpx2.MockTransport(handler), admits, names)
        async with httpx2.AsyncClient(transport=transport, trust_env=False) as client:
            return await client.get(address)

    return asyncio.run(act())


@pytest.fixture(params=[at_once, on_a_loop])
def ask(request: pytest.FixtureRequest) -> Ask:
    """`ask(handler, names, address)` of a provider of the world."""

    def asked(handler: Any, names: Names, address: str, admits: Any = None) -> httpx2.Response:
        return request.param(handler, names, admits or Provider("api.example").admits, address)

    return asked


class Seen(list):
    """A handler that answers and keeps the requests; those for `shut` are refused a connection."""

    def __init__(self, *shut: str) -> None:
        super().__init__()
        self.shut = shut

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.append(request)
        if request.url.host in self.shut:
            raise httpx2.ConnectError("shut")
        return httpx2.Response(200, content=b"picture")


def test_a_name_of_the_world_is_asked_at_its_address_under_its_name(ask: Ask) -> None:
    seen, names = Seen(), Names([WORLD])
    assert ask(seen, names, "https://out.example:8443/a.png?s=1").content == b"picture"
    (request,) = seen
    assert str(request.url) == f"https://{WORLD}:8443/a.png?s=1"
    assert request.headers["host"] == "out.example:8443"
    assert request.extensions["sni_hostname"] == "out.example"
    assert request.extensions["timeout"]["connect"] == 5.0
    assert names.asked == [("out.example", 8443)]


@pytest.mark.parametrize(
    ("address", "asked"),
    [("https://out.example/a", ("out.example", 443)), ("http://例子.example/a", ("xn--fsqu00a.example", 80))],
)
def test_the_resolver_gets_name_and_port(ask: Ask, address: str, asked: tuple[str, int]) -> None:
    names = Names([WORLD])
    ask(Seen(), names, address)
    assert names.asked == [asked]


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_of_something_inside_is_not_connected_to(ask: Ask, address: str) -> None:
    seen = Seen()
    with pytest.raises(Inside):
        ask(seen, Names([address]), "https://out.example/latest")
    assert seen == []


@pytest.mark.parametrize("host", ["10.0.0.1", "[::1]", "[::ffff:10.0.0.1]"])
def test_an_address_without_a_name_is_looked_at_as_well_and_not_resolved(ask: Ask, host: str) -> None:
    seen, names = Seen(), Names([WORLD])
    with pytest.raises(Inside):
        ask(seen, names, f"https://{host}/latest")
    assert (seen, names.asked) == ([], [])
    assert ask(seen, names, f"https://[{SIX}]/a").content == b"picture"
    assert [request.url.host for request in seen] == [SIX]
    assert names.asked == []


def test_of_a_name_inside_and_outside_only_the_outside_is_used(ask: Ask) -> None:
    seen = Seen()
    assert ask(seen, Names(["10.0.0.1", WORLD, "fd00::1"]), "https://out.example/a").content == b"picture"
    assert [request.url.host for request in seen] == [WORLD]
    # Nor is the inside tried where the outside is not reached.
    shut = Seen(WORLD)
    with pytest.raises(httpx2.ConnectError):
        ask(shut, Names([WORLD, "10.0.0.1"]), "https://out.example/a")
    assert [request.url.host for request in shut] == [WORLD]


def test_what_a_second_look_up_says_is_never_asked_for(ask: Ask) -> None:
    seen, names = Seen(), Names([WORLD], ["169.254.169.254"])
    assert ask(seen, names, "https://out.example/a").content == b"picture"
    assert [request.url.host for request in seen] == [WORLD]
    assert len(names.asked) == 1


def test_the_next_address_is_tried_where_one_is_not_reached_and_few_in_all(ask: Ask) -> None:
    seen = Seen(SIX, WORLD)
    assert ask(seen, Names([SIX, WORLD, OTHER, WORLD]), "https://out.example/a").content == b"picture"
    assert [request.url.host for request in seen] == [WORLD, SIX, OTHER]
    many = [f"93.184.216.{n}" for n in range(1, 100)]
    shut = Seen(*many, SIX)
    with pytest.raises(httpx2.ConnectError):
        ask(shut, Names([*many, SIX]), "https://out.example/a")
    assert [request.url.host for request in shut] == [many[0], SIX, *many[1 : MOST_TRIED - 1]]


def test_nothing_is_sent_again_that_was_not_answered(ask: Ask) -> None:
    asked = []

    def lose(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        raise httpx2.ReadTimeout("x")

    with pytest.raises(httpx2.ReadTimeout):
        ask(lose, Names([WORLD, OTHER]), "https://out.example/a")
    assert len(asked) == 1


@pytest.mark.parametrize("error", [OSError("no such name"), UnicodeError("label too long")])
def test_a_name_that_nobody_knows_is_no_connection(ask: Ask, error: Exception) -> None:
    seen = Seen()
    with pytest.raises(httpx2.ConnectError):
        ask(seen, Names(error), "https://out.example/a")
    assert seen == []


@pytest.mark.parametrize("address", INSIDE)
def test_inside(address: str) -> None:
    assert inside(address)
    assert keeps_keys(address) == (address in METADATA)
    assert not Provider("api.example").admits(address)
    assert Provider("10.0.0.5").admits(address) == (address not in METADATA)


@pytest.mark.parametrize("address", [WORLD, SIX, "::ffff:93.184.216.34", "64:ff9b::808:808", "2002:808:808::1"])
def test_outside(address: str) -> None:
    assert not inside(address)
    assert Provider("api.example").admits(address)


def answered(peer: Any) -> httpx2.Response:
    class Stream:
        def get_extra_info(self, what: str) -> Any:
            return {"server_addr": peer}.get(what)

    return httpx2.Response(200, extensions={"network_stream": Stream()})


def test_a_named_server_of_our_own_is_known_by_where_it_answers() -> None:
    own = Provider("gpu")
    assert not own.admits("10.0.0.6")
    own.answered(httpx2.Response(200))
    own.answered(answered(None))
    assert not own.admits("10.0.0.6")
    own.answered(answered(("10.0.0.5", 8188)))
    assert own.admits("10.0.0.6")
    assert not own.admits("169.254.169.254")


def test_a_provider_of_the_world_cannot_move_in() -> None:
    """Its name is its own, and may be given another address at any moment."""
    provider = Provider("api.example")
    provider.answered(answered((WORLD, 443)))
    provider.answered(answered(("10.0.0.5", 443)))
    assert not provider.admits("10.0.0.6")


# Over real connections.


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ssl.SSLContext, ssl.SSLContext]]:
    """Of a server called out.example, and of a client that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "out.example")])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("out.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    whole: Path = tmp_path_factory.mktemp("tls") / "server.pem"
    text = certificate.public_bytes(serialization.Encoding.PEM)
    plain = serialization.NoEncryption()
    whole.write_bytes(text + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(whole)
    return serving, ssl.create_default_context(cadata=text.decode())


@asynccontextmanager
async def served(context: ssl.SSLContext) -> Any:
    """A server on this machine: its port, and the connections that it took."""
    taken = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taken.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\npicture")
        await writer.drain()
        # It would keep the connection; who called does not.
        await reader.read()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1], taken


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
def test_the_name_is_verified_although_the_address_is_connected_to(tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    serving, trusting = tls

    async def act() -> list[bytes]:
        inner = httpx2.AsyncHTTPTransport(verify=trusting, trust_env=False, limits=ONCE)
        transport = AsyncOutsideTransport(inner, lambda _: True, Names(["127.0.0.1"]))
        async with (
            served(serving) as (port, taken),
            httpx2.AsyncClient(transport=transport, trust_env=False) as client,
        ):
            assert (await client.get(f"https://out.example:{port}/a")).content == b"picture"
            # The same address, and a connection that was verified for another name: it is not used for this one.
            with pytest.raises(httpx2.ConnectError):
                await client.get(f"https://other.example:{port}/a")
            assert (await client.get(f"https://out.example:{port}/b")).content == b"picture"
            return list(taken)

    heads = asyncio.run(act())
    assert [head.split(b" ")[1] for head in heads] == [b"/a", b"/b"]
    assert all(b"Host: out.example:" in head for head in heads)
