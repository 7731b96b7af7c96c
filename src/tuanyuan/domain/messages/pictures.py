"""Words about photos, orders and what became of them."""

from __future__ import annotations

# code: (message_zh, message_en, advice_zh, advice_en)
MESSAGES: dict[str, tuple[str, str, str, str]] = {
    # --- a file that cannot be used -------------------------------------------------------------
    "file_missing": (
        "找不到文件：{file}",
        "No such file: {file}",
        "请检查文件名和路径。",
        "Check the name and the folder.",
    ),
    "file_unreadable": (
        "文件打不开：{file}（{reason}）",
        "The file cannot be opened: {file} ({reason})",
        "请检查它是不是一个文件，以及有没有读取权限。",
        "Check that it is a file and that you may read it.",
    ),
    "file_empty": (
        "这个文件是空的：{file}",
        "This file is empty: {file}",
        "请重新发送原图。",
        "Send the original photo again.",
    ),
    "file_too_large": (
        "照片文件太大：{file}（{megabytes} MB，最多 {limit} MB）",
        "The photo file is too large: {file} ({megabytes} MB, {limit} MB at most)",
        "请先压缩照片，或发送小一些的版本。",
        "Compress the photo first, or send a smaller version.",
    ),
    "file_not_a_photo": (
        "这个文件不是照片：{file}",
        "This file is not a photo: {file}",
        "请发送 JPG、PNG、WebP 或 HEIC 格式的照片。",
        "Send a photo as JPG, PNG, WebP or HEIC.",
    ),
    "file_damaged": (
        "照片不完整或已损坏：{file}",
        "The photo is incomplete or damaged: {file}",
        "请从手机相册重新发送原图。",
        "Send the original from the phone's album again.",
    ),
    "file_suspicious": (
        "照片里夹带了别的内容，为安全起见不能使用：{file}",
        "Something else is hidden in this photo file, so it is not used: {file}",
        "请用手机打开照片，截图或另存后再发送。",
        "Open the photo on the phone, save it again or take a screenshot, and send that.",
    ),
    "file_too_many_pixels": (
        "照片尺寸太大：{file}（{width}×{height}）",
        "The photo has too many pixels: {file} ({width}×{height})",
        "请发送不超过 {limit} 百万像素的照片。",
        "Send a photo of at most {limit} megapixels.",
    ),
    "file_too_slow": (
        "照片打开的时间太长：{file}",
        "The photo takes too long to open: {file}",
        "请另存为普通 JPG 后再发送。",
        "Save it as an ordinary JPG and send that.",
    ),
    "file_cannot_shrink": (
        "照片压缩不到 {limit} MB：{file}",
        "The photo cannot be compressed to {limit} MB: {file}",
        "请裁剪一下，或发送小一些的照片。",
        "Crop it, or send a smaller photo.",
    ),
    # --- a file that is written -----------------------------------------------------------------
    "label_unreadable": (
        "文件里的 AI 标识不符合国家标准，无法读取",
        "The AI label in the file does not keep to the standard and cannot be read",
        "请向提供这张图片的人索取原文件。",
        "Ask whoever gave you the picture for the original file.",
    ),
    "label_unverified": (
        "写入的 AI 标识核对不一致，图片没有保存",
        "The AI label did not read back as written; the picture was not saved",
        "请重试；如果仍然出现，请联系我们。",
        "Try again; tell us if it happens once more.",
    ),
    "pair_unverified": (
        "照片和视频没有配成一对，文件没有保存",
        "The picture and its video did not read back as a pair; nothing was saved",
        "请重试；如果仍然出现，请联系我们。",
        "Try again; tell us if it happens once more.",
    ),
    "output_unwritable": (
        "无法写入文件夹：{folder}（{reason}）",
        "The folder cannot be written to: {folder} ({reason})",
        "请换一个文件夹，或检查它的权限。",
        "Choose another folder, or check its permissions.",
    ),
    "output_disk_full": (
        "磁盘空间不足，结果没有保存：{folder}",
        "The disk is full; nothing was saved: {folder}",
        "请清理磁盘空间，或换一个文件夹后重试。",
        "Free some space or choose another folder, then try again.",
    ),
    # --- faces ----------------------------------------------------------------------------------
    "no_face": (
        "没有找到人脸",
        "No face was found",
        "请换一张正面、清楚、没有遮挡的照片。",
        "Use a clear photo that shows the face from the front.",
    ),
    "face_too_small": (
        "人脸太小（{width}×{height} 像素，至少 80×80）",
        "The face is too small ({width}×{height} pixels, at least 80×80)",
        "请换一张离镜头近一些的照片，或发送原图。",
        "Use a photo taken closer, or send the original size.",
    ),
    "face_unsure": (
        "人脸不够清楚，无法确认（把握 {confidence}，至少 0.7）",
        "The face cannot be made out surely (confidence {confidence}, at least 0.7)",
        "请换一张正面、光线好的照片。",
        "Use a photo from the front in good light.",
    ),
    "face_blurred": (
        "人脸模糊",
        "The face is blurred",
        "请换一张清晰的照片，拍照时手机拿稳。",
        "Use a sharp photo; hold the phone steady.",
    ),
    "face_soft": (
        "人脸有点模糊，合成后会显得不如别人清楚",
        "The face is a little soft and will look less sharp than the others",
        "如果有更清晰的照片，效果会更好。",
        "A sharper photo would look better.",
    ),
    "face_turned_away": (
        "脸转得太偏，看不清正面",
        "The face is turned away too far",
        "请换一张面向镜头的照片。",
        "Use a photo in which the person faces the camera.",
    ),
    "photo_sideways": (
        "照片是横着或倒着的",
        "The photo lies on its side or upside down",
        "请在手机里把照片转正、保存，再发送。",
        "Turn it upright on the phone, save it, and send it again.",
    ),
    "photo_small": (
        "照片偏小（短边 {short_side} 像素，建议至少 720）",
        "The photo is small (short side {short_side} pixels, 720 or more is better)",
        "请尽量发送原图，不要发送压缩过的图。",
        "Send the original rather than a compressed copy if you can.",
    ),
    "more_faces_than_chosen": (
        "照片里有 {count} 个人",
        "There are {count} people in the photo",
        "默认全部保留；也可以只选其中几位。",
        "All are kept unless you choose some of them.",
    ),
    # --- an order -------------------------------------------------------------------------------
    "too_many_people": (
        "一共有 {count} 个人，一张全家福最多 {limit} 个人",
        "There are {count} people; a portrait holds {limit} at most",
        "请减少照片，或用 --person photo=…,faces=1+2 只选其中几位。",
        "Send fewer photos, or choose people with --person photo=…,faces=1+2.",
    ),
    "same_person_twice": (
        "这两张照片是同一个人：{first}，{second}",
        "These two photos show the same person: {first}, {second}",
        "每个人只要一张照片，请去掉其中一张。",
        "One photo of each person is enough; leave one of them out.",
    ),
    "faces_not_there": (
        "{file} 里只有 {count} 张脸，没有第 {wanted} 张",
        "{file} shows {count} faces; there is no number {wanted}",
        "人脸从左到右编号，从 1 开始；用 tuanyuan check 查看。",
        "Faces are numbered from the left, from 1; see `tuanyuan check`.",
    ),
    "size_invalid": (
        "图片尺寸写得不对：{given}",
        "Not a picture size: {given}",
        "请写成 宽x高，例如 1920x1440；每边 {least} 到 {most}，长边不超过短边的三倍。",
        "Write width x height, such as 1920x1440; {least} to {most} a side, at most three to one.",
    ),
    "person_invalid": (
        "--person 写得不对：{given}（{part}）",
        "--person is not understood: {given} ({part})",
        "例如 --person photo=xiaobao.jpg,scale=0.8,row=front",
        "For example --person photo=xiaobao.jpg,scale=0.8,row=front",
    ),
    "person_without_photo": (
        "--person 提到的照片不在列表里：{photo}",
        "--person names a photo that is not in the list: {photo}",
        "请写与照片列表里一样的文件名。",
        "Write the file's name as in the list of photos.",
    ),
    "background_unknown": (
        "没有这个背景：{given}",
        "No such background: {given}",
        "可选：{known}；也可以写一张图片的路径。",
        "Choose one of {known}, or give the path of a picture.",
    ),
    "engine_unknown": (
        "没有这个引擎：{given}",
        "No such engine: {given}",
        "可选：{known}。",
        "Choose one of: {known}.",
    ),
    "result_not_good": (
        "合成的照片没有通过检查（{reasons}），没有生成文件",
        "The portraits did not pass our own checks ({reasons}); nothing was written",
        "请换更清晰的正面照片，或换一个背景再试。",
        "Use sharper photos taken from the front, or another background, and try again.",
    ),
    # --- what a result may carry as a warning ------------------------------------------------------
    "person_missing": (
        "有人不在照片里",
        "Somebody is missing from the picture",
        "请再做一次。",
        "Make it again.",
    ),
    "person_doubled": (
        "有人出现了两次",
        "Somebody is in the picture twice",
        "请再做一次。",
        "Make it again.",
    ),
    "person_swapped": (
        "这张脸更像另一位家人",
        "This face looks more like another person of the group",
        "请再做一次。",
        "Make it again.",
    ),
    "person_not_recognised": (
        "这张脸不像本人",
        "This face does not look like the person",
        "请换一张更清晰的正面照。",
        "Use a sharper photo from the front.",
    ),
    "person_hardly_recognised": (
        "这张脸和本人不太像",
        "This face looks only a little like the person",
        "换一张更清晰的正面照会更好。",
        "A sharper photo from the front would be better.",
    ),
    "stranger_in_picture": (
        "照片里多出了一张脸",
        "There is a face in the picture that nobody sent",
        "请换一个没有人的背景。",
        "Use a background without people.",
    ),
    "face_distorted": (
        "脸有些变形",
        "The face is distorted",
        "请再做一次。",
        "Make it again.",
    ),
    "face_covered": (
        "脸被挡住了",
        "The face is partly covered",
        "请再做一次，或调整前后排。",
        "Make it again, or change the rows.",
    ),
    "old_background_left": (
        "人物旁边还留有原来的背景",
        "Some of the old background is left beside the person",
        "请换一张背景简单的照片。",
        "Use a photo with a plain background.",
    ),
    "photo_enlarged": (
        "照片分辨率偏低，放大后会显得柔和",
        "The photo had to be enlarged and looks soft",
        "请发送原图。",
        "Send the original size.",
    ),
    "body_carried_on": (
        "照片里身体不全，下边是补出来的",
        "The photo ends high on the body; the lower edge was carried on",
        "半身照效果更好。",
        "A half-length photo looks better.",
    ),
    # --- networks --------------------------------------------------------------------------------
    "weights_missing": (
        "缺少模型文件：{file}",
        "A model file is missing: {file}",
        "请运行 tuanyuan models install（或 make setup）。",
        "Run `tuanyuan models install` (or `make setup`).",
    ),
    "weights_unreadable": (
        "模型文件读不出来：{file}",
        "A model file cannot be read: {file}",
        "请删除它，再运行 tuanyuan models install（或 make setup）。",
        "Delete it and run `tuanyuan models install` (or `make setup`) again.",
    ),
    "network_unknown_operation": (
        "模型里有不认识的运算：{file}（{operation}）",
        "The model file holds an operation that is not understood: {file} ({operation})",
        "请运行 tuanyuan models verify，确认模型文件是本版本自带的。",
        "Run `tuanyuan models verify` to see whether the file belongs to this version.",
    ),
    "network_unloadable": (
        "模型无法加载（{reason}）",
        "A model cannot be loaded ({reason})",
        "请运行 tuanyuan doctor；如仍不行，请联系我们。",
        "Run `tuanyuan doctor`; if that does not help, tell us.",
    ),
}
