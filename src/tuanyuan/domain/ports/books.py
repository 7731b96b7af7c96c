"""The books: everything that is written down in the database, one unit of work at a time.

`Units.begin()` opens a transaction for reading and writing, commits when the block ends, rolls back when it raises.
Doors and workflow steps open it; services take a `Unit` and never commit. Times are aware, UTC.
Every `find` takes the user where a user asks: another's thing is None, as if it were not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Any, Protocol

from tuanyuan.domain.audit import AuditRecord
from tuanyuan.domain.consent import Consent
from tuanyuan.domain.job import Attempt, Event, Job, JobEvent, Status
from tuanyuan.domain.kept import KeptFile, KeptPhoto
from tuanyuan.domain.user import Identity, RefreshToken, Statistics, User
from tuanyuan.domain.wallet import Balance, Entry, EntryKind
from tuanyuan.domain.work import Work

# Where a page of a list ends: when its last one was made, and its id; many may be made in one instant.
Place = tuple[datetime, str]


class Users(Protocol):
    """Accounts and the ways into them."""

    def add(self, user: User, identity: Identity) -> bool:
        """Write both down. False when the identity is there already (somebody was quicker); nothing is written then."""
        ...

    def find(self, user_id: str) -> User | None:
        """The account, closed or not."""
        ...

    def logged_in(self, user_id: str, family: str) -> User | None:
        """The account, unless it is closed or the login was ended. A login that nobody knows was."""
        ...

    def by_identity(self, provider: str, subject: str) -> User | None:
        """Whose way in this is."""
        ...

    def identities(self, user_id: str) -> list[Identity]:
        """All ways into an account."""
        ...

    def link(self, identity: Identity) -> bool:
        """Add a way in; the same (provider, subject) of the same user gets the new secret. False: another user's."""
        ...

    def unlink(self, user_id: str) -> None:
        """Remove every way into an account."""
        ...

    def save(self, user: User) -> None:
        """Store changed fields."""
        ...

    def lock(self, user_id: str) -> None:
        """Nobody else passes this line for the same user until the unit ends. Always the first lock taken."""
        ...

    def merge(self, from_id: str, to_id: str) -> None:
        """Give photos, files, jobs, works and used free days to another account. Ledger, consents and log stay.

        Both accounts must be locked.
        """
        ...

    def statistics(self, user_id: str) -> Statistics:
        """Counted from the rows, never kept."""
        ...


class Tokens(Protocol):
    """Refresh tokens, by digest."""

    def add(self, token: RefreshToken) -> None:
        """Write one down."""
        ...

    def find(self, digest: str) -> RefreshToken | None:
        """The token, used and revoked ones too."""
        ...

    def use(self, digest: str, at: datetime) -> bool:
        """Mark as used, if it was neither used nor revoked. Exactly one of many at once gets True."""
        ...

    def revoke_family(self, family: str, at: datetime) -> None:
        """End a login and all that descends from it."""
        ...

    def revoke_user(self, user_id: str, at: datetime) -> None:
        """End every login of a user."""
        ...

    def family_revoked(self, family: str) -> bool:
        """Whether the login was ended. An unknown family was."""
        ...


class Consents(Protocol):
    """Answers to consent questions."""

    def add(self, consent: Consent) -> None:
        """Write one down."""
        ...

    def find(self, user_id: str, consent_id: str) -> Consent | None:
        """One answer."""
        ...

    def all(self, user_id: str) -> list[Consent]:
        """Every answer, newest first."""
        ...

    def standing(self, user_id: str, purpose: str) -> Consent | None:
        """The newest answer to a purpose, granted or not, that was not withdrawn."""
        ...

    def withdraw(self, consent_id: str, at: datetime) -> bool:
        """Take back, once. False: it was taken back before."""
        ...

    def forget_addresses(self, user_id: str) -> None:
        """Empty the network addresses that a user's answers came from; the answers stay, as proof."""
        ...


