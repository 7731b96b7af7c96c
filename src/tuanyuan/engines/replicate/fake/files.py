"""Uploaded files (contract: replicate.md 6.3)."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import FormData, UploadFile

from tuanyuan.engines.replicate.fake.problems import Problem, not_found
from tuanyuan.engines.replicate.fake.timing import written

LARGEST_FILE = 100 * 1024 * 1024
_LIFE = 24 * 3600.0
_MOST = 512 * 1024 * 1024


@dataclass
class _File:
    id: str
    name: str
    content_type: str
    data: bytes
    metadata: dict[str, Any]
    at: float
    etag: str = field(init=False)

    def __post_init__(self) -> None:
        self.etag = hashlib.sha256(self.data).hexdigest()

    def shown(self, base: str) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "content_type": self.content_type,
            "size": len(self.data),
            "etag": self.etag,
            "checksums": {"sha256": self.etag},
            "metadata": self.metadata,
            "created_at": written(self.at),
            "expires_at": written(self.at + _LIFE),
            "urls": {"get": f"{base}/v1/files/{self.id}"},
        }


class Files:
    """Kept for 24 hours by `clock`."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._files: dict[str, _File] = {}

    async def store(self, form: FormData, base: str) -> dict[str, Any]:
        """Keep the part `content`. Raises Problem."""
        content = form.get("content")
        if not isinstance(content, UploadFile):
            raise Problem(400, "Bad request", "Missing content")
        data = await content.read()
        if len(data) > LARGEST_FILE:
            raise Problem(413, "File too large", f"The file is larger than {LARGEST_FILE} bytes")
        told = form.get("metadata")
        try:
            metadata = json.loads(told) if isinstance(told, str) and told else {}
        except ValueError:
            raise Problem(400, "Bad request", "metadata is not valid JSON") from None
        kind = str(form.get("type") or content.content_type or "application/octet-stream")
        name = content.filename or "file"
        stored = _File(secrets.token_urlsafe(24), name, kind, data, metadata, self._clock())
        self._files[stored.id] = stored
        while len(self._files) > 1 and sum(len(file.data) for file in self._files.values()) > _MOST:
            del self._files[next(iter(self._files))]
        return stored.shown(base)

    def show(self, file_id: str, base: str) -> dict[str, Any]:
        """One file's facts. Raises Problem."""
        return self._get(file_id).shown(base)

    def list(self, base: str) -> list[dict[str, Any]]:
        """All of them, the newest first."""
        self._forget()
        return [file.shown(base) for file in reversed(self._files.values())]

    def delete(self, file_id: str) -> None:
        """Raises Problem."""
        del self._files[self._get(file_id).id]

    def data(self, file_id: str) -> bytes | None:
        """What a model gets that is told `urls.get`."""
        self._forget()
        file = self._files.get(file_id)
        return file.data if file else None

    def _get(self, file_id: str) -> _File:
        self._forget()
        if file_id not in self._files:
            raise not_found()
        return self._files[file_id]

    def _forget(self) -> None:
        old = self._clock() - _LIFE
        for file_id in [file_id for file_id, file in self._files.items() if file.at <= old]:
            del self._files[file_id]
