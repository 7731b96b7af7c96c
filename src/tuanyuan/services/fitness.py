"""Whether the photos of an order will do for the engine that would be asked, before anything is charged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tuanyuan.domain.engine import Choosy
from tuanyuan.domain.errors import NotFound, Rejected
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.ports import Clock, Unit
from tuanyuan.domain.user import User
from tuanyuan.services.keeping import Keeping
from tuanyuan.services.offering import terms_of
from tuanyuan.services.ordering import require_standing
from tuanyuan.services.routing import Router
from tuanyuan.services.sources import chosen_photos, mask_of

Look = Callable[[], None]


@dataclass(frozen=True)
class Fitness:
    """Reads in the caller's unit; looks at pixels outside of any."""

    router: Router
    keeping: Keeping
    clock: Clock

    def look(self, unit: Unit, user: User, request: JobRequest) -> Look | None:
        """What is to be called after the unit, and raises Rejected with advice where the photos will not do.

        None: nobody wants to look, or what is wrong with the order will be told when it is taken.
        """
        if not any(isinstance(e, Choosy) and e.looks(request) for e in self.router.engines.values()):
            return None
        require_standing(unit, user.id)
        photos, mask = chosen_photos(unit, user.id, request, self.clock()), mask_of(unit, user.id, request)
        route = self.router.route(unit, user, request, terms_of(request).candidates)
        steps = self.router.chosen(route, request)
        if not steps or not isinstance(steps[0].engine, Choosy) or not steps[0].engine.looks(request):
            return None
        engine, others = steps[0].engine, steps[1:]
        files = [(photo.id, unit.files.find(photo.file, user.id)) for photo in (*photos, mask) if photo]

        def looked() -> None:
            if not all(file for _, file in files):
                raise NotFound("photo_gone")
            data = [(photo, self.keeping.read(file)) for photo, file in files if file]
            try:
                engine.fit(request, data)
            except Rejected:
                # What this engine cannot do goes on to the next one.
                if not others:
                    raise

        return looked