class Files(Protocol):
    """Kept files: rows first, bytes second, so that no byte lies anywhere without a row that ends it."""

    def begin(self, begun: Sequence[KeptFile]) -> set[str]:
        """Write down those whose id is new, all in one statement; their ids. The others' rows stay as they are."""
        ...

    def add(self, file: KeptFile) -> None:
        """Write one down."""
        ...

    def find(self, file_id: str, user_id: str | None = None) -> KeptFile | None:
        """A file that is kept (not being written, not erased)."""
        ...

    def row(self, file_id: str) -> KeptFile | None:
        """The row in any state."""
        ...

    def finish(
        self,
        file_id: str,
        size: int,
        digest: str,
        expires_at: datetime | None = None,
        media_type: str | None = None,
        address: str | None = None,
    ) -> bool:
        """From "writing" to "kept". False: it is not being written (any more); nothing is changed then.

        expires_at: the real end, later than the early one of a file being written. media_type: as found. None: as is.
        address: only if the row still has it, so that of two writers one wins.
        """
        ...

    def reopen(self, file_id: str, address: str, wrapped_key: bytes, expires_at: datetime) -> bool:
        """Take up again what was never finished: to "writing" with this address, key and end, `erased_at` None.

        Only from "writing", or from "erased" with an empty digest. False: it was finished once; nothing is changed.
        """
        ...

    def expire(self, file_ids: Sequence[str], at: datetime) -> None:
        """Bring the end forward to `at`; never later."""
        ...

    def expire_all(self, user_id: str, at: datetime) -> int:
        """Bring the end of everything a user has forward to `at`; how many files."""
        ...

    def due(self, at: datetime, limit: int) -> list[KeptFile]:
        """Files not erased whose end has come, oldest end first."""
        ...

    def erased(self, file_id: str, at: datetime) -> bool:
        """Destroy the wrapped key and the digest, and mark as erased. Once.

        What was known of the picture goes in the same unit: of a photo name, digest and report, and it is never shown
        again; of a candidate the people in it; of a work that has ended too, title and tags.
        """
        ...

    def rewrap(self, file_id: str, wrapped_key: bytes) -> None:
        """Put another wrapping of the same data key in place. Never on an erased file."""
        ...

    def living(self, after: str, limit: int) -> list[KeptFile]:
        """Files not erased, by id, after the given one: for the rotation of master keys."""
        ...


class Photos(Protocol):
    """Photos that users have sent."""

    def add(self, photo: KeptPhoto) -> None:
        """Write one down."""
        ...

    def find(self, user_id: str, photo_id: str) -> KeptPhoto | None:
        """A photo that was not deleted and has not expired."""
        ...

    def all(self, user_id: str, limit: int, before: Place | None = None) -> list[KeptPhoto]:
        """Living photos, newest first, after the place `before` in the list."""
        ...

    def used(self, photo_ids: Sequence[str], at: datetime, expires_at: datetime) -> None:
        """Note the use, and bring the end of photo and file forward to `expires_at`; never later."""
        ...

    def delete(self, user_id: str, photo_ids: Sequence[str] | None, at: datetime) -> list[str]:
        """Take away (None: all of them) and bring their files' end to `at`; the ids of the files."""
        ...


class Ledger(Protocol):
    """Credit entries. Only ever appended to."""

    def last(self, user_id: str) -> Entry | None:
        """The user's newest entry. Call `Users.lock` before, when one is to follow."""
        ...

    def find(self, cause: str, kind: EntryKind) -> Entry | None:
        """The one entry of a cause and kind."""
        ...

    def append(self, entry: Entry) -> bool:
        """Add. False when (cause, kind) is there already; nothing is written then."""
        ...

    def entries(self, user_id: str, before: int | None, limit: int) -> list[Entry]:
        """Newest first, with numbers below `before`."""
        ...

    def balance(self, user_id: str) -> Balance:
        """Summed from the entries."""
        ...

    def unexplained(self) -> int:
        """How many users and jobs do not add up.

        Chains with a gap in the numbers, a wrong running balance or one below zero; jobs whose entries do not fit
        their state (a finished one not paid, a failed one not given back, …).
        """
        ...


class FreeDays(Protocol):
    """The free picture a day."""

    def take(self, user_id: str, day: date, job_id: str) -> bool:
        """Use up the day. False: it was used."""
        ...

    def give_back(self, job_id: str) -> None:
        """The job came to nothing: the day is free again."""
        ...


