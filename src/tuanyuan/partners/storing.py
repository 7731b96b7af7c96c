"""An object that lies at a partner for the length of a block, and no longer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from tuanyuan.domain.engine import BadRequest, EngineSetup, InputRefused, Throttled
from tuanyuan.domain.errors import StudioError
from tuanyuan.partners.exchange import NotReached

DELETIONS = 3
# After these nothing was stored. Any other failure may have come after the object was taken.
_NOTHING_STORED = (BadRequest, EngineSetup, InputRefused, Throttled, NotReached)

log = structlog.get_logger(__name__)


@contextmanager
def stored(partner: str, put: Callable[[], None], delete: Callable[[], None]) -> Iterator[None]:
    """`put`, the block, and `delete` whatever happens, so long as something may lie there. Raises what `put` raises.

    Deleting is tried again, for a face must not stay behind; what is left all the same is logged as an error and goes
    by the bucket's own rule.
    """
    try:
        put()
    except _NOTHING_STORED:
        raise
    except BaseException:
        _delete(partner, delete)
        raise
    try:
        yield
    finally:
        _delete(partner, delete)


def _delete(partner: str, delete: Callable[[], None]) -> None:
    for _ in range(DELETIONS):
        try:
            delete()
        except EngineSetup:
            break
        except StudioError:
            continue
        return
    log.error("partner_object_left", partner=partner)
