from __future__ import annotations

import asyncio
import json

import pytest
from doubles.ports import deaf_port
from websockets.asyncio.server import serve

from tuanyuan.domain.engine import TaskRef
from tuanyuan.engines.comfyui import progress
from tuanyuan.engines.comfyui.engine import ComfyuiEngine

PROMPT = "3f1c6f0e-4d0b-4b86-9a55-0d4c1f2a7b11"


@pytest.mark.parametrize(
    ("message", "share"),
    [
        ({"type": "progress", "data": {"value": 5, "max": 20, "prompt_id": PROMPT, "node": "30"}}, 0.25),
        ({"type": "progress", "data": {"value": 5, "max": 20, "prompt_id": "another", "node": "30"}}, None),
        ({"type": "progress", "data": {"value": 1, "max": 1, "prompt_id": PROMPT, "node": "1"}}, None),
        ({"type": "progress_state", "data": {"prompt_id": PROMPT, "nodes": {"30": {"value": 10, "max": 20}}}}, 0.5),
        ({"type": "status", "data": {"status": {}}}, None),
        ({"type": "progress"}, None),
    ],
)
def test_what_a_message_says_about_progress(message, share):
    assert progress.share(message, PROMPT) == share


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
def test_progress_is_heard_over_the_websocket_and_a_caller_that_fails_stops_nothing():
    paths, heard = [], []

    async def speak(connection):
        paths.append(connection.request.path)
        await connection.send(b"\x00\x00\x00\x01\x00\x00\x00\x01picture")
        await connection.send("no json")
        for value in (5, 10, 5, 20):
            data = {"value": value, "max": 20, "prompt_id": PROMPT, "node": "30"}
            await connection.send(json.dumps({"type": "progress", "data": data}))
        await connection.wait_closed()

    def listen(share, zh, en):
        heard.append((share, zh, en))
        raise RuntimeError("not interested")

    async def whole():
        async with serve(speak, "127.0.0.1", 0) as websocket:
            port = websocket.sockets[0].getsockname()[1]
            listening = progress.Listening(f"http://127.0.0.1:{port}/gpu")
            await listening.begin(PROMPT, listen, 10.0)
            while len(heard) < 3:
                await asyncio.sleep(0.005)
            share = listening.share(PROMPT)
            await listening.end(PROMPT)
            return share, listening.share(PROMPT)

    assert asyncio.run(whole()) == (0.95, None)
    assert paths == [f"/gpu/ws?clientId={PROMPT}"]
    assert [told[0] for told in heard] == [0.2375, 0.475, 0.95]


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
def test_a_server_without_a_websocket_still_works(server, asking, capabilities):
    async def act(port):
        engine = ComfyuiEngine(capabilities, {}, f"http://127.0.0.1:{port}", transport=server.transport, websocket=True)
        try:
            return await engine.submit(asking("restore", "person"), PROMPT, lambda *_: None)
        finally:
            await engine.close()

    with deaf_port() as port:
        answer = asyncio.run(act(port))
    assert answer == TaskRef("comfyui", f"restore:{PROMPT}")
