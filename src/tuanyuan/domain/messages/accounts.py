"""Words about people: login, tokens, consents, limits."""

from __future__ import annotations

# code: (message_zh, message_en, advice_zh, advice_en)
MESSAGES: dict[str, tuple[str, str, str, str]] = {
    "consent_required": (
        "处理人脸前需要您的同意：{purpose}",
        "Your consent is needed before faces are processed: {purpose}",
        "请阅读说明并点“同意”，再继续。",
        "Read the notice and agree, then go on.",
    ),
    "login_required": (
        "请先登录",
        "Please log in first",
        "请重新打开页面登录。",
        "Open the page again to log in.",
    ),
    "login_expired": (
        "登录已过期",
        "The login has expired",
        "请重新登录；您的作品和积分都还在。",
        "Log in again; your works and credits are still there.",
    ),
    "too_often": (
        "操作太频繁",
        "Too many requests",
        "请 {seconds} 秒后再试。",
        "Try again in {seconds} seconds.",
    ),
    "wechat_code_invalid": (
        "微信登录凭证无效或已用过",
        "The WeChat login code is invalid or was used before",
        "请重新进入小程序登录。",
        "Open the mini-program again and log in.",
    ),
    "wechat_user_risky": (
        "微信暂不允许此账号登录",
        "WeChat does not allow this account to log in at present",
        "请在微信中查看账号状态。",
        "Look at the account's state in WeChat.",
    ),
    "wechat_busy": (
        "微信服务繁忙，没有登录成功",
        "WeChat is busy; the login did not succeed",
        "请稍后重新进入小程序登录。",
        "Open the mini-program again in a moment.",
    ),
    "wechat_setup": (
        "微信登录还没有配置好",
        "WeChat login is not set up",
        "请用访客方式登录，或联系我们。",
        "Log in as a guest, or tell us.",
    ),
}
