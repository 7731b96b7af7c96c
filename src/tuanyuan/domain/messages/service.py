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
    "database_outdated": (
        "数据库还没有建立或升级",
        "The database has not been made or upgraded yet",
        "请先运行：tuanyuan db upgrade",
        "Run first: tuanyuan db upgrade",
    ),
    "request_unfinished": (
        "同一个请求之前没有完成",
        "The same request was begun before and did not end",
        "请先查看结果是否已经产生；需要重做时换一个新的 Idempotency-Key。",
        "Look whether it took effect; to do it anew, use a new Idempotency-Key.",
    ),
    "idempotency_key_reused": (
        "同一个 Idempotency-Key 用在了不同的请求上",
        "The same Idempotency-Key was used for a different request",
        "请为新的请求换一个新的 Idempotency-Key。",
        "Use a new Idempotency-Key for a new request.",
    ),
    "request_invalid": (
        "请求的内容不正确：{where}",
        "The request is not as it must be: {where}",
        "请按接口说明（/docs）修改这一项后再发送。",
        "Change this field as the interface's description (/docs) says, and send it again.",
    ),
    "body_not_json": (
        "请求的内容不是可读的 JSON",
        "The body of the request is not readable JSON",
        "请发送 UTF-8 编码的 JSON，并带上 Content-Type: application/json。",
        "Send JSON in UTF-8 with Content-Type: application/json.",
    ),
    "body_too_large": (
        "请求的内容太大（最多 {kilobytes} KB）",
        "The body of the request is too large ({kilobytes} KB at most)",
        "请缩短内容后再发送。",
        "Shorten it and send it again.",
    ),
    "body_too_slow": (
        "请求没有在规定时间内传完",
        "The request did not arrive in time",
        "请检查网络后重试，没有扣除任何积分。",
        "Check the network and try again; nothing was charged.",
    ),
    "address_too_long": (
        "请求的地址太长",
        "The address of the request is too long",
        "请缩短查询条件。",
        "Shorten the query.",
    ),
    "method_not_allowed": (
        "这个地址不支持这种请求方法",
        "This address does not take this method",
        "支持的方法见响应头 Allow，或接口说明（/docs）。",
        "The header Allow names the methods; so does the interface's description (/docs).",
    ),
    "request_failed": (
        "我们这边出了问题",
        "Something went wrong on our side",
        "请稍后再试；如果一直这样，请把 instance 中的编号告诉我们。",
        "Try again later; should it stay so, tell us the number in instance.",
    ),
    "idempotency_key_invalid": (
        "Idempotency-Key 必须是 8 到 128 个可见的 ASCII 字符",
        "An Idempotency-Key is 8 to 128 visible ASCII characters",
        "请换一个 Idempotency-Key，例如一个 UUID。",
        "Use another Idempotency-Key, for example a UUID.",
    ),
    "upload_not_multipart": (
        "照片要用 multipart/form-data 上传",
        "A photo is uploaded as multipart/form-data",
        "请把照片放在表单的 photo 字段里。",
        "Put the photo into the form's field photo.",
    ),
    "upload_photo_missing": (
        "上传的表单里应当正好有一张照片",
        "The form must hold exactly one photo",
        "请把一张照片放在表单的 photo 字段里，不要加其他字段。",
        "Put one photo into the form's field photo, and no other field.",
    ),
    "upload_cut": (
        "照片没有传完",
        "The photo did not arrive whole",
        "请检查网络后重新上传。",
        "Check the network and upload it again.",
    ),
    "upload_too_large": (
        "照片文件太大（最多 {megabytes} MB）",
        "The photo file is too large ({megabytes} MB at most)",
        "请先压缩照片，或发送小一些的版本。",
        "Compress the photo first, or send a smaller version.",
    ),
    "watching_too_many": (
        "同时打开的进度页面太多",
        "Too many progress streams are open",
        "请关闭几个页面，或稍后再试。",
        "Close some pages, or try again in a moment.",
    ),
    "setting_missing": (
        "缺少设置 {name}",
        "The setting {name} is missing",
        "请设置环境变量或写入 .env 文件；说明见 docs/settings.md。",
        "Set the environment variable or write it into .env; docs/settings.md explains it.",
    ),
    "setting_not_in_production": (
        "正式环境不允许这样设置：{name}={value}",
        "Not allowed in production: {name}={value}",
        "请去掉它，或在开发环境使用（TUANYUAN_ENV=development）。",
        "Remove it, or use it in development (TUANYUAN_ENV=development).",
    ),
    "secret_lost": (
        "密钥不见了，或者不是原来的：{file}；数据库里已有内容，没有原来的密钥就打不开已保存的图片",
        "The secret is gone or another one: {file}; the database is in use, and its pictures open with the old one",
        "请从备份恢复原来的密钥。确实丢失时请设置 TUANYUAN_SECRET_KEY 为新密钥，再运行 tuanyuan db give-up-pictures："
        "旧图片无法恢复，访客需重新登录。",
        "Put the old secret back from a backup. If it is lost for good, set TUANYUAN_SECRET_KEY to a new one and run "
        "`tuanyuan db give-up-pictures`: the pictures kept so far cannot be recovered, and guests begin anew.",
    ),
    "secret_too_short": (
        "密钥太短：TUANYUAN_SECRET_KEY 的每一个都至少要 32 个字符",
        "A secret is too short: each one in TUANYUAN_SECRET_KEY has 32 characters at least",
        "请生成新的密钥：openssl rand -hex 32",
        "Make a new one: openssl rand -hex 32",
    ),
    "port_taken": (
        "{host}:{port} 已被占用",
        "{host}:{port} is in use already",
        "请关掉占用它的程序，或用 --port 换一个端口。",
        "Stop the program that uses it, or choose another with --port.",
    ),
}
