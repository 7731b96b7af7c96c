"""Jobs between the domain's words and the table's columns."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Row

from tuanyuan.domain.job import Candidate, Job, JobRequest, Person


def columns(values: dict[str, Any]) -> dict[str, Any]:
    """Fields of a job as columns; what is JSON in the table becomes JSON."""
    row = dict(values)
    if "request" in row:
        row["request"] = asdict(row["request"])
        row["feature"] = values["request"].feature
    if "candidates" in row:
        row["candidates"] = [c if isinstance(c, dict) else asdict(c) for c in row["candidates"]]
    return row


def job(row: Row[Any]) -> Job:
    """A row as the domain's job."""
    values = {name: value for name, value in row._mapping.items() if name != "feature"}
    candidates = tuple(_candidate(kept) for kept in row.candidates)
    return Job(**{**values, "request": _request(row.request), "candidates": candidates})


def _candidate(kept: dict[str, Any]) -> Candidate:
    return Candidate(**{**kept, "people": tuple(kept["people"]), "warnings": tuple(kept["warnings"])})


def _request(kept: dict[str, Any]) -> JobRequest:
    people = tuple(Person(**{**person, "faces": tuple(person["faces"])}) for person in kept["people"])
    return JobRequest(**{**kept, "photos": tuple(kept["photos"]), "people": people})
