"""What every step of a job looks at before it acts: is the job still wanted, and may it be made."""

from __future__ import annotations

import uuid
from datetime import datetime

from tuanyuan.domain.clip import KINDS
from tuanyuan.domain.consent import FACE_EDIT
from tuanyuan.domain.errors import Conflict, NotFound
from tuanyuan.domain.job import FINAL, Job
from tuanyuan.domain.order import MOST_CANDIDATES
from tuanyuan.domain.ports import Unit
from tuanyuan.services.ordering import require_standing

CLAIMED, PREPARED, MAKING, FINISHING, DONE = 10, 30, 50, 80, 100


def candidate_file(job_id: str, rank: int, kind: str = "") -> str:
    """The id of a file of a job's result, the same however often it is made. kind: of `domain.clip.KINDS`, or none."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{job_id}/{rank}/{kind}".rstrip("/")).hex


def candidate_files(job_id: str) -> list[str]:
    """The ids of all files that a job's results may have."""
    return [candidate_file(job_id, rank, kind) for rank in range(1, MOST_CANDIDATES + 1) for kind in ("", *KINDS)]


def tell_stage(unit: Unit, job_id: str, progress: int, message: str, at: datetime) -> Job:
    """Tell a stage and hold the job's row to the unit's end. Conflict job_finished undoes the unit."""
    return unit.jobs.tell(job_id, "processing", progress, message, at) or unfinished(unit, job_id)


def unfinished(unit: Unit, job_id: str) -> Job:
    """The job. Conflict job_finished: it has ended, and nothing more may happen to it."""
    job = unit.jobs.find(job_id)
    if job is None or job.status in FINAL:
        raise Conflict("job_finished", status=job.status if job else "")
    return job


def allowed(unit: Unit, job: Job) -> None:
    """Conflict consent_required; NotFound not_found: the account was closed."""
    user = unit.users.find(job.user_id)
    if user is None or user.closed_at is not None:
        raise NotFound("not_found")
    require_standing(unit, job.user_id, FACE_EDIT)
