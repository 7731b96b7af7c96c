"""`/catalogue`: what can be ordered, on which background, at what price, and whether it is ready."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from tuanyuan.domain.capabilities import Region
from tuanyuan.domain.engine import Role
from tuanyuan.domain.messages import problem
from tuanyuan.http.answers import json_response, refusals
from tuanyuan.http.problems import PhotoProblem
from tuanyuan.http.visit import Anybody

if TYPE_CHECKING:
    from tuanyuan.domain.catalogue import Engine, Feature

router = APIRouter(tags=["catalogue"])


class PhotosView(BaseModel):
    """Which photos a feature takes: from `least` to `most` of them.

    `roles`: what the first one shows, and what each further one shows where there may be more than one.
    """

    least: int = Field(examples=[1])
    most: int = Field(examples=[5])
    roles: list[Role] = Field(examples=[["person", "person"]])


class FeatureView(BaseModel):
    """One thing to order. `ready`: it can be ordered now; `credits`: its price; `engines`: ids of those who make it.

    `here_zh`, `here_en`: what of it this computer can do by itself, and what needs another engine; empty: all of it.

    `photos`: null where none are sent. `styles`: what `style` of an order may be; empty: it has none.
    """

    id: str = Field(examples=["reunion"])
    name_zh: str
    name_en: str
    about_zh: str
    about_en: str
    here_zh: str
    here_en: str
    credits: int = Field(examples=[6])
    ready: bool
    engines: list[str] = Field(examples=[["local"]])
    photos: PhotosView | None
    styles: list[str]


class BackgroundView(BaseModel):
    """A place: people stand in a `room`, goods on a `table`. `motion`: effects that suit it."""

    id: str = Field(examples=["new-year-wall"])
    name_zh: str
    name_en: str
    kind: Literal["room", "table"]
    motion: list[str]


class EngineView(BaseModel):
    """Who makes the pictures. `problem`: what keeps it from working.

    `region`: where the photos go: `here` nowhere, `cn` mainland China, `abroad` only with the consent `export_abroad`.
    `provider`: who gets them; empty: nobody.
    """

    id: str = Field(examples=["local"])
    name_zh: str
    name_en: str
    features: list[str]
    max_people: int
    max_candidates: int
    ready: bool
    problem: PhotoProblem | None
    region: Region
    provider: str = Field(examples=["Google LLC"])


class OfferView(BaseModel):
    """One thing to pay for, in fen."""

    id: str = Field(examples=["basic_pass"])
    name_zh: str
    name_en: str
    price_fen: int = Field(examples=[990])
    gives_zh: str
    gives_en: str
    credits: int
    ready: bool


class CatalogueView(BaseModel):
    """Everything, in the order in which it is shown."""

    features: list[FeatureView]
    backgrounds: list[BackgroundView]
    engines: list[EngineView]
    offers: list[OfferView]


@router.get("/catalogue", response_model=CatalogueView, responses=refusals())
def show(visit: Anybody) -> Response:
    """What the studio offers now."""
    visit.limit("open")
    catalogue = visit.studio.jobs.offering.now()
    answer = CatalogueView(
        features=[_feature(feature) for feature in catalogue.features],
        backgrounds=[BackgroundView.model_validate(b, from_attributes=True) for b in catalogue.backgrounds],
        engines=[_engine(engine) for engine in catalogue.engines if engine.in_use],
        offers=[OfferView.model_validate(o, from_attributes=True) for o in catalogue.offers],
    )
    return json_response(answer)


def _feature(feature: Feature) -> FeatureView:
    taking = feature.photos
    photos = None
    if taking is not None:
        further = taking.others or taking.first
        roles = [taking.first] if taking.most == 1 else [taking.first, further]
        photos = PhotosView(least=taking.least, most=taking.most, roles=roles)
    return FeatureView(
        id=feature.id,
        name_zh=feature.name_zh,
        name_en=feature.name_en,
        about_zh=feature.about_zh,
        about_en=feature.about_en,
        here_zh=feature.here_zh,
        here_en=feature.here_en,
        credits=feature.credits,
        ready=feature.ready,
        engines=list(feature.makers),
        photos=photos,
        styles=list(feature.styles),
    )


def _engine(engine: Engine) -> EngineView:
    """What is wrong with our set-up is ours to know; the app needs to know that something is."""
    wrong = PhotoProblem(**problem("engine_not_ready", feature=engine.id).as_dict()) if engine.problem else None
    return EngineView(
        id=engine.id,
        name_zh=engine.name_zh,
        name_en=engine.name_en,
        features=list(engine.features),
        max_people=engine.max_people,
        max_candidates=engine.max_candidates,
        ready=engine.problem is None,
        problem=wrong,
        region=engine.region,
        provider=engine.provider,
    )