class Jobs(Protocol):
    """Jobs, their progress streams and attempts."""

    def add(self, job: Job, enqueue: bool = True) -> None:
        """Write one down as pending, with its first event, and enqueue it: all in this unit.

        enqueue False: write down a job that is completed already (result cache) with all its fields; its one event
        is "job_completed" at 100; nothing is enqueued.
        """
        ...

    def find(self, job_id: str, user_id: str | None = None) -> Job | None:
        """One job."""
        ...

    def advance(
        self, job_id: str, event: Event, at: datetime, message: str | None = None, **changes: Any
    ) -> Job | None:
        """The one way a state changes: a conditional UPDATE from the states of `job.sources(event)`.

        None when it hit no row. changes: columns to set with it (engine, candidates, error, progress, …);
        "claim" adds one to `claims`. message: also appended to the progress stream.
        """
        ...

    def save(self, job: Job) -> None:
        """Store what does not belong to the state: picked, work_id, rating."""
        ...

    def pick(self, job_id: str, candidate: str, work_id: str) -> bool:
        """Note the choice, if nothing was picked. Exactly one of many at once gets True."""
        ...

    def all(self, user_id: str, before: Place | None, limit: int, status: Status | None = None) -> list[Job]:
        """A user's jobs, newest first, after the place `before` in the list."""
        ...

    def unfinished(self, user_id: str) -> int:
        """How many of a user's jobs are pending or processing."""
        ...

    def ahead(self, job: Job) -> int:
        """Pending and processing jobs of its queue that go before it."""
        ...

    def seconds(self, queue: str, last: int = 20) -> float | None:
        """Mean seconds from start to finish of the last completed jobs of a queue; None without experience."""
        ...

    def cached(self, user_id: str, key: str, at: datetime) -> Job | None:
        """The user's newest completed job of that key whose candidates are all still kept."""
        ...

    def tell(self, job_id: str, status: Status, progress: int, message: str, at: datetime) -> Job | None:
        """Append to the progress stream, and set the job's progress. Never lowers it.

        The job, its row held to the unit's end. None: it has ended in another way, and nothing was said.
        """
        ...

    def events(self, after: int, job_id: str | None = None, limit: int = 500) -> list[JobEvent]:
        """Events with greater numbers, in order."""
        ...

    def last_event(self) -> int:
        """The greatest number of an event there is; 0 without any. Where a watcher of all jobs begins."""
        ...

    def attempt(self, attempt: Attempt) -> None:
        """Write an attempt down, or change it: by id."""
        ...

    def attempts(self, job_id: str) -> list[Attempt]:
        """All attempts, in order."""
        ...

    def forget_people(self, user_id: str) -> None:
        """Take out of a user's jobs and attempts what tells of people: faces, distances, wishes. The jobs stay."""
        ...

    def stuck(self, before: datetime, limit: int) -> list[Job]:
        """Jobs pending or processing that were last touched before, oldest first."""
        ...

    def counts(self) -> dict[tuple[str, str], int]:
        """How many jobs by (status, feature)."""
        ...


class Works(Protocol):
    """Picked pictures."""

    def add(self, work: Work) -> None:
        """Write one down."""
        ...

    def find(self, user_id: str, work_id: str, at: datetime) -> Work | None:
        """A work that was not deleted and has not expired."""
        ...

    def shared(self, share: str, at: datetime) -> Work | None:
        """The public work of a share name."""
        ...

    def all(self, user_id: str, at: datetime, before: Place | None, limit: int, **wanted: Any) -> list[Work]:
        """Newest first, after the place `before` in the list. wanted: favourite=True, tag="…", feature="…"."""
        ...

    def save(self, work: Work) -> None:
        """Store title, tags, favourite, public, share."""
        ...

    def delete(self, user_id: str, work_ids: Sequence[str] | None, at: datetime) -> list[str]:
        """Take away (None: all), and bring the end of their files to `at`; the ids of the files."""
        ...


class Audit(Protocol):
    """The audit log."""

    def add(self, record: AuditRecord) -> None:
        """Append; number and digest are set here."""
        ...

    def of(self, subject: str, subject_id: str) -> list[AuditRecord]:
        """All lines about one thing, in order."""
        ...

    def verify(self) -> int | None:
        """Number of the first line that does not follow from the one before; None: all do."""
        ...


class IdempotencyKeys(Protocol):
    """Answers to requests that must act once."""

    def claim(self, user_id: str, key: str, fingerprint: str, at: datetime) -> tuple[int, bytes] | None:
        """None: the key is new, and now ours. Else the answer that was given: HTTP status and body.

        Conflict idempotency_key_reused: the key was used with another fingerprint. Two at once: the second waits for
        the first's unit to end, and then gets its answer.
        """
        ...

    def answer(self, user_id: str, key: str, status: int, body: bytes) -> None:
        """Keep the answer for repeats."""
        ...

    def forget(self, before: datetime) -> int:
        """Drop keys claimed before; how many."""
        ...

    def forget_user(self, user_id: str) -> int:
        """Drop all keys of a user with their answers; how many."""
        ...


class Unit(Protocol):
    """One transaction: all books in it. Read-only names, so that each may be a class of the store's own."""

    @property
    def users(self) -> Users:
        """Accounts."""
        ...

    @property
    def tokens(self) -> Tokens:
        """Refresh tokens."""
        ...

    @property
    def consents(self) -> Consents:
        """Answers to consent questions."""
        ...

    @property
    def files(self) -> Files:
        """Kept files."""
        ...

    @property
    def photos(self) -> Photos:
        """Photos."""
        ...

    @property
    def ledger(self) -> Ledger:
        """Credits."""
        ...

    @property
    def free_days(self) -> FreeDays:
        """The free picture a day."""
        ...

    @property
    def jobs(self) -> Jobs:
        """Jobs."""
        ...

    @property
    def works(self) -> Works:
        """Works."""
        ...

    @property
    def audit(self) -> Audit:
        """The audit log."""
        ...

    @property
    def keys(self) -> IdempotencyKeys:
        """Idempotency keys."""
        ...


class Units(Protocol):
    """Where units come from."""

    def begin(self) -> AbstractContextManager[Unit]:
        """Read and write; commits at the end of the block, rolls back when it raises.

        NotNow database_down when the database does not answer.
        """
        ...

    def read(self) -> AbstractContextManager[Unit]:
        """Read only; never waits for writers."""
        ...
