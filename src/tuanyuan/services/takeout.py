"""Takeout: everything that is kept about a user, as JSON values (PIPL 45)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeVar

from tuanyuan.domain.consent import Consent
from tuanyuan.domain.job import Job
from tuanyuan.domain.kept import KeptPhoto
from tuanyuan.domain.ports import Place, Unit
from tuanyuan.domain.user import User
from tuanyuan.domain.wallet import Entry
from tuanyuan.domain.work import Work

PAGE = 500

Thing = TypeVar("Thing", Job, Work, KeptPhoto)


def takeout(unit: Unit, user: User, at: datetime, address: Callable[[str], str]) -> dict[str, Any]:
    """Profile, consents, ledger, jobs, photos and works of a user, oldest last. Nobody else's, and no secret."""
    return {
        "made_at": at.isoformat(),
        "profile": {
            "id": user.id,
            "kind": user.kind,
            "name": user.name,
            "edition": user.edition,
            "settings": asdict(user.settings),
            "created_at": user.created_at.isoformat(),
            "logins": [way.provider for way in unit.users.identities(user.id)],
        },
        "consents": [_consent(consent) for consent in unit.consents.all(user.id)],
        "ledger": [_entry(entry) for entry in _ledger(unit, user.id)],
        "jobs": [_job(job, address) for job in _whole(lambda place: unit.jobs.all(user.id, place, PAGE))],
        "photos": [
            {
                "id": photo.id,
                "name": photo.name,
                "created_at": photo.created_at.isoformat(),
                "expires_at": photo.expires_at.isoformat(),
                "url": address(photo.file),
            }
            for photo in _whole(lambda place: unit.photos.all(user.id, PAGE, place))
        ],
        "works": [_work(work, address) for work in _whole(lambda place: unit.works.all(user.id, at, place, PAGE))],
    }


def _ledger(unit: Unit, user_id: str) -> list[Entry]:
    entries: list[Entry] = []
    page = unit.ledger.entries(user_id, None, PAGE)
    while page:
        entries += page
        page = unit.ledger.entries(user_id, page[-1].number, PAGE)
    return entries


def _whole(page_after: Callable[[Place | None], list[Thing]]) -> list[Thing]:
    """A list that is read page by page."""
    whole: list[Thing] = []
    page = page_after(None)
    while page:
        whole += page
        page = page_after((page[-1].created_at, page[-1].id))
    return whole


def _consent(consent: Consent) -> dict[str, Any]:
    return {
        "id": consent.id,
        "purpose": consent.purpose,
        "version": consent.version,
        "digest": consent.digest,
        "granted": consent.granted,
        "channel": consent.channel,
        "address": consent.address,
        "details": dict(consent.details),
        "created_at": consent.created_at.isoformat(),
        "withdrawn_at": consent.withdrawn_at.isoformat() if consent.withdrawn_at else None,
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "kind": entry.kind,
        "amount": entry.amount,
        "balance": entry.balance,
        "cause": entry.cause,
        "about": entry.about,
        "created_at": entry.created_at.isoformat(),
    }


def _job(job: Job, address: Callable[[str], str]) -> dict[str, Any]:
    return {
        "id": job.id,
        "request": asdict(job.request),
        "status": job.status,
        "cost": job.cost,
        "engine": job.engine,
        "rating": job.rating,
        "picked": job.picked,
        "created_at": job.created_at.isoformat(),
        "finished_at": job.finished_at.isoformat() if job.finished_at else None,
        "candidates": [
            {
                "id": made.id,
                "rank": made.rank,
                "url": address(made.file),
                "files": {kind: address(file) for kind, file in made.files.items()},
            }
            for made in job.candidates
        ],
    }


def _work(work: Work, address: Callable[[str], str]) -> dict[str, Any]:
    return {
        "id": work.id,
        "job": work.job_id,
        "feature": work.feature,
        "title": work.title,
        "tags": list(work.tags),
        "favourite": work.favourite,
        "public": work.public,
        "created_at": work.created_at.isoformat(),
        "expires_at": work.expires_at.isoformat(),
        "files": {kind: address(file_id) for kind, file_id in work.files.items()},
    }
