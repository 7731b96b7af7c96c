"""DBOS's own words, passed on to the studio's log."""

from __future__ import annotations

import logging

import structlog

_log = structlog.get_logger("dbos")


class _ToStructlog(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        _log.log(record.levelno, "dbos", detail=record.getMessage(), exc_info=record.exc_info or None)


def quieten() -> None:
    """Warnings and worse go to structlog; the rest, and DBOS's own console lines, nowhere. Once is enough."""
    logger = logging.getLogger("dbos")
    logger.propagate = False
    logger.setLevel(logging.WARNING)
    # DBOS adds its console only where there is no handler yet.
    if not any(isinstance(handler, _ToStructlog) for handler in logger.handlers):
        logger.handlers = [_ToStructlog()]
