"""Credits: given once for a cause, taken before anything is made, given back exactly as taken.

Every method acts in the caller's unit and takes the user's lock first; two at once follow one another.
"""

from __future__ import annotations

from dataclasses import dataclass

from tuanyuan.domain.messages import problem
from tuanyuan.domain.ports import Clock, NewId, Unit
from tuanyuan.domain.user import Language
from tuanyuan.domain.wallet import REGISTRATION_CREDITS, Balance, Entry, EntryKind, following

WELCOME = "欢迎礼|welcome"


def cause_of(job_id: str) -> str:
    """The cause of a job's entries."""
    return f"job:{job_id}"


def describe(entry: Entry, language: Language = "zh") -> str:
    """The entry as a sentence. `about` is what it was for: Chinese, a bar, English; or one name for both."""
    about_zh, _, about_en = entry.about.partition("|")
    amount = f"{entry.amount:+d}" if entry.kind == "adjust" else abs(entry.amount)
    words = problem(f"entry_{entry.kind}", amount=amount, about_zh=about_zh, about_en=about_en or about_zh)
    return words.message_zh if language == "zh" else words.message_en


@dataclass(frozen=True)
class Wallet:
    """The one writer of the ledger. Entries are appended, never changed; a balance never goes below zero."""

    clock: Clock
    new_id: NewId

    def welcome(self, unit: Unit, user_id: str, cause: str) -> None:
        """The credits of a registration, once for a cause, however often it is asked."""
        self.add(unit, user_id, "earn", REGISTRATION_CREDITS, cause, WELCOME)

    def add(self, unit: Unit, user_id: str, kind: EntryKind, amount: int, cause: str, about: str) -> Entry | None:
        """Append one entry. None: this (cause, kind) acted before, and nothing is written.

        CreditsShort credits_short; WrongUsage amount_invalid (zero, huge, wrong sign).
        """
        unit.users.lock(user_id)
        if unit.ledger.find(cause, kind):
            return None
        last = unit.ledger.last(user_id)
        entry = following(
            last,
            id=self.new_id(),
            user_id=user_id,
            kind=kind,
            amount=amount,
            cause=cause,
            about=about,
            at=self.clock(),
        )
        return entry if unit.ledger.append(entry) else None

    def spend(self, unit: Unit, user_id: str, job_id: str, amount: int, about: str) -> Entry:
        """Take a job's price. A repeat for the same job takes nothing and answers the first entry.

        CreditsShort credits_short, and nothing is taken; WrongUsage amount_invalid unless `amount` > 0.
        """
        taken = self.add(unit, user_id, "spend", -amount, cause_of(job_id), about)
        entry = taken or unit.ledger.find(cause_of(job_id), "spend")
        assert entry is not None  # noqa: S101  # one of the two is there by the lock
        return entry

    def give_back(self, unit: Unit, job_id: str) -> bool:
        """Give back exactly what the job took, once, and its free day. False: nothing (more) to give back in credits.

        Call it only where the job has just failed or been cancelled, in the same unit.
        """
        unit.free_days.give_back(job_id)
        spent = unit.ledger.find(cause_of(job_id), "spend")
        if spent is None:
            return False
        given = self.add(unit, spent.user_id, "refund", -spent.amount, spent.cause, spent.about)
        return given is not None

    def balance(self, unit: Unit, user_id: str) -> Balance:
        """What the wallet page shows."""
        return unit.ledger.balance(user_id)

    def entries(self, unit: Unit, user_id: str, before: int | None = None, limit: int = 50) -> list[Entry]:
        """Newest first, with numbers below `before`."""
        return unit.ledger.entries(user_id, before, limit)
