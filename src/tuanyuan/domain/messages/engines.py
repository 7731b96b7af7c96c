"""Words about engines: what they refuse, what fails, where a picture may go."""

from __future__ import annotations

# code: (message_zh, message_en, advice_zh, advice_en)
MESSAGES: dict[str, tuple[str, str, str, str]] = {
    "engine_input_refused": (
        "照片或文字没有通过内容审核",
        "A photo or the words did not pass the content check",
        "请换一张照片或修改文字；没有做成的不收取积分。",
        "Change the photo or the words; what was not made is not charged.",
    ),
    "engine_output_refused": (
        "做出的图片没有通过内容审核",
        "The picture that was made did not pass the content check",
        "可以再试一次，或换一张照片；没有做成的不收取积分。",
        "Try once more, or change the photo; what was not made is not charged.",
    ),
    "engine_throttled": (
        "制作的人太多，正在排队",
        "Too many pictures are being made at the moment",
        "请稍候，会自动继续。",
        "Please wait; it goes on by itself.",
    ),
    "engine_setup": (
        "引擎 {engine} 的账号或设置有问题：{detail}",
        "The account or set-up of the engine {engine} is wrong: {detail}",
        "请运行 tuanyuan doctor 并检查密钥和权限；任务会由其他引擎完成或退回积分。",
        "Run tuanyuan doctor and look at keys and rights; jobs go to other engines, or their credits come back.",
    ),
    "engine_out_of_credit": (
        "引擎 {engine} 的余额或配额已用完",
        "The engine {engine} has no money or quota left",
        "请在服务商处充值或提高配额；在此之前任务由其他引擎完成。",
        "Top up or raise the quota at the provider; until then other engines make the pictures.",
    ),
    "engine_bad_request": (
        "引擎 {engine} 不接受这个请求：{detail}",
        "The engine {engine} does not take this request: {detail}",
        "请换一张照片再试；没有做成的不收取积分，我们已收到通知。",
        "Try another photo; what was not made is not charged, and we have been told.",
    ),
    "engine_task_gone": (
        "引擎不再认得这个任务",
        "The engine does not know the task any more",
        "请稍后再试；没有做成的不收取积分。",
        "Try again later; what was not made is not charged.",
    ),
    "picture_broken": (
        "引擎给的图片打不开或尺寸不对",
        "The engine gave a picture that cannot be opened or is too small",
        "会自动再做一次；没有做成的不收取积分。",
        "It is made once more by itself; what was not made is not charged.",
    ),
    "picture_gone": (
        "引擎给的图片地址已经失效",
        "The address of the engine's picture does not hold any more",
        "会自动再做一次；没有做成的不收取积分。",
        "It is made once more by itself; what was not made is not charged.",
    ),
    "export_consent_needed": (
        "这个效果只能由境外的模型制作，需要您单独同意",
        "Only a model abroad can make this, and it needs your consent of its own",
        "请在“我的 → 隐私与授权”中同意向境外提供照片，或换一个功能；没有扣除任何积分。",
        "Agree to it under “Me → Privacy and consents”, or choose another feature; nothing was charged.",
    ),
    "over_the_ceiling": (
        "这一档价格暂时没有可以使用的引擎",
        "No engine can make this at this price at the moment",
        "请换一个套餐或稍后再试；没有扣除任何积分。",
        "Choose another pass or try again later; nothing was charged.",
    ),
    "references_too_many": (
        "照片太多，最多 {limit} 张",
        "Too many photos: {limit} at most",
        "请去掉几张再试。",
        "Leave some out and try again.",
    ),
    "fake_in_production": (
        "正式环境不能启动模拟服务：{name}",
        "A fake never starts in production: {name}",
        "请把 TUANYUAN_ENV 设为 development。",
        "Set TUANYUAN_ENV to development.",
    ),
    "prompt_missing": (
        "提示词库里没有：{name}",
        "The prompt library has none for: {name}",
        "请在 prompts 文件夹中补上。",
        "Add it to the folder of prompts.",
    ),
    "engine_daily_stop": (
        "引擎 {engine} 达到了当天的花费上限",
        "The engine {engine} has reached its spending stop of the day",
        "任务由其他引擎完成；需要时请在设置中提高上限。",
        "Other engines make the pictures; raise the stop in the settings if it is too low.",
    ),
    "photos_count": (
        "这个功能需要 {least}–{most} 张照片",
        "This feature takes {least} to {most} photos",
        "请增减照片后再试，没有扣除任何积分。",
        "Add or take away photos and try again; nothing was charged.",
    ),
    "public_url_missing": (
        "引擎 {engine} 需要外网能打开的图片地址",
        "The engine {engine} needs pictures at an address that it can open",
        "请把 TUANYUAN_PUBLIC_URL 设为外网访问地址，并让照相馆在该地址运行。",
        "Set TUANYUAN_PUBLIC_URL to the address of this studio, and have the studio run there.",
    ),
    "engine_late": (
        "引擎 {engine} 在时限内没有完成",
        "The engine {engine} was not done in time",
        "请稍后再试；如果经常发生，请在引擎数据中调大时限。",
        "Try again later; if it happens often, raise the deadline in the engine's data.",
    ),
    "engine_model_unknown": (
        "引擎 {engine} 没有合适的型号：{given}",
        "The engine {engine} has no model for {given}",
        "可选：{known}。",
        "Choose one of {known}.",
    ),
    "abroad_not_agreed": (
        "引擎 {engine} 在境外",
        "The engine {engine} is abroad",
        "照片中的每个人都同意照片出境时，请加上 --abroad-agreed。",
        "If everybody in the photos agrees that they go abroad, add --abroad-agreed.",
    ),
    "engine_keys_missing": (
        "引擎 {engine} 没有启用：缺少 {settings}",
        "The engine {engine} is off: {settings} not set",
        "需要时在环境变量或 .env 中填写（见 docs/guide/operate.md）；不填则不使用。",
        "Set them in the environment or .env if you want it (docs/guide/operate.md); without them it is not used.",
    ),
    "engine_not_in_use": (
        "引擎 {engine} 没有启用",
        "The engine {engine} is not in use",
        "需要时在 TUANYUAN_ENGINES 中加上它的名字。",
        "Add its name to TUANYUAN_ENGINES if you want it.",
    ),
    "engine_rests": (
        "引擎 {engine} 暂停到 {until}：{why_zh}",
        "The engine {engine} rests until {until}: {why_en}",
        "到时会自动再试；余额、配额或密钥的问题请先在服务商处处理。",
        "It is tried again by itself then; money, quota or keys are to be put right at the provider first.",
    ),
}
