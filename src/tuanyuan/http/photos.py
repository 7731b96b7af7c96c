"""`/photos`: what users send, and what was found in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from tuanyuan.http.answers import Id, Time, json_response, refusals
from tuanyuan.http.pages import Before, Next, page, place
from tuanyuan.http.problems import PhotoProblem
from tuanyuan.http.visit import Somebody, Visit

if TYPE_CHECKING:
    from tuanyuan.domain.kept import KeptPhoto
    from tuanyuan.domain.user import User
    from tuanyuan.http.upload import Receiving

router = APIRouter(tags=["photos"])

_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["photo"],
                    "properties": {
                        "photo": {"type": "string", "format": "binary", "description": "One photo, 10 MB at most."}
                    },
                    "additionalProperties": False,
                }
            }
        },
    }
}


class FaceView(BaseModel):
    """One face, in pixels of the upright photo: x, y, width, height; angles in degrees."""

    box: list[float] = Field(examples=[[312, 180, 420, 420]])
    confidence: float
    sharpness: float
    yaw: float
    pitch: float
    roll: float


class PhotoView(BaseModel):
    """A photo and what was found in it. `problems` may hold hints although `ok`."""

    id: str
    name: str = Field(examples=["grandma.jpg"])
    width: int
    height: int
    ok: bool
    faces: list[FaceView]
    problems: list[PhotoProblem]
    created_at: Time
    expires_at: Time


class Photos(BaseModel):
    """Photos that were neither deleted nor have expired, newest first."""

    photos: list[PhotoView]
    next: Next = None


def _view(photo: KeptPhoto) -> PhotoView:
    report = photo.report.as_dict()
    return PhotoView(
        id=photo.id,
        name=photo.name,
        width=photo.report.width,
        height=photo.report.height,
        ok=photo.report.ok,
        faces=[FaceView(**face) for face in report["faces"]],
        problems=[PhotoProblem(**problem) for problem in report["problems"]],
        created_at=photo.created_at,
        expires_at=photo.expires_at,
    )


@router.post(
    "/photos",
    status_code=201,
    response_model=PhotoView,
    responses=refusals(401, 403, 409),
    openapi_extra=_FORM,
)
async def post(visit: Somebody, request: Request) -> Response:
    """Send one photo, as a form with the field `photo`. The answer says at once whether it can be used, and why not.

    A photo in which no person is found is kept too: a garment, a product, an old picture need none.
    Needs the consent `face_edit`. Kept encrypted, 48 hours at most, 24 after it was used.
    """
    uploads = request.app.state.uploads
    user = await uploads.run(_enter, visit)

    def begin(name: str) -> Receiving:
        receiving: Receiving = visit.studio.photos.receive(user, name)
        return receiving

    photo = await uploads.take(dict(request.scope["headers"]), request.receive, begin)
    return json_response(_view(photo), 201)


def _enter(visit: Visit) -> User:
    with visit.reading("upload") as (_, user):
        return user


@router.get("/photos", response_model=Photos, responses=refusals(401))
def all_of_them(visit: Somebody, before: Before = None, limit: Annotated[int, Query(ge=1, le=100)] = 50) -> Response:
    """The photos that are kept."""
    with visit.reading() as (unit, user):
        photos, following = page(visit.studio.photos.all(unit, user.id, limit + 1, place(before)), limit)
    return json_response(Photos(photos=[_view(photo) for photo in photos], next=following))


@router.get("/photos/{photo_id}", response_model=PhotoView, responses=refusals(401, 404))
def show(visit: Somebody, photo_id: Id) -> Response:
    """One photo's report."""
    with visit.reading() as (unit, user):
        photo = visit.studio.photos.find(unit, user.id, photo_id)
    return json_response(_view(photo))


@router.delete("/photos/{photo_id}", status_code=204, response_class=Response, responses=refusals(401, 404))
def delete(visit: Somebody, photo_id: Id) -> Response:
    """Delete a photo. Its bytes are erased soon, and nobody can open it from now on."""
    with visit.writing() as (unit, user):
        visit.studio.photos.delete(unit, user.id, photo_id)
    return Response(status_code=204)
