"""Merging: two accounts turn out to be one person's, and become one.

Photos, files, jobs and works change hands. Ledger and consents of the account that ends stay with it, as proof; what
is left in its wallet moves by a pair of entries, what was agreed to by new rows that name the old ones.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tuanyuan.domain.audit import AuditRecord
from tuanyuan.domain.ports import Clock, NewId, Unit
from tuanyuan.domain.user import Kind
from tuanyuan.services.wallet import Wallet, cause_of

ABOUT = "账号合并|joining two accounts"
_WELCOMES = ("device:", "wechat:")


@dataclass(frozen=True)
class Merging:
    """Acts in the caller's unit."""

    clock: Clock
    new_id: NewId
    wallet: Wallet

    def merge(self, unit: Unit, from_id: str, to_id: str, only: Kind | None = None) -> bool:
        """Give everything of one account to another, and close it. False: one of them is closed already; no change.

        only: nothing happens unless the ending account is of this kind by now; it may have become a WeChat user's.
        Welcome credits are had once: those of the first account that are still unspent do not move along. Credits
        that were paid for always do.
        """
        if from_id == to_id:
            return False
        for user_id in sorted((from_id, to_id)):
            unit.users.lock(user_id)
        now = self.clock()
        ending, staying = unit.users.find(from_id), unit.users.find(to_id)
        if ending is None or staying is None or ending.closed_at is not None or staying.closed_at is not None:
            return False
        if only is not None and ending.kind != only:
            return False
        self._move_credits(unit, from_id, to_id, from_id)
        self._carry_consents(unit, from_id, to_id)
        unit.users.merge(from_id, to_id)
        unit.tokens.revoke_user(from_id, now)
        unit.users.unlink(from_id)
        unit.keys.forget_user(from_id)
        unit.users.save(replace(ending, name="", closed_at=now))
        if not staying.name and ending.name:
            unit.users.save(replace(staying, name=ending.name))
        unit.audit.add(AuditRecord(now, "user", to_id, "account.merged", "user", from_id, f"into {to_id}"))
        return True

    def follow(self, unit: Unit, job_id: str) -> None:
        """After a job's credits were given back: let them follow the job, where its payer was merged into another.

        Without it they would lie in a closed account. A job that still belongs to its payer is left alone.
        """
        job, spent = unit.jobs.find(job_id), unit.ledger.find(cause_of(job_id), "spend")
        if job is None or spent is None or job.user_id == spent.user_id:
            return
        for user_id in sorted((job.user_id, spent.user_id)):
            unit.users.lock(user_id)
        self._move_credits(unit, spent.user_id, job.user_id, f"{spent.user_id}:{job_id}")

    def _move_credits(self, unit: Unit, from_id: str, to_id: str, occasion: str) -> None:
        left = unit.ledger.balance(from_id).balance
        if left == 0:
            return
        moved = left - self._welcome_left(unit, from_id, left) if unit.ledger.last(to_id) else left
        self.wallet.add(unit, from_id, "adjust", -left, f"merge:{occasion}", ABOUT)
        if moved:
            self.wallet.add(unit, to_id, "adjust", moved, f"merged:{occasion}", ABOUT)

    def _welcome_left(self, unit: Unit, user_id: str, left: int) -> int:
        """Welcome credits are the first entry, and are spent first."""
        first = next(iter(unit.ledger.entries(user_id, 2, 1)), None)
        if first is None or first.kind != "earn" or not first.cause.startswith(_WELCOMES):
            return 0
        last = unit.ledger.last(user_id)
        chain = unit.ledger.entries(user_id, None, last.number if last else 0)
        given = sum(entry.amount for entry in chain if entry.kind not in ("spend", "refund"))
        return max(0, min(left, first.amount - (given - left)))

    def _carry_consents(self, unit: Unit, from_id: str, to_id: str) -> None:
        """What the staying account was never asked, it answers as the ending one did."""
        answered = {consent.purpose for consent in unit.consents.all(to_id)}
        purposes = {consent.purpose for consent in unit.consents.all(from_id)} - answered
        for purpose in sorted(purposes):
            consent = unit.consents.standing(from_id, purpose)
            if consent is None:
                continue
            carried = replace(
                consent, id=self.new_id(), user_id=to_id, details=(*consent.details, ("carried_from", consent.id))
            )
            unit.consents.add(carried)
            unit.audit.add(
                AuditRecord(self.clock(), "user", to_id, "consent.carried", "consent", carried.id, consent.id)
            )
