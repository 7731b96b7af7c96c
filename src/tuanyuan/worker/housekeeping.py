"""What the studio does by itself, day and night."""

from __future__ import annotations

from datetime import timedelta

import structlog

from tuanyuan.domain.ports import Clock, Units
from tuanyuan.services.keeping import Keeping
from tuanyuan.services.reconciling import Reconciling
from tuanyuan.worker.schedules import Schedule

_log = structlog.get_logger(__name__)
KEYS_LIFE = timedelta(hours=48)
_SWEPT_AT_ONCE = 200


def housekeeping(units: Units, keeping: Keeping, clock: Clock, reconciling: Reconciling) -> tuple[Schedule, ...]:
    """The studio's own schedules, apart from those of the queue itself."""
    return (
        Schedule("sweep-files", "*/5 * * * *", lambda: sweep_files(keeping)),
        Schedule("forget-keys", "17 3 * * *", lambda: forget_keys(units, clock)),
        Schedule("check-ledger", "7 * * * *", lambda: check_ledger(units)),
        Schedule("reconcile-attempts", "*/10 * * * *", reconciling.look),
    )


def sweep_files(keeping: Keeping) -> int:
    """Erase every file whose end has come; how many. Stops when a round gets nowhere: the next tick tries again."""
    erased = 0
    while swept := keeping.sweep(_SWEPT_AT_ONCE):
        erased += swept
    return erased


def forget_keys(units: Units, clock: Clock) -> int:
    """Drop idempotency keys that nobody will repeat any more; how many."""
    with units.begin() as unit:
        return unit.keys.forget(clock() - KEYS_LIFE)


def check_ledger(units: Units) -> int:
    """How many users and jobs the ledger does not explain. Anything but 0 is logged as an error; nothing is changed."""
    with units.read() as unit:
        unexplained = unit.ledger.unexplained()
    if unexplained:
        _log.error("ledger unexplained", count=unexplained)
    return unexplained
