"""Jobs as JSON: what is asked and what is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from tuanyuan.domain.job import JobRequest, Person
from tuanyuan.domain.messages import problem
from tuanyuan.http.answers import PRINTABLE, Asked, Id, Name, Time
from tuanyuan.http.pages import Next

if TYPE_CHECKING:
    from tuanyuan.domain.job import Job, JobEvent
    from tuanyuan.domain.ports import Unit
    from tuanyuan.http.visit import Visit

_LARGEST = 2**53
# Lines may be broken.
Word = Annotated[str, StringConstraints(max_length=200, pattern=PRINTABLE.replace(r"\x00-\x1f", r"\x00-\x09\x0b-\x1f"))]
Whole = Annotated[int, Field(ge=-_LARGEST, le=_LARGEST)]
Real = Annotated[float, Field(ge=-1e9, le=1e9, allow_inf_nan=False)]
Option = bool | Whole | Real | Word | None

# What is said of a job that is being made, by how far it is.
_STAGES = ((80, "job_finishing"), (50, "job_making"), (30, "job_prepared"), (0, "job_claimed"))
_STATES = {"pending": "job_posted", "completed": "job_completed", "failed": "job_failed", "cancelled": "job_cancelled"}


class PersonHint(Asked):
    """A hint about the people in one photo. `scale`: size against a grown-up; `person`: face number from the left."""

    photo: Id
    person: Annotated[int, Field(ge=1, le=20)] | None = None
    faces: Annotated[list[Annotated[int, Field(ge=1, le=20)]], Field(max_length=5)] = Field(default_factory=list)
    scale: Annotated[float, Field(ge=0.3, le=1.5, strict=False)] = 1.0
    row: Literal["front", "back"] | None = None


class Order(Asked):
    """What to make. `photos`: ids of kept photos, as many and in the roles that the catalogue says of the feature.

    `style`: one of the catalogue's `styles` of it. `options`: parameters of the picture.
    """

    feature: Name = Field(examples=["reunion"])
    photos: Annotated[list[Id], Field(max_length=20)] = Field(
        default_factory=list, examples=[["3f0c0f6a2ad84c0b9f4fd2f5f2a1b7f1"]]
    )
    work: Id | None = Field(default=None, description="A finished picture instead of a photo: for a card, say.")
    mask: Id | None = Field(
        default=None, description="A kept grey picture over the first photo, white where the clothes are."
    )
    background: Name | None = Field(default=None, examples=["new-year-wall"])
    style: Name | None = None
    options: Annotated[dict[Name, Option], Field(max_length=20)] = Field(default_factory=dict)
    people: Annotated[list[PersonHint], Field(max_length=20)] = Field(default_factory=list)
    tier: Literal["free", "credits", "basic", "premium"] = "credits"
    again: bool = Field(default=False, description="Make it anew, although the same was made before.")

    def request(self) -> JobRequest:
        """The order in the studio's own words."""
        people = tuple(
            Person(hint.photo, hint.scale, hint.row, tuple(hint.faces) or ((hint.person,) if hint.person else ()))
            for hint in self.people
        )
        return JobRequest(
            feature=self.feature,
            photos=tuple(self.photos),
            background=self.background,
            style=self.style,
            options=dict(self.options),
            people=people,
            tier=self.tier,
            again=self.again,
            work=self.work,
            mask=self.mask,
        )


class Pick(Asked):
    """The candidate that becomes a work."""

    candidate: Id


class Rating(Asked):
    """How it was liked: 1 to 5."""

    rating: Annotated[int, Field(ge=1, le=5)]


class CandidateView(BaseModel):
    """One finished picture, best first; `url` opens it for 15 minutes. `people`: as in result.json.

    `files`: of a moving picture, whose still is `url`: addresses of its clip (`motion`, an MP4), of a small moving
    `preview` (WebP), and of what phones keep (`live_photo` and `live_video`, `motion_photo`).
    """

    id: str
    url: str
    rank: int
    score: float
    width: int
    height: int
    people: list[dict[str, Any]]
    warnings: list[str]
    files: dict[str, str]


class JobProblem(BaseModel):
    """Why a job failed."""

    code: str
    fix: str
    message_zh: str
    message_en: str
    advice_zh: str
    advice_en: str


class JobView(BaseModel):
    """One job. `message`: where it stands, in words; `eta_seconds`: about how long until it is done."""

    id: str
    feature: str
    status: Literal["pending", "processing", "completed", "failed", "cancelled"]
    progress: int = Field(ge=0, le=100)
    message: str
    tier: Literal["free", "credits", "basic", "premium"]
    cost: int
    queue_position: int
    eta_seconds: int
    candidates: list[CandidateView]
    picked: str | None
    work_id: str | None
    rating: int | None
    error: JobProblem | None
    created_at: Time
    updated_at: Time


class JobList(BaseModel):
    """Newest first."""

    jobs: list[JobView]
    next: Next = None


class Progress(BaseModel):
    """One line of the stream: how far the job is."""

    id: str
    status: str
    progress: int
    message: str


def job_view(visit: Visit, unit: Unit, job: Job) -> JobView:
    """A job as its owner sees it, with where it stands in the queue."""
    outlook = visit.studio.jobs.outlook(unit, job)
    return JobView(
        id=job.id,
        feature=job.request.feature,
        status=job.status,
        progress=job.progress,
        message=visit.say(_STATES.get(job.status) or next(code for least, code in _STAGES if job.progress >= least)),
        tier=job.request.tier,
        cost=job.cost,
        queue_position=outlook.queue_position,
        eta_seconds=outlook.eta_seconds,
        candidates=[
            CandidateView(
                id=c.id,
                url=visit.url(c.file),
                rank=c.rank,
                score=c.score,
                width=c.width,
                height=c.height,
                people=list(c.people),
                warnings=list(c.warnings),
                files={kind: visit.url(file) for kind, file in c.files.items()},
            )
            for c in job.candidates
        ],
        picked=job.picked,
        work_id=job.work_id,
        rating=job.rating,
        error=_problem(job.error),
        created_at=job.created_at,
        updated_at=job.updated_at or job.created_at,
    )


def _problem(error: dict[str, Any] | None) -> JobProblem | None:
    """What went wrong; of what is ours to repair, only that it is."""
    if error is None:
        return None
    if error.get("fix") == "us":
        return JobProblem(fix="us", **problem("request_failed").as_dict())
    return JobProblem(**{name: error.get(name, "") for name in JobProblem.model_fields})


def progress_line(visit: Visit, event: JobEvent) -> bytes:
    """One event of the stream (text/event-stream)."""
    told = Progress(id=event.job_id, status=event.status, progress=event.progress, message=visit.say(event.message))
    return f"id: {event.number}\nevent: progress\ndata: {told.model_dump_json()}\n\n".encode()
