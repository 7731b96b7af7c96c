"""Words about kept photos, credits, jobs and works."""

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
    "job_finished": (
        "任务已经结束（{status}）",
        "The job has ended already ({status})",
        "请刷新页面查看结果。",
        "Refresh the page to see the result.",
    ),
    "job_not_pending": (
        "任务已经开始，不能取消（{status}）",
        "The job has begun and cannot be cancelled any more ({status})",
        "请稍候；如果失败，积分会自动退回。",
        "Please wait; should it fail, the credits come back by themselves.",
    ),
    "pixel_work_killed": (
        "处理超出了时间或内存限制，已停止",
        "The work passed its limit of time or memory and was stopped",
        "请换一张小一些的照片，或稍后重试。",
        "Use a smaller photo, or try again later.",
    ),
    "busy": (
        "现在人太多",
        "Too many people at once",
        "请稍后再试，没有扣除任何积分。",
        "Try again in a moment; nothing was charged.",
    ),
    "object_damaged": (
        "图片文件已损坏，无法读取",
        "The stored picture is damaged and cannot be read",
        "我们已收到通知；请重新上传照片。",
        "We have been told; please upload the photo again.",
    ),
    "storage_down": (
        "图片存储暂时不可用",
        "The picture store does not answer",
        "请稍后再试，没有扣除任何积分。",
        "Try again in a moment; nothing was charged.",
    ),
    "storage_full": (
        "图片存储空间已满",
        "The picture store is full",
        "请稍后再试，没有扣除任何积分；我们已收到通知。",
        "Try again later; nothing was charged, and we have been told.",
    ),
}
