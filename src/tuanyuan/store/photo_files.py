"""Photos as files on this machine."""

from __future__ import annotations

from pathlib import Path

from tuanyuan.domain.errors import Rejected

MEGABYTE = 1024 * 1024


class LocalPhotoFiles:
    """Implements `domain.ports.PhotoFiles`. `limit` in bytes: a larger file is not even read."""

    def __init__(self, limit: int) -> None:
        self._limit = limit

    def read(self, name: str) -> bytes:
        """The whole file. Rejected: file_missing, file_unreadable, file_too_large."""
        path = Path(name)
        try:
            size = path.stat().st_size
            if size > self._limit:
                megabytes = f"{size / MEGABYTE:.1f}"
                raise Rejected("file_too_large", file=name, megabytes=megabytes, limit=f"{self._limit / MEGABYTE:g}")
            return path.read_bytes()
        except FileNotFoundError:
            raise Rejected("file_missing", file=name) from None
        except OSError as error:
            raise Rejected("file_unreadable", file=name, reason=error.strerror or type(error).__name__) from None
