"""Words about old photos."""

from __future__ import annotations

# code: (message_zh, message_en, advice_zh, advice_en)
MESSAGES: dict[str, tuple[str, str, str, str]] = {
    "face_filled": (
        "这张脸上有破损，缺的地方是按旁边的样子补的",
        "This face was damaged, and what was missing is filled in from what is beside it",
        "请和原件对照，看五官是否补得准确；不合适就选修得轻的一张。",
        "Please compare it with the original; if a feature is not right, take the gentle repair.",
    ),
}
