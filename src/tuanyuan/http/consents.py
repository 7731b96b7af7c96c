"""`/me/consents`: what is asked, what was answered, and taking it back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints
from starlette.responses import Response

from tuanyuan.http.answers import PRINTABLE, Asked, Id, Name, Time, json_response, refusals
from tuanyuan.http.idempotency import OnlyOnce
from tuanyuan.http.visit import Somebody

router = APIRouter(prefix="/me/consents", tags=["consents"])

Fact = Annotated[str, StringConstraints(max_length=200, pattern=PRINTABLE)]


class Question(BaseModel):
    """One purpose, in the words in force. `id`: of the answer that stands."""

    purpose: str = Field(examples=["face_edit"])
    text: str
    text_en: str
    version: str
    granted: bool
    id: str | None


class Questions(BaseModel):
    """Without the required ones nothing can be made; the optional ones open single things."""

    required: list[Question]
    optional: list[Question]


class Answer(Asked):
    """An answer to one purpose. `version`: of the words that were shown; another than the one in force is refused."""

    purpose: Name = Field(examples=["face_edit"])
    granted: bool
    version: Annotated[str, StringConstraints(max_length=40, pattern=PRINTABLE)] | None = None
    channel: Annotated[str, StringConstraints(max_length=40, pattern=PRINTABLE)] = Field(default="", examples=["h5"])
    details: Annotated[dict[Fact, Fact], Field(max_length=12)] = Field(default_factory=dict)


class ConsentView(BaseModel):
    """One answer as it was recorded. `digest`: SHA-256 of the words that were agreed to."""

    id: str
    purpose: str
    version: str
    digest: str
    granted: bool
    created_at: Time
    withdrawn_at: Time | None


@router.get("", response_model=Questions, responses=refusals(401))
def show(visit: Somebody) -> Response:
    """Every purpose, its words, and whether they were agreed to."""
    with visit.reading() as (unit, user):
        asked = visit.studio.consents.overview(unit, user.id)
    return json_response(Questions.model_validate(asked))


@router.post("", status_code=201, response_model=ConsentView, responses=refusals(401, 409))
def answer(visit: Somebody, body: Answer, once: OnlyOnce) -> Response:
    """Agree or refuse. Refusing takes back what was granted before."""

    def act() -> ConsentView:
        consent = visit.studio.consents.answer(
            unit,
            user.id,
            body.purpose,
            body.granted,
            version=body.version,
            channel=body.channel,
            address=visit.address,
            details=body.details,
        )
        return ConsentView.model_validate(consent, from_attributes=True)

    with visit.writing() as (unit, user):
        return once.answer(unit, user, visit.studio.clock, body, act, 201)


@router.delete("/{consent_id}", status_code=204, response_class=Response, responses=refusals(401, 404))
def withdraw(visit: Somebody, consent_id: Id) -> Response:
    """Take a consent back, as easily as it was given. Waiting jobs are cancelled, credits come back, photos go."""
    with visit.writing() as (unit, user):
        visit.studio.consents.withdraw(unit, user.id, consent_id)
    return Response(status_code=204)
