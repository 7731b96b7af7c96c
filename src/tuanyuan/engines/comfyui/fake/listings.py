"""What a ComfyUI server tells of itself: its machine, and its jobs as one list (contract: comfyui.md 5.1)."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tuanyuan.engines.comfyui.fake.jobs import Job
from tuanyuan.engines.comfyui.fake.running import Worker

_STATES = ("pending", "in_progress", "completed", "failed", "cancelled")
_GIGABYTE = 1024**3


def system_stats(version: str) -> dict[str, Any]:
    """A machine with one card, nothing loaded."""
    return {
        "system": {
            "os": "linux",
            "ram_total": 64 * _GIGABYTE,
            "ram_free": 48 * _GIGABYTE,
            "comfyui_version": version,
            "python_version": "3.12.3 (main)",
            "pytorch_version": "2.8.0+cu128",
            "embedded_python": False,
            "argv": ["main.py"],
        },
        "devices": [
            {
                "name": "cuda:0 NVIDIA GeForce RTX 4090 : cudaMallocAsync",
                "type": "cuda",
                "index": 0,
                "vram_total": 24 * _GIGABYTE,
                "vram_free": 22 * _GIGABYTE,
                "torch_vram_total": 0,
                "torch_vram_free": 0,
            }
        ],
    }


def jobs(request: Request, worker: Worker) -> Response:
    """Waiting, running and finished jobs as one list, the newest first."""
    query = request.query_params
    wanted = [state.strip() for state in query.get("status", "").split(",") if state.strip()]
    wrong = [state for state in wanted if state not in _STATES]
    if wrong:
        words = f"Invalid status value(s): {', '.join(wrong)}. Valid values: {', '.join(_STATES)}"
        return JSONResponse({"error": words}, 400)
    if query.get("sort_by", "created_at") not in ("created_at", "execution_duration"):
        return JSONResponse({"error": "sort_by must be 'created_at' or 'execution_duration'"}, 400)
    if query.get("sort_order", "desc") not in ("asc", "desc"):
        return JSONResponse({"error": "sort_order must be 'asc' or 'desc'"}, 400)
    limit = query.get("limit")
    if limit is not None and not (limit.isdigit() and int(limit) > 0):
        return JSONResponse({"error": "limit must be a positive integer"}, 400)
    offset = int(query["offset"]) if query.get("offset", "").isdigit() else 0
    found = [job for job in _all(worker) if not wanted or job["status"] in wanted]
    key = query.get("sort_by", "created_at")
    found.sort(key=lambda job: job.get(key) or 0, reverse=query.get("sort_order", "desc") == "desc")
    page = found[offset:][: int(limit) if limit else None]
    pagination = {
        "offset": offset,
        "limit": int(limit) if limit else None,
        "total": len(found),
        "has_more": offset + len(page) < len(found),
    }
    return JSONResponse({"jobs": page, "pagination": pagination})


def job(prompt_id: str, worker: Worker) -> Response:
    """One of them, with its outputs."""
    for found in _all(worker):
        if found["id"] == prompt_id:
            return JSONResponse(found)
    return JSONResponse({"error": "Job not found"}, 404)


def _all(worker: Worker) -> list[dict[str, Any]]:
    listed = [_live(one, "pending") for one in worker.queue.pending]
    if worker.queue.running:
        listed.append(_live(worker.queue.running, "in_progress"))
    return listed + [_finished(one, entry) for one, entry in worker.history.page(None, -1).items()]


def _live(one: Job, status: str) -> dict[str, Any]:
    return {
        "id": one.prompt_id,
        "status": status,
        "priority": one.number,
        "create_time": one.extra_data.get("create_time"),
        "created_at": one.extra_data.get("create_time"),
        "outputs_count": 0,
    }


def _finished(prompt_id: str, entry: dict[str, Any]) -> dict[str, Any]:
    messages = dict(entry["status"]["messages"])
    error = messages.get("execution_error")
    status = "completed" if entry["status"]["completed"] else "failed" if error else "cancelled"
    pictures = [image for node in entry["outputs"].values() for image in node["images"]]
    began = messages["execution_start"]["timestamp"]
    ended = entry["status"]["messages"][-1][1]["timestamp"]
    return {
        "id": prompt_id,
        "status": status,
        "priority": entry["prompt"][0],
        "create_time": entry["prompt"][3].get("create_time"),
        "created_at": entry["prompt"][3].get("create_time"),
        "execution_start_time": began,
        "execution_end_time": ended,
        "execution_duration": ended - began,
        "execution_error": error,
        "outputs_count": len(pictures),
        "preview_output": pictures[0] if pictures else None,
        "outputs": entry["outputs"],
    }
