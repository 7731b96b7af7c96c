"""`/wallet`: credits and where they came from and went."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from tuanyuan.http.answers import Time, json_response, refusals
from tuanyuan.http.visit import Somebody
from tuanyuan.services.wallet import describe

router = APIRouter(tags=["wallet"])


class WalletView(BaseModel):
    """Whole credits, all three summed from the entries."""

    balance: int = Field(examples=[4])
    earned: int = Field(examples=[10])
    spent: int = Field(examples=[6])


class EntryView(BaseModel):
    """One line of the ledger, newest first. `amount` is negative where credits were taken; `balance` is after it."""

    id: str
    number: int = Field(description="1, 2, … in the user's chain; `before` of the next page.", examples=[2])
    kind: str = Field(examples=["spend"])
    amount: int = Field(examples=[-6])
    balance: int = Field(examples=[4])
    cause: str = Field(examples=["job:3f0c0f6a2ad84c0b9f4fd2f5f2a1b7f1"])
    description: str = Field(examples=["Family reunion: 6 credits used"])
    created_at: Time


class Entries(BaseModel):
    """A page of the ledger."""

    entries: list[EntryView]


@router.get("/wallet", response_model=WalletView, responses=refusals(401))
def show(visit: Somebody) -> Response:
    """The balance."""
    with visit.reading() as (unit, user):
        balance = visit.studio.wallet.balance(unit, user.id)
    return json_response(WalletView(balance=balance.balance, earned=balance.earned, spent=balance.spent))


@router.get("/wallet/entries", response_model=Entries, responses=refusals(401))
def entries(
    visit: Somebody,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="Entries with smaller numbers.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Response:
    """What was given and taken, in plain words, newest first."""
    with visit.reading() as (unit, user):
        found = visit.studio.wallet.entries(unit, user.id, before, limit)
    return json_response(
        Entries(
            entries=[
                EntryView(
                    id=e.id,
                    number=e.number,
                    kind=e.kind,
                    amount=e.amount,
                    balance=e.balance,
                    cause=e.cause,
                    description=describe(e, visit.language),
                    created_at=e.created_at,
                )
                for e in found
            ]
        )
    )
