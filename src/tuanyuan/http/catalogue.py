"""`/catalogue`: what can be ordered, on which background, at what price, and whether it is ready."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from tuanyuan.domain.messages import problem
from tuanyuan.http.answers import json_response, refusals
from tuanyuan.http.problems import PhotoProblem
from tuanyuan.http.visit import Anybody

router = APIRouter(tags=["catalogue"])


class FeatureView(BaseModel):
    """One thing to order. `ready`: it can be ordered now; `credits`: its price."""

    id: str = Field(examples=["reunion"])
    name_zh: str
    name_en: str
    about_zh: str
    about_en: str
    credits: int = Field(examples=[6])
    ready: bool


class BackgroundView(BaseModel):
    """A place to stand in."""

    id: str = Field(examples=["new-year-wall"])
    name_zh: str
    name_en: str


class EngineView(BaseModel):
    """Who makes the pictures. `problem`: what keeps it from working."""

    id: str = Field(examples=["local"])
    name_zh: str
    name_en: str
    features: list[str]
    max_people: int
    max_candidates: int
    ready: bool
    problem: PhotoProblem | None


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
        features=[FeatureView.model_validate(f, from_attributes=True) for f in catalogue.features],
        backgrounds=[BackgroundView(id=b.id, name_zh=b.name_zh, name_en=b.name_en) for b in catalogue.backgrounds],
        engines=[
            EngineView(
                id=e.id,
                name_zh=e.name_zh,
                name_en=e.name_en,
                features=list(e.features),
                max_people=e.max_people,
                max_candidates=e.max_candidates,
                ready=e.problem is None,
                # What is wrong with our set-up is ours to know; the app needs to know that something is.
                problem=PhotoProblem(**problem("engine_not_ready", feature=e.id).as_dict()) if e.problem else None,
            )
            for e in catalogue.engines
        ],
        offers=[OfferView.model_validate(o, from_attributes=True) for o in catalogue.offers],
    )
    return json_response(answer)
