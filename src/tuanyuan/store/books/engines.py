"""How engines are doing, and what is under way at them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from tuanyuan.domain.health import Health
from tuanyuan.domain.job import Attempt
from tuanyuan.domain.ports.engines import Outcomes
from tuanyuan.domain.ports.place import Place
from tuanyuan.store.books.statements import insert, insert_new, newer
from tuanyuan.store.tables import attempts, engine_health

_OPEN = ("submitting", "submitted")
# The outcome as no index knows it: SQLite would go through all that ever was by the outcome instead of by the time.
_ENDED = func.coalesce(attempts.c.outcome, "")
# Noted on an attempt whose late answer was looked for: it is not looked for again.
FOUND_OUT = ("came_late", "never_came")


class EngineBook:
    """Implements `Engines`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def health(self) -> Mapping[str, Health]:
        """Of every engine that was ever noted, by name."""
        found = self._session.execute(select(engine_health.c.engine, engine_health.c.health))
        return {engine: Health.from_dict(health) for engine, health in found}

    def hold(self, engine: str, at: datetime) -> Health:
        """The health of one engine, its row held to the unit's end; see the port."""
        query = select(engine_health.c.health).where(engine_health.c.engine == engine).with_for_update()
        found = self._session.execute(query).scalar_one_or_none()
        if found is None:
            row = {"engine": engine, "health": Health(engine).as_dict(), "updated_at": at}
            insert_new(self._session, engine_health, row, ("engine",))
            found = self._session.execute(query).scalar_one()
        return Health.from_dict(found)

    def note(self, health: Health, at: datetime) -> None:
        """Write the health of an engine down."""
        row = {"engine": health.engine, "health": health.as_dict(), "updated_at": at}
        statement = insert(self._session, engine_health).values(row)
        changes = {name: statement.excluded[name] for name in ("health", "updated_at")}
        self._session.execute(statement.on_conflict_do_update(index_elements=["engine"], set_=changes))

    def under_way(self) -> Mapping[tuple[str, str], int]:
        """How many attempts wait for their answer, by (engine, model)."""
        query = select(attempts.c.engine, attempts.c.model, func.count()).where(
            attempts.c.outcome.in_(_OPEN), attempts.c.finished_at.is_(None)
        )
        found = self._session.execute(query.group_by(attempts.c.engine, attempts.c.model))
        return {(engine, model): count for engine, model, count in found}

    def calls(self, engine: str, since: datetime) -> int:
        """How many attempts were begun at an engine since then."""
        query = select(func.count()).select_from(attempts)
        return int(
            self._session.execute(query.where(attempts.c.engine == engine, attempts.c.created_at >= since)).scalar_one()
        )

    def spent(self, since: datetime) -> Mapping[str, int]:
        """What attempts begun since then cost or may cost, in fen, by engine."""
        query = select(attempts.c.engine, func.sum(attempts.c.cost_fen)).where(attempts.c.created_at >= since)
        return {engine: int(fen) for engine, fen in self._session.execute(query.group_by(attempts.c.engine))}

    def outcomes(self, since: datetime, lately: datetime) -> Sequence[Outcomes]:
        """How attempts begun since then, and those begun lately, ended or stand; see the port."""
        recent = func.sum(case((attempts.c.created_at >= lately, 1), else_=0))
        kind = (attempts.c.engine, attempts.c.model, _ENDED)
        query = select(*kind, func.count(), recent).where(attempts.c.created_at >= since).group_by(*kind)
        return [Outcomes(e, m, o, count, int(few)) for e, m, o, count, few in self._session.execute(query)]

    def seconds(self, since: datetime, limit: int) -> Mapping[tuple[str, str], list[float]]:
        """How long the last successful attempts begun since then took, by (engine, model); see the port."""
        query = select(attempts.c.engine, attempts.c.model, attempts.c.created_at, attempts.c.finished_at)
        query = query.where(attempts.c.created_at >= since, _ENDED == "succeeded")
        taken: dict[tuple[str, str], list[float]] = {}
        for engine, model, began, ended in self._session.execute(
            query.order_by(attempts.c.created_at.desc()).limit(limit)
        ):
            if ended is not None:
                taken.setdefault((engine, model), []).append((ended - began).total_seconds())
        return taken

    def lost(self, since: datetime, limit: int, after: Place | None = None) -> list[Attempt]:
        """Attempts of unknown outcome, begun since then, that nobody found out about yet; see the port."""
        untold = or_(attempts.c.code.is_(None), attempts.c.code.not_in(FOUND_OUT))
        query = select(attempts).where(_ENDED == "unknown", attempts.c.created_at >= since, untold)
        if after is not None:
            query = query.where(newer(attempts, after))
        query = query.order_by(attempts.c.created_at, attempts.c.id).limit(limit)
        return [Attempt(**row._mapping) for row in self._session.execute(query)]
