"""Words about pictures of goods and fashion."""

from __future__ import annotations

# code: (message_zh, message_en, advice_zh, advice_en)
MESSAGES: dict[str, tuple[str, str, str, str]] = {
    "goods_not_found": (
        "照片里看不出哪一件是商品",
        "It cannot be told what in the photo is the goods",
        "请把商品单独放在干净的背景前，靠近一些重拍。",
        "Put the goods alone in front of a clear background and take the photo from nearer.",
    ),
    "goods_several": (
        "照片里有 {count} 件分开的东西，不知道要拍哪一件",
        "There are {count} separate things in the photo, and it cannot be told which one is meant",
        "请只留一件商品（一双、一套可以挨着放），再拍一张。",
        "Leave one only (a pair or a set may stand close together) and take another photo.",
    ),
    "goods_too_small": (
        "商品在照片里太小（长边 {pixels} 像素，至少 {least}）",
        "The goods are too small in the photo (long side {pixels} pixels, at least {least})",
        "请靠近一些重拍，让商品占画面一半以上，并发送原图。",
        "Go nearer, so that the goods fill more than half of the photo, and send the original file.",
    ),
    "goods_blurred": (
        "商品拍得不清晰",
        "The goods are out of focus or shaken",
        "请在明亮处对准商品对焦，拿稳手机重拍。",
        "Take it again in good light, focused on the goods, with a steady hand.",
    ),
    "goods_cut_off": (
        "商品没有拍全，被照片{edge_zh}切掉了一部分",
        "The goods are not all in the photo: cut off at the {edge_en} edge",
        "请退后一些，四周留出空白，把整件商品拍进去。",
        "Step back and leave some room on all sides, so that all of it is in the photo.",
    ),
    "goods_with_person": (
        "照片里有人，商品照片只能有商品",
        "There is a person in the photo; a product photo shows the goods alone",
        "请把商品单独拍一张；穿在身上的服装请选“时尚摄影”。",
        "Take the goods alone; for clothes that are worn choose the fashion picture.",
    ),
    "goods_placement_unknown": (
        "不认识的摆放方式：{given}",
        "Unknown placement: {given}",
        "请选择 {known}。",
        "Choose one of {known}.",
    ),
    "fashion_garment_unclear": (
        "看不清要展示的服饰",
        "The garment to be shown cannot be made out",
        "请把衣服铺平或挂起来，放在颜色不同的背景前重拍。",
        "Lay the garment flat or hang it up in front of a background of another colour and take it again.",
    ),
    "fashion_several_people": (
        "模特照片里有 {count} 个人",
        "There are {count} people in the model's photo",
        "请换一张只有模特一个人的照片。",
        "Use a photo that shows the model alone.",
    ),
    "fashion_model_cut": (
        "模特的身体被照片左右边缘切掉了一部分",
        "The model's body is cut off by the photo's side edge",
        "请换一张左右都留有空白的照片。",
        "Use a photo with room on both sides.",
    ),
    "style_not_here": (
        "本机做不了“{style}”这种风格",
        "The style “{style}” cannot be made on this computer",
        "请改选 {known}，或为云端引擎设置密钥后再试。",
        "Choose one of {known}, or set the key of a cloud engine and try again.",
    ),
}
