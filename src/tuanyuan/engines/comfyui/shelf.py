"""Pictures on the server: put there, fetched, and painted over, for there is no route that deletes a file (5.5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import httpx2
import structlog

from tuanyuan.domain.engine import BadRequest, EngineSetup, Reference, Transient, Unknown
from tuanyuan.domain.errors import StudioError
from tuanyuan.engines.comfyui import mapping, png, refusals
from tuanyuan.engines.comfyui.mapping import StoredFile
from tuanyuan.engines.wire import MOST_PICTURE, Wire

log = structlog.get_logger(__name__)


class Shelf:
    """The files of one server."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def put(self, prompt: str, references: Sequence[Reference]) -> list[str]:
        """The name of each reference as a node loads it, in order (5.5: the returned name counts).

        Raises what refuses an upload. Nothing is queued yet, so a lost answer is a known failure: Transient.
        """
        names = []
        for number, reference in enumerate(references):
            file = mapping.input_file(prompt, number)
            try:
                names.append(await self._upload(file, reference.data, reference.media_type))
            except Unknown:
                raise Transient("engine_failed") from None
        return names

    async def get(self, file: StoredFile) -> bytes:
        """The picture, without the workflow that the server writes into it.

        Transient picture_gone: the server has none. Unknown answer_lost: not reached.
        """
        try:
            answer = await self._wire.call("GET", "/view", params=file.query, most=MOST_PICTURE)
        except Transient:
            raise Unknown("answer_lost") from None
        if answer.status == httpx2.codes.OK and answer.body:
            return png.without_texts(answer.body)
        if answer.status >= httpx2.codes.INTERNAL_SERVER_ERROR:
            raise Unknown("answer_lost")
        raise Transient("picture_gone")

    async def blank(self, files: Iterable[StoredFile]) -> None:
        """Put one grey pixel in the place of each, so that no face stays. Best effort."""
        for file in files:
            try:
                await self._upload(file, png.BLANK, "image/png")
            except StudioError as error:
                log.warning("comfyui_file_stays", code=error.code, kind=file.kind)

    async def blank_inputs(self, prompt: str, count: int = mapping.MOST_PICTURES) -> None:
        """The same for the first `count` references of a prompt, as many as are there. Best effort."""
        for number in range(count):
            file = mapping.input_file(prompt, number)
            try:
                answer = await self._wire.call("GET", "/view", params=file.query, most=MOST_PICTURE)
            except StudioError:
                return
            if answer.status != httpx2.codes.OK:
                return
            await self.blank([file])

    async def _upload(self, file: StoredFile, data: bytes, media_type: str) -> str:
        # A name that is there already is this attempt's own, or to be painted over.
        told = {"type": file.kind, "subfolder": file.folder, "overwrite": "true"}
        answer = await self._wire.call(
            "POST", "/upload/image", data=told, files={"image": (file.name, data, media_type)}
        )
        if answer.status != httpx2.codes.OK:
            raise refusals.refused(answer) or BadRequest("engine_bad_request", engine=refusals.ENGINE, detail="upload")
        stored = answer.json()
        name, folder = stored.get("name"), stored.get("subfolder", "")
        if not isinstance(name, str) or not name:
            raise EngineSetup("engine_setup", engine=refusals.ENGINE, detail="upload")
        return f"{folder}/{name}" if folder else name
