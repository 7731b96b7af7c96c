"""Words about credits: what is refused, and the lines of the ledger."""

from __future__ import annotations

# code: (message_zh, message_en, advice_zh, advice_en)
MESSAGES: dict[str, tuple[str, str, str, str]] = {
    "amount_invalid": (
        "积分数量不正确：{amount}",
        "Not a valid number of credits: {amount}",
        "请输入合理的整数。",
        "Give a reasonable whole number.",
    ),
    "credits_short": (
        "积分不足：还有 {balance}，需要 {price}",
        "Not enough credits: {balance} left, {price} needed",
        "请充值，或使用每天一次的免费体验。",
        "Buy credits, or use the free picture of the day.",
    ),
    "free_day_used": (
        "今天的免费体验已经用过",
        "Today's free picture has been used",
        "请明天再来，或使用积分。",
        "Come again tomorrow, or use credits.",
    ),
    "entry_earn": (
        "赠送 {amount} 积分：{about_zh}",
        "{amount} credits given: {about_en}",
        "积分不会过期。",
        "Credits do not expire.",
    ),
    "entry_purchase": (
        "充值 {amount} 积分：{about_zh}",
        "{amount} credits bought: {about_en}",
        "积分不会过期。",
        "Credits do not expire.",
    ),
    "entry_spend": (
        "制作“{about_zh}”，用了 {amount} 积分",
        "{amount} credits for “{about_en}”",
        "没有成功时积分会自动退回。",
        "Should it fail, they come back by themselves.",
    ),
    "entry_refund": (
        "“{about_zh}”没有完成，退回 {amount} 积分",
        "“{about_en}” was not made: {amount} credits given back",
        "请换照片再试。",
        "Try again with other photos.",
    ),
    "entry_reversal": (
        "充值撤销，扣回 {amount} 积分：{about_zh}",
        "A purchase was taken back: {amount} credits less: {about_en}",
        "如有疑问请联系我们。",
        "Tell us if this surprises you.",
    ),
    "entry_adjust": (
        "人工调整 {amount} 积分：{about_zh}",
        "Adjusted by {amount} credits: {about_en}",
        "如有疑问请联系我们。",
        "Tell us if this surprises you.",
    ),
}
