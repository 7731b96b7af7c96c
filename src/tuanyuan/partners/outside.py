"""Results at addresses that a provider gave: fetched without being led into the network where we are.

A name is resolved here, what lies inside is left out, and the connection goes to an address that was looked at: there
is no second look-up that could answer otherwise. TLS still verifies the name.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import httpx2

# IP addresses of a host, for a port. Blocks its thread. OSError, UnicodeError: there are none.
Resolve = Callable[[str, int], Sequence[str]]
# Each may take the whole time of a connection.
MOST_TRIED = 4
# No connection is used again: it is known by its address, and was verified for one name of those that may lie there.
ONCE = httpx2.Limits(max_keepalive_connections=0)
# IPv6 that a gateway turns into the IPv4 in its last four bytes (RFC 6052).
_TRANSLATED = IPv6Network("64:ff9b::/96")
# Where clouds keep the keys of their machines: link-local everywhere, and Aliyun's, Volcengine's and Amazon's own.
_LINK_LOCAL = (IPv4Network("169.254.0.0/16"), IPv6Network("fe80::/10"))
_KEYS = frozenset(map(ip_address, ("100.100.100.200", "100.96.0.96", "fd00:ec2::254")))


class Inside(Exception):
    """The address leads only to where nobody is led. Nothing was sent."""


class Provider:
    """Where a provider is, which decides where the results that it names may lie."""

    def __init__(self, host: str = "") -> None:
        """host: of the operator's address for it; it may be a name."""
        self._here = inside(host)
        self._elsewhere = False

    def answered(self, response: httpx2.Response) -> None:
        """Note from where it answered: a name does not show whether it is a server of our own.

        One that was outside once stays there: its name is its own, and might be moved inside for a moment.
        """
        stream = response.extensions.get("network_stream")
        peer = None if stream is None else stream.get_extra_info("server_addr")
        if isinstance(peer, tuple):
            self._elsewhere = self._elsewhere or not inside(str(peer[0]))
            self._here = not self._elsewhere

    def admits(self, address: str) -> bool:
        """Whether a name that it gives may stand for this IP address: one inside only where the provider is, too."""
        return not inside(address) or (self._here and not keeps_keys(address))


class OutsideTransport(httpx2.BaseTransport):
    """Connects `inner`, which should keep no connection (`ONCE`), to what `admits` lets through. Raises Inside."""

    def __init__(self, inner: httpx2.BaseTransport, admits: Callable[[str], bool], resolve: Resolve | None) -> None:
        """resolve: instead of the system's."""
        self._inner, self._admits, self._resolve = inner, admits, resolve or _resolved

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """One request, to the first of its addresses that is reached."""
        *others, last = _aimed(request, _found(request, self._resolve), self._admits)
        for one in others:
            with suppress(httpx2.ConnectError, httpx2.ConnectTimeout):
                return self._inner.handle_request(one)
        return self._inner.handle_request(last)

    def close(self) -> None:
        """Let go of the connections."""
        self._inner.close()


class AsyncOutsideTransport(httpx2.AsyncBaseTransport):
    """The same on an event loop."""

    def __init__(
        self, inner: httpx2.AsyncBaseTransport, admits: Callable[[str], bool], resolve: Resolve | None
    ) -> None:
        """resolve: instead of the system's."""
        self._inner, self._admits, self._resolve = inner, admits, resolve or _resolved

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """One request, to the first of its addresses that is reached."""
        found = await asyncio.to_thread(_found, request, self._resolve)
        *others, last = _aimed(request, found, self._admits)
        for one in others:
            with suppress(httpx2.ConnectError, httpx2.ConnectTimeout):
                return await self._inner.handle_async_request(one)
        return await self._inner.handle_async_request(last)

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self._inner.aclose()


def inside(host: str) -> bool:
    """Whether a host is this machine or an address without a name that the world does not reach.

    No name on the internet ends in a number: such a host is an address in another spelling, as "127.1".
    """
    try:
        address = _plain(ip_address(host))
    except ValueError:
        last = host.rstrip(".").rpartition(".")[2]
        return last == "localhost" or last[:1].isdigit()
    return not address.is_global or address.is_multicast or address.is_reserved


def keeps_keys(host: str) -> bool:
    """Whether a host may be where a cloud keeps the keys of its machines, which nobody is ever led to."""
    try:
        address = _plain(ip_address(host))
    except ValueError:
        return host.rstrip(".").rpartition(".")[2][:1].isdigit()
    return address in _KEYS or any(address in network for network in _LINK_LOCAL)


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one stands for, else itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _resolved(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _found(request: httpx2.Request, resolve: Resolve) -> Sequence[str]:
    """The addresses of a request's host. Blocks its thread. ConnectError: there are none."""
    host = request.url.raw_host.decode("ascii")
    with suppress(ValueError):
        return (str(ip_address(host)),)
    try:
        return resolve(host, request.url.port or (443 if request.url.scheme == "https" else 80))
    except (OSError, UnicodeError):
        raise httpx2.ConnectError("no such host", request=request) from None


def _aimed(request: httpx2.Request, found: Sequence[str], admits: Callable[[str], bool]) -> list[httpx2.Request]:
    """The request for each address to be tried, one at least. Inside: none is admitted.

    Of a name that is inside and outside what is outside is used: a picture that was paid for lies there.
    """
    admitted = [address for address in dict.fromkeys(found) if admits(address)]
    if not admitted:
        raise Inside
    # The name as it was given stands in the header `Host` already.
    named = {**request.extensions, "sni_hostname": request.url.raw_host.decode("ascii")}
    return [
        httpx2.Request(
            request.method,
            request.url.copy_with(host=address),
            headers=request.headers,
            stream=request.stream,
            extensions=named,
        )
        for address in _in_turn(admitted)
    ]


def _in_turn(addresses: Sequence[str]) -> Iterator[str]:
    """The first few, IPv4 and IPv6 by turns: one of them may lead nowhere, and costs all the time of a connection."""
    ranked: dict[int, list[str]] = {4: [], 6: []}
    for address in addresses:
        ranked[ip_address(address).version].append(address)
    turns = [(turn, version, a) for version, of_kind in ranked.items() for turn, a in enumerate(of_kind)]
    return (address for _, _, address in sorted(turns)[:MOST_TRIED])
