"""Who is at the door: the token, the address, the language, the limits. Nothing is believed that was not checked."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection, Request

from tuanyuan.domain.errors import TooMany, Unauthorised
from tuanyuan.domain.messages import MESSAGES
from tuanyuan.domain.ports import Unit
from tuanyuan.domain.user import Language, User
from tuanyuan.http.language import preferred

if TYPE_CHECKING:
    from tuanyuan.domain.ports.world import Claims
    from tuanyuan.wiring.studio import Studio

# What one user, and what one address, may do. Behind one address there may be a whole town.
OF_A_USER = {
    "read": "600/minute",
    "write": "120/minute",
    "watch": "120/minute",
    "upload": "120/hour",
    "order": "120/hour",
    "export": "20/hour",
}
OF_AN_ADDRESS = {
    "login": "300/minute",
    "open": "1200/minute",
    "upload": "3000/hour",
    "order": "3000/hour",
}

bearer = HTTPBearer(
    auto_error=False, scheme_name="bearer", bearerFormat="JWT", description="The access token of a login."
)


class Visit:
    """One request. `claims` are those of its token, signature checked; None where nobody is logged in."""

    def __init__(self, request: Request, token: str | None) -> None:
        self.studio: Studio = request.app.state.studio
        self.language: Language = preferred(request.headers.get("accept-language"))
        self.address = address_of(request, self.studio.settings.proxies)
        self.token = token
        self.claims: Claims | None = self.studio.signer.read(token, self.studio.clock()) if token else None

    def limit(self, name: str) -> None:
        """Count one more, of the user and of the address. TooMany: too_often. Never call it inside a unit."""
        if self.claims is not None and name in OF_A_USER:
            self._hit(f"http-{name}", self.claims.user_id, OF_A_USER[name])
        if name in OF_AN_ADDRESS:
            self._hit(f"http-{name}-address", network(self.address), OF_AN_ADDRESS[name])

    def _hit(self, name: str, key: str, limit: str) -> None:
        seconds = self.studio.limiter.hit(name, key, limit)
        if seconds is not None:
            raise TooMany("too_often", seconds)

    def user(self, unit: Unit) -> User:
        """Whose token it is, if the login still stands. Unauthorised."""
        if self.claims is None:
            raise Unauthorised("login_required")
        return self.studio.accounts.holder(unit, self.claims)

    @contextmanager
    def writing(self, limit: str = "write") -> Iterator[tuple[Unit, User]]:
        """A unit for writing, with the user. It commits as the block ends."""
        self.limit(limit)
        with self.studio.units.begin() as unit:
            yield unit, self.user(unit)

    @contextmanager
    def reading(self, limit: str = "read") -> Iterator[tuple[Unit, User]]:
        """A unit for reading, with the user."""
        self.limit(limit)
        with self.studio.units.read() as unit:
            yield unit, self.user(unit)

    def say(self, code: str) -> str:
        """A message without facts, in the visitor's language."""
        message_zh, message_en, _, _ = MESSAGES[code]
        return message_en if self.language == "en" else message_zh

    def url(self, file_id: str) -> str:
        """A temporary address of a kept file; absolute where the studio knows its own."""
        return self.studio.url(file_id)


async def anybody(request: Request) -> Visit:
    """A request that needs no login. A token it carries is not looked at."""
    return Visit(request, None)


async def somebody(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> Visit:
    """A request of somebody logged in. Unauthorised: login_required, login_expired; before the body is looked at."""
    if credentials is None or not credentials.credentials:
        raise Unauthorised("login_required")
    return Visit(request, credentials.credentials)


Anybody = Annotated[Visit, Depends(anybody)]
Somebody = Annotated[Visit, Depends(somebody)]


def address_of(connection: HTTPConnection, proxies: int) -> str:
    """The client's address: the entry that the outermost of our own proxies wrote. What stands left is made up."""
    peer = connection.client.host if connection.client else ""
    if not proxies:
        return peer
    entries = [e.strip() for line in connection.headers.getlist("x-forwarded-for") for e in line.split(",")]
    if len(entries) < proxies:
        return peer
    try:
        return str(ipaddress.ip_address(entries[-proxies].strip("[]")))
    except ValueError:
        return peer


def network(address: str) -> str:
    """What is counted as one address: of IPv6 the /64 that one household has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        # A socket for both families shows IPv4 as ::ffff:1.2.3.4; all of them share one /64.
        return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
