"""`/auth`: ways in and out. A short access token, and a refresh token that is replaced at each use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends
from fastapi.security import HTTPAuthorizationCredentials
from pydantic import BaseModel, Field, StringConstraints
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from tuanyuan.domain.errors import OurFault, Unauthorised
from tuanyuan.http.answers import Asked, json_response, refusals
from tuanyuan.http.me import UserView, user_view
from tuanyuan.http.visit import Anybody, Somebody, Visit, anybody, bearer, somebody

if TYPE_CHECKING:
    from tuanyuan.domain.ports import WeChatSession
    from tuanyuan.services.accounts import Login

router = APIRouter(prefix="/auth", tags=["auth"])

Token = Annotated[str, StringConstraints(min_length=1, max_length=512, pattern=r"^[\x21-\x7e]+$")]


class Guest(Asked):
    """A device without WeChat. `device`: a random name that the client made once and keeps to itself, like a key."""

    device: Annotated[str, StringConstraints(min_length=16, max_length=128, pattern=r"^[\x21-\x7e]+$")] = Field(
        examples=["6f1ed002-ab5d-4c3d-9a51-0f6d8b1e7a21"]
    )


class WeChatCode(Asked):
    """What `wx.login` gave the mini-program; good for one use and five minutes."""

    code: Token = Field(examples=["0a3Bc1000fXyZ"])


class Refresh(Asked):
    """The refresh token of the last answer. It is good for one use."""

    refresh_token: Token


class LoginView(BaseModel):
    """Keep both tokens secret. `expires_in`: seconds until the access token ends."""

    access_token: str
    refresh_token: str
    token_type: str = "Bearer"  # noqa: S105  # the name of a scheme
    expires_in: int = Field(examples=[900])
    user: UserView


def _view(login: Login) -> LoginView:
    return LoginView(
        access_token=login.access_token,
        refresh_token=login.refresh_token,
        expires_in=login.expires_in,
        user=user_view(login.user),
    )


@router.post("/guest", response_model=LoginView, responses=refusals())
def guest(visit: Anybody, body: Guest) -> Response:
    """Log a device in: the same device is the same guest each time. A new one is given 10 credits."""
    visit.limit("login")
    with visit.studio.units.begin() as unit:
        login = visit.studio.accounts.guest(unit, body.device, visit.address)
    return json_response(_view(login))


async def _perhaps(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> Visit:
    if credentials is None:
        return await anybody(request)
    return await somebody(request, credentials)


# The token is welcome, not needed.
@router.post("/wechat", response_model=LoginView, responses=refusals(401, 403), openapi_extra={"security": [{}]})
async def wechat(request: Request, visit: Annotated[Visit, Depends(_perhaps)], body: WeChatCode) -> Response:
    """Log a WeChat user in. A guest who sends the guest's token along keeps everything."""
    # WeChat is asked before anything is opened, and in threads of its own: neither a transaction nor anybody else's
    # request waits for another company.
    session = await request.app.state.abroad.run(_session, visit, body.code)
    return await run_in_threadpool(_wechat, visit, session)


def _session(visit: Visit, code: str) -> WeChatSession:
    visit.limit("login")
    if visit.studio.wechat is None:
        raise OurFault("wechat_setup")
    return visit.studio.wechat.session(code)


def _wechat(visit: Visit, session: WeChatSession) -> Response:
    client = visit.studio.wechat
    assert client is not None  # noqa: S101  # it has just answered
    with visit.studio.units.begin() as unit:
        before = visit.user(unit) if visit.token else None
        login = visit.studio.accounts.wechat(unit, session, client.app_id, before)
    return json_response(_view(login))


@router.post("/refresh", response_model=LoginView, responses=refusals(401))
def refresh(visit: Anybody, body: Refresh) -> Response:
    """New tokens for old. A refresh token that comes a second time was stolen: that login ends, for everybody."""
    visit.limit("login")
    with visit.studio.units.begin() as unit:
        login = visit.studio.accounts.refresh(unit, body.refresh_token)
    if login is None:
        raise Unauthorised("login_expired")
    return json_response(_view(login))


@router.post("/logout", status_code=204, response_class=Response, responses=refusals(401))
def logout(visit: Somebody) -> Response:
    """End this login: its access token and its refresh token."""
    with visit.writing() as (unit, _):
        visit.studio.accounts.logout(unit, visit.studio.accounts.family(visit.token or ""))
    return Response(status_code=204)
