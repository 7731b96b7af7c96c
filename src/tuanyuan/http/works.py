"""`/works`: pictures that were picked: named, found again, shared, deleted."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, StringConstraints
from starlette.responses import Response

from tuanyuan.domain.clip import KINDS
from tuanyuan.domain.errors import NotFound
from tuanyuan.domain.kept import URL_LIFE
from tuanyuan.domain.work import LONGEST_TAG, LONGEST_TITLE, MOST_TAGS
from tuanyuan.http.answers import PRINTABLE, Asked, Id, Name, Time, json_response, refusals
from tuanyuan.http.idempotency import OnlyOnce
from tuanyuan.http.pages import Before, Next, page, place
from tuanyuan.http.visit import Anybody, Somebody, Visit

if TYPE_CHECKING:
    from tuanyuan.domain.work import Work

router = APIRouter(prefix="/works", tags=["works"])

Tag = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TAG, pattern=PRINTABLE)]
# How long a stranger may still open the picture after it was shared no more.
SHARED_URL_LIFE = timedelta(minutes=1)
# The few seconds by which an address is promised shorter than it is.
_MARGIN = timedelta(seconds=5)


class WorkView(BaseModel):
    """One picture of the gallery. `files`: kinds, each opened by `/works/{id}/files/{kind}`; `url`: of the picture."""

    id: str
    job_id: str
    feature: str
    title: str
    tags: list[str]
    favourite: bool
    public: bool
    share: str | None
    width: int
    height: int
    url: str
    files: list[str]
    created_at: Time
    expires_at: Time


class WorkList(BaseModel):
    """Newest first."""

    works: list[WorkView]
    next: Next = None


class WorkChange(Asked):
    """What to change; what is not named stays."""

    title: Annotated[str, StringConstraints(max_length=LONGEST_TITLE, pattern=PRINTABLE)] | None = None
    tags: Annotated[list[Tag], Field(max_length=MOST_TAGS)] | None = None
    favourite: bool | None = None


class FileAddress(BaseModel):
    """Where a file can be opened until `expires_at`, by whoever has the address. `name`: to save it under.

    Phones know a Live Photo by its two files of one name, and a Motion Photo by the end of its name.
    """

    url: str
    name: str
    expires_at: Time


class Shared(BaseModel):
    """Under this name anybody may see the work, until it is shared no more."""

    share: str
    url: str


class SharedView(BaseModel):
    """A shared work as anybody sees it: nothing of its owner. `url` opens it for a minute; ask again for a new one."""

    feature: str
    title: str
    width: int
    height: int
    url: str
    created_at: Time
    expires_at: Time


def _view(visit: Visit, work: Work) -> WorkView:
    return WorkView(
        id=work.id,
        job_id=work.job_id,
        feature=work.feature,
        title=work.title,
        tags=list(work.tags),
        favourite=work.favourite,
        public=work.public,
        share=work.share if work.public else None,
        width=work.width,
        height=work.height,
        url=visit.url(work.files["picture"]),
        files=sorted(work.files),
        created_at=work.created_at,
        expires_at=work.expires_at,
    )


@router.get("", response_model=WorkList, responses=refusals(401))
def all_of_them(
    visit: Somebody,
    before: Before = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    favourite: Annotated[bool | None, Query()] = None,
    tag: Annotated[Tag | None, Query()] = None,
    feature: Annotated[Name | None, Query()] = None,
) -> Response:
    """My gallery, newest first."""
    given: dict[str, Any] = {"favourite": favourite, "tag": tag, "feature": feature}
    wanted = {name: value for name, value in given.items() if value is not None}
    with visit.reading() as (unit, user):
        works, following = page(visit.studio.works.all(unit, user.id, place(before), limit + 1, **wanted), limit)
    return json_response(WorkList(works=[_view(visit, work) for work in works], next=following))


@router.get("/shared/{share}", response_model=SharedView, responses=refusals(404))
def shared(visit: Anybody, share: Id) -> Response:
    """A work that its owner has shared. For anybody who has the name."""
    visit.limit("open")
    with visit.studio.units.read() as unit:
        work = visit.studio.works.shared(unit, share)
    return json_response(
        SharedView(
            feature=work.feature,
            title=work.title,
            width=work.width,
            height=work.height,
            url=visit.studio.url(work.files["picture"], SHARED_URL_LIFE),
            created_at=work.created_at,
            expires_at=work.expires_at,
        )
    )


@router.get("/{work_id}", response_model=WorkView, responses=refusals(401, 404))
def show(visit: Somebody, work_id: Id) -> Response:
    """One work."""
    with visit.reading() as (unit, user):
        work = visit.studio.works.find(unit, user.id, work_id)
    return json_response(_view(visit, work))


@router.patch("/{work_id}", response_model=WorkView, responses=refusals(401, 404))
def change(visit: Somebody, work_id: Id, body: WorkChange) -> Response:
    """Change title, tags, or whether it is a favourite."""
    changes = body.model_dump(exclude_none=True)
    with visit.writing() as (unit, user):
        work = visit.studio.works.change(unit, user.id, work_id, **changes)
    return json_response(_view(visit, work))


@router.delete("/{work_id}", status_code=204, response_class=Response, responses=refusals(401, 404))
def delete(visit: Somebody, work_id: Id) -> Response:
    """Delete a work with everything made from it. Its addresses open nothing from now on."""
    with visit.writing() as (unit, user):
        visit.studio.works.delete(unit, user.id, work_id)
    return Response(status_code=204)


@router.get("/{work_id}/files/{kind}", response_model=FileAddress, responses=refusals(401, 404))
def file(visit: Somebody, work_id: Id, kind: Name) -> Response:
    """A temporary address of one of its files."""
    with visit.reading() as (unit, user):
        work = visit.studio.works.find(unit, user.id, work_id)
    if kind not in work.files:
        raise NotFound("not_found")
    until = visit.studio.clock() + URL_LIFE - _MARGIN
    name = f"tuanyuan-{work.id[:8]}{KINDS.get(kind, '.jpg')}"
    return json_response(FileAddress(url=visit.url(work.files[kind]), name=name, expires_at=until))


@router.post("/{work_id}/share", response_model=Shared, responses=refusals(401, 404, 409))
def share(visit: Somebody, work_id: Id, once: OnlyOnce) -> Response:
    """Let anybody who has the name see it. Nobody can guess the name."""

    def act() -> Shared:
        name = visit.studio.works.share(unit, user.id, work_id).share or ""
        return Shared(share=name, url=visit.studio.base + f"/api/v1/works/shared/{name}")

    with visit.writing() as (unit, user):
        return once.answer(unit, user, visit.studio.clock, None, act)


@router.delete("/{work_id}/share", response_model=WorkView, responses=refusals(401, 404))
def unshare(visit: Somebody, work_id: Id) -> Response:
    """Share it no more: the name opens nothing from now on, and an address already given out nothing in a minute."""
    with visit.writing() as (unit, user):
        work = visit.studio.works.unshare(unit, user.id, work_id)
    return json_response(_view(visit, work))
