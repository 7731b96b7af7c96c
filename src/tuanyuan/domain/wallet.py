"""Credits: an append-only chain of entries for each user. A balance is their sum and is never below zero.

Each entry carries its number in the user's chain and the balance after it, so that the database itself can refuse a
second entry of the same number, a balance below zero, and a second entry of the same (cause, kind).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tuanyuan.domain.errors import CreditsShort, WrongUsage

# earn: given (registration, a gift). purchase: paid for. spend: a job. refund: a job's spend given back.
# reversal: a purchase taken back. adjust: by an operator.
EntryKind = Literal["earn", "purchase", "spend", "refund", "reversal", "adjust"]

REGISTRATION_CREDITS = 10
MOST_AT_ONCE = 1_000_000


@dataclass(frozen=True)
class Entry:
    """One line of the ledger. `amount` in whole credits, negative when taken. `cause`: `job:<id>`, `user:<id>`, ….

    number: 1, 2, … within the user's chain. balance: after this entry. about: facts for the sentence shown to the
    user, e.g. the feature.
    """

    id: str
    user_id: str
    number: int
    kind: EntryKind
    amount: int
    balance: int
    cause: str
    about: str
    created_at: datetime


@dataclass(frozen=True)
class Balance:
    """What the wallet page shows; all three follow from the entries."""

    balance: int
    earned: int
    spent: int


def following(
    last: Entry | None, *, id: str, user_id: str, kind: EntryKind, amount: int, cause: str, about: str, at: datetime
) -> Entry:
    """The entry after `last`. CreditsShort: credits_short. WrongUsage: amount_invalid (zero, huge, wrong sign)."""
    taken = kind in ("spend", "reversal")
    given = kind in ("earn", "purchase", "refund")
    if amount == 0 or abs(amount) > MOST_AT_ONCE or (taken and amount > 0) or (given and amount < 0):
        raise WrongUsage("amount_invalid", amount=amount)
    before = last.balance if last else 0
    if before + amount < 0:
        raise CreditsShort("credits_short", balance=before, price=-amount)
    number = last.number + 1 if last else 1
    return Entry(id, user_id, number, kind, amount, before + amount, cause, about, at)
