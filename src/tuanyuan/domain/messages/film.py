"""Words about moving pictures: the program that encodes them, and clips from outside."""

from __future__ import annotations

# code: (message_zh, message_en, advice_zh, advice_en)
MESSAGES: dict[str, tuple[str, str, str, str]] = {
    "encoder_missing": (
        "不能使用视频编码程序：{program}（{detail}）",
        "The program that encodes films cannot be used: {program} ({detail})",
        "请运行 make setup（会装好自带的 ffmpeg）；自己指定时，请检查 TUANYUAN_FFMPEG 和 TUANYUAN_VIDEO_ENCODER。",
        "Run `make setup`, which brings one; for one of your own check TUANYUAN_FFMPEG and TUANYUAN_VIDEO_ENCODER.",
    ),
    "encoder_failed": (
        "视频没有做成：编码程序中途停止",
        "The film could not be made: the encoder stopped on the way",
        "请再试一次；如仍不行，请运行 tuanyuan doctor，并查看日志中的 film_encoder_failed。",
        "Try again; if that does not help, run `tuanyuan doctor` and look for film_encoder_failed in the log.",
    ),
    "clip_unreadable": (
        "这段视频打不开，或者不完整",
        "This clip cannot be read, or it is not complete",
        "请重新导出为 MP4（H.264）后再试；由引擎生成的，请重新生成一次。",
        "Export it again as MP4 (H.264) and try once more; if an engine made it, have it made again.",
    ),
    "clip_too_large": (
        "这段视频太大：{found}",
        "This clip is too large: {found}",
        "请控制在 {megabytes} MB、{seconds} 秒、边长 {side} 像素、每秒 {fps} 帧以内。",
        "Keep it within {megabytes} MB, {seconds} seconds, {side} pixels on each side and {fps} frames a second.",
    ),
}
