"""What a ComfyUI server tells on its sockets (contract: comfyui.md 5.3)."""

from __future__ import annotations

import json
import struct
import uuid
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import anyio
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

_PREVIEW, _PREVIEW_WITH_METADATA, _JPEG = 1, 4, 1
_BEAT = 0.01
# What a client that does not read leaves behind.
_MOST = 10_000


@dataclass
class _Listener:
    sent: deque[dict[str, Any] | bytes] = field(default_factory=lambda: deque(maxlen=_MOST))
    with_metadata: bool = False
    open: bool = True


class Sockets:
    """Who listens, by client id. A new socket of the same client takes the place of the old one."""

    def __init__(self, status: Callable[[], dict[str, Any]], current: Callable[[str], str | None]) -> None:
        self._status = status
        self._current = current
        self._listeners: dict[str, _Listener] = {}

    def tell(self, client: str | None, kind: str, data: dict[str, Any]) -> None:
        """To one client; to all when `client` is None."""
        for named, listener in list(self._listeners.items()):
            if client is None or named == client:
                listener.sent.append({"type": kind, "data": data})

    def tell_status(self) -> None:
        """How long the queue is, to all."""
        self.tell(None, "status", {"status": self._status()})

    def show(self, client: str, picture: bytes, metadata: dict[str, Any]) -> None:
        """A preview, in the form that the client asked for."""
        listener = self._listeners.get(client)
        if listener is None:
            return
        if listener.with_metadata:
            said = json.dumps({**metadata, "image_type": "image/jpeg"}).encode()
            listener.sent.append(struct.pack(">II", _PREVIEW_WITH_METADATA, len(said)) + said + picture)
        else:
            listener.sent.append(struct.pack(">II", _PREVIEW, _JPEG) + picture)

    def close(self) -> None:
        """Hang up on everybody."""
        for listener in self._listeners.values():
            listener.open = False
        self._listeners.clear()

    async def serve(self, websocket: WebSocket, advance: Callable[[], Awaitable[None]]) -> None:
        """One client, until it goes away or the server hangs up."""
        client = websocket.query_params.get("clientId") or uuid.uuid4().hex
        listener = self._listeners[client] = _Listener()
        await websocket.accept()
        listener.sent.append({"type": "status", "data": {"status": self._status(), "sid": client}})
        if (node := self._current(client)) is not None:
            listener.sent.append({"type": "executing", "data": {"node": node}})
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(_hear, websocket, listener)
                while listener.open:
                    await advance()
                    while listener.sent:
                        message = listener.sent.popleft()
                        if isinstance(message, bytes):
                            await websocket.send_bytes(message)
                        else:
                            await websocket.send_json(message)
                    await anyio.sleep(_BEAT)
                group.cancel_scope.cancel()
        except* (WebSocketDisconnect, OSError, RuntimeError):
            pass  # The client went away while it was being told.
        finally:
            if self._listeners.get(client) is listener:
                del self._listeners[client]
        if (
            websocket.application_state is WebSocketState.CONNECTED
            and websocket.client_state is WebSocketState.CONNECTED
        ):
            await websocket.close(1001)


async def _hear(websocket: WebSocket, listener: _Listener) -> None:
    """What the client says: its first message may ask for previews with metadata."""
    first = True
    try:
        while True:
            message = await websocket.receive_json()
            if first and isinstance(message, dict) and message.get("type") == "feature_flags":
                listener.with_metadata = bool(message.get("data", {}).get("supports_preview_metadata"))
            first = False
    except (WebSocketDisconnect, KeyError, ValueError):
        listener.open = False
