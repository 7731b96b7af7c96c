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
    "device_invalid": (
        "设备编号不正确",
        "The device id is not valid",
        "设备编号应为 16–128 个字母、数字或符号；请刷新页面。",
        "A device id has 16 to 128 letters, digits or signs; reload the page.",
    ),
    "too_many_accounts": (
        "这个网络今天新建的账号太多",
        "Too many new accounts from this network today",
        "请用微信登录，或 {seconds} 秒后再试。",
        "Log in with WeChat, or try again in {seconds} seconds.",
    ),
    "consent_purpose_unknown": (
        "没有这一项授权：{purpose}",
        "There is no such purpose to consent to: {purpose}",
        "请刷新页面后再选。",
        "Reload the page and choose again.",
    ),
    "consent_text_outdated": (
        "授权说明已经更新，当前版本是 {version}",
        "The notice has changed; the version in force is {version}",
        "请阅读新的说明，再作选择。",
        "Read the new notice, then answer.",
    ),
    "consent_text_changed": (
        "授权说明的文字与登记的校验值不符：{purpose} {version}",
        "A consent text is not the one that was published: {purpose} {version}",
        "已发布的文字不能改；请恢复原文，或以新的版本号发布。",
        "A published text cannot be altered: restore it, or publish it as a new version.",
    ),
    "consent_details_invalid": (
        "补充说明不正确",
        "The details of the consent are not valid",
        "最多 12 项，每项不超过 200 个字。",
        "Give 12 at most, each of 200 characters at most.",
    ),
    "name_invalid": (
        "昵称不能使用",
        "This name cannot be used",
        "昵称最多 {longest} 个字，不能含有控制字符。",
        "A name has {longest} characters at most and no control characters.",
    ),
    "preference_invalid": (
        "这项设置不能改成这样：{name}",
        "This setting cannot have that value: {name}",
        "请刷新页面后再选。",
        "Reload the page and choose again.",
    ),
}
