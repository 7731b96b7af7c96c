"""Words about requests as such: addresses, sizes, keys, states of the service."""

from __future__ import annotations

# code: (message_zh, message_en, advice_zh, advice_en)
MESSAGES: dict[str, tuple[str, str, str, str]] = {
    "not_found": (
        "没有找到",
        "Not found",
        "它可能已经删除或过期，请返回上一页刷新。",
        "It may have been deleted or have expired; go back and refresh.",
    ),
    "database_down": (
        "数据库暂时不可用",
        "The database does not answer",
        "请稍后再试，没有扣除任何积分。",
        "Try again in a moment; nothing was charged.",
    ),
    "idempotency_key_reused": (
        "同一个 Idempotency-Key 用在了不同的请求上",
        "The same Idempotency-Key was used for a different request",
        "请为新的请求换一个新的 Idempotency-Key。",
        "Use a new Idempotency-Key for a new request.",
    ),
}
