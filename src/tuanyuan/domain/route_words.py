"""Why an engine is asked, asked later, or left out: a few words each, for operators, logs and the catalogue.

{detail}: a fact that needs no language: a number, the name of a parameter, a code.
"""

from __future__ import annotations

# reason: (Chinese, English)
SKIPPED: dict[str, tuple[str, str]] = {
    "not_in_use": ("没有启用", "not in use"),
    "no_such_model": ("没有型号 {detail}", "has no model {detail}"),
    "no_feature": ("做不了这个功能", "does not make this"),
    "tried": ("这个任务已在它那里失败", "has failed for this job"),
    "setup": ("设置有问题：{detail}", "its set-up is wrong: {detail}"),
    "needs_export_consent": ("在境外，用户没有同意出境", "is abroad, and there is no export consent"),
    "resting": ("暂停使用（{detail}）", "rests ({detail})"),
    "probe_under_way": ("刚恢复，正在试一次", "is being probed by another job"),
    "needs_address": ("需要公网图片地址", "needs pictures at a public address"),
    "references_many": ("照片太多（{detail}）", "takes fewer photos ({detail})"),
    "references_few": ("照片太少（{detail}）", "needs more photos ({detail})"),
    "size_too_large": ("做不了这么大（{detail} 像素）", "cannot make it so large ({detail} pixels)"),
    "parameter_not_understood": ("不懂参数 {detail}", "does not understand {detail}"),
    "no_mask": ("不接受蒙版", "takes no mask"),
    "over_ceiling": ("超过这一档的成本（{detail} 分）", "costs more than was paid for ({detail} fen)"),
    "daily_stop": ("超过当天的花费上限（{detail} 分）", "would pass its daily stop ({detail} fen)"),
}
ASKED: dict[str, tuple[str, str]] = {
    "well": ("状态良好", "well"),
    "new": ("还没有记录", "no experience yet"),
    "other_grade": ("档次不同", "of another grade"),
    "failing": ("最近有失败", "has failed lately"),
    "slow": ("最近很慢", "slow"),
    "busy": ("繁忙", "busy"),
    "probing": ("刚恢复，试一次", "back from a rest, on trial"),
}
# What `detail` says of a rest.
RESTS: dict[str, tuple[str, str]] = {
    "engine_failing": ("连续失败", "it failed too often"),
    "engine_throttled": ("请求太多", "too many calls"),
    "engine_out_of_credit": ("余额或配额用完", "no money or quota left"),
    "engine_setup": ("密钥或权限不对", "a key or right is wrong"),
}


def skipped(reason: str, detail: str) -> tuple[str, str]:
    """Why an engine is left out, in Chinese and English."""
    zh, en = SKIPPED[reason]
    detail_zh, detail_en = RESTS.get(detail, (detail, detail))
    return zh.format(detail=detail_zh), en.format(detail=detail_en)


def asked(reasons: tuple[str, ...]) -> tuple[str, str]:
    """How an engine stands that is asked, in Chinese and English."""
    words = [ASKED[reason] for reason in reasons]
    return "、".join(zh for zh, _ in words), ", ".join(en for _, en in words)


def sentences(
    name: str, steps: list[tuple[str, tuple[str, str]]], left: list[tuple[str, tuple[str, str]]]
) -> tuple[str, str]:
    """A route in short sentences: (engine, words) of those that are asked in turn, and of those that are left out."""
    zh, en = (f"路线 {name}：", f"Route {name}: ") if name else ("没有路线适合：", "No route fits: ")
    zh += "，再 ".join(f"{engine}（{words[0]}）" for engine, words in steps) or "没有可用的引擎"
    en += ", then ".join(f"{engine} ({words[1]})" for engine, words in steps) or "no engine can make this"
    if left:
        zh += "。不用：" + "；".join(f"{engine}（{words[0]}）" for engine, words in left)
        en += ". Left out: " + "; ".join(f"{engine} ({words[1]})" for engine, words in left)
    return zh + "。", en + "."
