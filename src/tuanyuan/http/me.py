"""`/me`: the user's own profile, numbers, data and end."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints
from starlette.responses import Response

from tuanyuan.http.answers import PRINTABLE, Asked, Time, json_response, refusals
from tuanyuan.http.visit import Somebody

if TYPE_CHECKING:
    from tuanyuan.domain.user import User

router = APIRouter(prefix="/me", tags=["me"])


class SettingsView(BaseModel):
    """What a user may set. `quality` is asked of engines by default."""

    language: Literal["zh", "en"]
    notifications: bool
    autosave: bool
    quality: Literal["standard", "high"]
    large_type: bool


class UserView(BaseModel):
    """One account."""

    id: str
    kind: Literal["guest", "wechat"]
    name: str
    edition: Literal["personal", "business"]
    settings: SettingsView
    created_at: Time


class StatisticsView(BaseModel):
    """Numbers of one's own use."""

    photos: int
    jobs: int
    completed: int
    works: int
    credits_spent: int


class MeView(UserView):
    """The account with its numbers."""

    statistics: StatisticsView


class SettingsChange(Asked):
    """Settings to change; what is not named stays."""

    language: Literal["zh", "en"] | None = None
    notifications: bool | None = None
    autosave: bool | None = None
    quality: Literal["standard", "high"] | None = None
    large_type: bool | None = None


class Change(Asked):
    """What to change; what is not named stays."""

    name: Annotated[str, StringConstraints(max_length=40, pattern=PRINTABLE)] | None = Field(
        default=None, examples=["小明"]
    )
    settings: SettingsChange | None = None


class Takeout(BaseModel):
    """Everything that is kept about a user; pictures by temporary address."""

    made_at: str
    profile: dict[str, Any]
    consents: list[dict[str, Any]]
    ledger: list[dict[str, Any]]
    jobs: list[dict[str, Any]]
    photos: list[dict[str, Any]]
    works: list[dict[str, Any]]


def user_view(user: User) -> UserView:
    """An account as its owner sees it."""
    return UserView(
        id=user.id,
        kind=user.kind,
        name=user.name,
        edition=user.edition,
        settings=SettingsView(**asdict(user.settings)),
        created_at=user.created_at,
    )


@router.get("", response_model=MeView, responses=refusals(401))
def show(visit: Somebody) -> Response:
    """Who I am, and my numbers."""
    with visit.reading() as (unit, user):
        numbers = visit.studio.profile.statistics(unit, user.id)
    view = MeView(**user_view(user).model_dump(), statistics=StatisticsView(**asdict(numbers)))
    return json_response(view)


@router.patch("", response_model=UserView, responses=refusals(401))
def change(visit: Somebody, body: Change) -> Response:
    """Change the name or settings."""
    settings = body.settings.model_dump(exclude_none=True) if body.settings else None
    with visit.writing() as (unit, user):
        changed = visit.studio.profile.change(unit, user, body.name, settings)
    return json_response(user_view(changed))


@router.delete("", status_code=204, response_class=Response, responses=refusals(401))
def close(visit: Somebody) -> Response:
    """Close the account for good: jobs cancelled, every picture erased, every login ended. Credits are lost."""
    with visit.writing() as (unit, user):
        visit.studio.profile.close(unit, user)
    return Response(status_code=204)


@router.get("/export", response_model=Takeout, responses=refusals(401))
def export(visit: Somebody) -> Response:
    """Everything that is kept about me, to take along."""
    with visit.writing("export") as (unit, user):
        taken = visit.studio.profile.export(unit, user)
    return json_response(Takeout(**taken))
