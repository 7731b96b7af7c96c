"""`/jobs`: ordering, watching, cancelling, picking, rating."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Header, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from tuanyuan.domain.job import FINAL
from tuanyuan.http.answers import Id, json_response, refusals
from tuanyuan.http.event_stream import EventStream
from tuanyuan.http.idempotency import OnlyOnce
from tuanyuan.http.job_views import JobList, JobView, Order, Pick, Rating, job_view, progress_line
from tuanyuan.http.pages import Before, page, place
from tuanyuan.http.visit import Somebody, Visit

if TYPE_CHECKING:
    from tuanyuan.domain.job import Job

router = APIRouter(prefix="/jobs", tags=["jobs"])

_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Every step in order, each with its number as `id`; it ends after the last one.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    },
    204: {"description": "The job has ended, and everything was told: do not come again."},
}


@router.post("", status_code=202, response_model=JobView, responses=refusals(401, 402, 404, 409))
def post(visit: Somebody, body: Order, once: OnlyOnce) -> Response:
    """Order pictures. Answers at once; the price is taken now, and comes back by itself should the job fail."""
    order = body.request()
    with visit.reading() as (unit, user):
        look = visit.studio.fitness.look(unit, user, order)
    if look is not None:
        look()
    with visit.writing("order") as (unit, user):
        return once.answer(
            unit,
            user,
            visit.studio.clock,
            body,
            lambda: job_view(visit, unit, visit.studio.jobs.submit(unit, user, order)),
            202,
        )


@router.get("", response_model=JobList, responses=refusals(401))
def all_of_them(
    visit: Somebody,
    before: Before = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    status: Annotated[Literal["pending", "processing", "completed", "failed", "cancelled"] | None, Query()] = None,
) -> Response:
    """My jobs, newest first."""
    with visit.reading() as (unit, user):
        jobs, following = page(visit.studio.jobs.all(unit, user.id, place(before), limit + 1, status), limit)
        views = [job_view(visit, unit, job) for job in jobs]
    return json_response(JobList(jobs=views, next=following))


@router.get("/{job_id}", response_model=JobView, responses=refusals(401, 404))
def show(visit: Somebody, job_id: Id) -> Response:
    """How far a job is, and its pictures."""
    with visit.reading() as (unit, user):
        view = job_view(visit, unit, visit.studio.jobs.find(unit, user.id, job_id))
    return json_response(view)


@router.get("/{job_id}/events", response_class=Response, responses={**_STREAM, **refusals(401, 404)})
async def events(
    visit: Somebody,
    request: Request,
    job_id: Id,
    last_event_id: Annotated[str | None, Header(max_length=20, description="Go on after this `id`.")] = None,
) -> Response:
    """Watch a job: each of 10, 30, 50, 80 and 100 is told, also those that came before or between two looks."""
    watching = request.app.state.watching
    after = int(last_event_id) if last_event_id and last_event_id.isascii() and last_event_id.isdigit() else 0
    after = min(after, 2**62)
    job, after, untold = await run_in_threadpool(_watched, visit, job_id, after)
    if job.status in FINAL and not untold:
        return Response(status_code=204)
    place = watching.place(job.user_id)
    place.__enter__()  # left when the stream ends

    async def lines() -> AsyncGenerator[bytes]:
        yield b"retry: 2000\n\n"
        async with aclosing(watching.events(job_id, after)) as told:
            async for event in told:
                yield progress_line(visit, event) if event is not None else b": still here\n\n"

    return EventStream(lines(), place)


def _watched(visit: Visit, job_id: str, after: int) -> tuple[Job, int, bool]:
    """The job, where to go on, whether there is more. A number that was never given out means from the beginning."""
    with visit.reading("watch") as (unit, user):
        job = visit.studio.jobs.find(unit, user.id, job_id)
        after = after if after <= unit.jobs.last_event() else 0
        return job, after, bool(unit.jobs.events(after, job_id, 1))


@router.post("/{job_id}/cancel", response_model=JobView, responses=refusals(401, 404, 409))
def cancel(visit: Somebody, job_id: Id, once: OnlyOnce) -> Response:
    """Call off a job that still waits; what it took comes back."""
    with visit.writing() as (unit, user):
        return once.answer(
            unit,
            user,
            visit.studio.clock,
            None,
            lambda: job_view(visit, unit, visit.studio.jobs.cancel(unit, user.id, job_id)),
        )


@router.post("/{job_id}/pick", response_model=JobView, responses=refusals(401, 404, 409))
def pick(visit: Somebody, job_id: Id, body: Pick, once: OnlyOnce) -> Response:
    """Choose one picture: it becomes a work (`work_id`)."""
    with visit.writing() as (unit, user):
        return once.answer(
            unit,
            user,
            visit.studio.clock,
            body,
            lambda: job_view(visit, unit, visit.studio.jobs.pick(unit, user.id, job_id, body.candidate)),
        )


@router.post("/{job_id}/rating", response_model=JobView, responses=refusals(401, 404, 409))
def rate(visit: Somebody, job_id: Id, body: Rating, once: OnlyOnce) -> Response:
    """Say how it was liked, 1 to 5; may be changed."""
    with visit.writing() as (unit, user):
        return once.answer(
            unit,
            user,
            visit.studio.clock,
            body,
            lambda: job_view(visit, unit, visit.studio.jobs.rate(unit, user.id, job_id, body.rating)),
        )
