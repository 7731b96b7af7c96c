"""Words about trying a garment on: what the two photos must show for it."""

from __future__ import annotations

# code: (message_zh, message_en, advice_zh, advice_en)
MESSAGES: dict[str, tuple[str, str, str, str]] = {
    # --- the photo of the person ----------------------------------------------------------------
    "tryon_one_person": (
        "试衣照片里要刚好有一个人",
        "The photo for trying on must show exactly one person",
        "请换一张只有您一个人的照片。",
        "Send a photo of you alone.",
    ),
    "tryon_no_body": (
        "照片里看不清肩膀和身体",
        "Shoulders and body cannot be seen clearly",
        "请站直，让别人在两三步外拍到头顶至大腿。",
        "Stand up and have somebody take you from two or three steps away, from your head to your thighs.",
    ),
    "tryon_hips_out": (
        "上衣的下摆不在照片里",
        "The hem of your top is not in the photo",
        "请拍到大腿，让上衣下摆和裤子都看得见。",
        "Take the photo down to your thighs, so that the hem and what you wear below are both seen.",
    ),
    "tryon_turned": (
        "人没有正对镜头或身体歪斜",
        "You are turned away from the camera or leaning",
        "请正对镜头站直，双肩放平。",
        "Stand upright and face the camera, shoulders level.",
    ),
    "tryon_sitting": (
        "坐着的照片不能试衣",
        "A garment cannot be tried on sitting",
        "请换一张站着的照片。",
        "Send a photo in which you stand.",
    ),
    "tryon_arms": (
        "手臂没有与身体分开，或没有全部拍到",
        "Your arms are not clear of your body, or not wholly in the photo",
        "请双臂自然下垂并向外张开约 20 度，让手臂与腰之间透出背景；不要抱臂、插兜或拿东西。",
        "Let your arms hang 20 degrees out, so that the background shows between arm and waist; do not fold them, "
        "put hands in pockets or hold anything.",
    ),
    "tryon_short_sleeves": (
        "您身上的上衣袖子太短",
        "The sleeves of the top you wear are too short",
        "请穿一件纯色贴身的长袖上衣再拍。",
        "Wear a plain, close-fitting top with long sleeves for the photo.",
    ),
    "tryon_top_unclear": (
        "看不清您身上的上衣到哪里为止",
        "Where the top you wear begins and ends cannot be made out",
        "请穿与背景颜色不同的纯色贴身上衣，在光线均匀的地方拍。",
        "Wear a plain, close-fitting top that differs from the background, and stand in even light.",
    ),
    "tryon_top_patterned": (
        "您身上的上衣不是纯色，或里外穿了两件",
        "The top you wear is patterned, or two are worn over each other",
        "请只穿一件纯色的贴身上衣，不要敞开外套。",
        "Wear one plain, close-fitting top and no open jacket.",
    ),
    "tryon_same_colours": (
        "上衣和下装颜色太接近，分不开",
        "Your top and what you wear below are too alike in colour to be told apart",
        "请换一条与上衣颜色明显不同的裤子或裙子。",
        "Wear trousers or a skirt of a clearly different colour.",
    ),
    "tryon_collar": (
        "您的帽兜、围巾或高领挡住了脖子",
        "A hood, scarf or high collar hides your neck",
        "请穿圆领上衣，露出脖子。",
        "Wear a round-necked top that leaves your neck free.",
    ),
    "tryon_hair": (
        "头发盖在了上衣上",
        "Your hair lies over the top",
        "请把头发拨到肩后或扎起来。",
        "Put your hair behind your shoulders or tie it up.",
    ),
    # --- the photo of the garment ---------------------------------------------------------------
    "tryon_garment_ground": (
        "衣服照片的背景太杂，或衣服太小",
        "The garment's ground is not plain, or the garment is too small",
        "请把衣服平铺在纯色背景上从正上方拍，让它占满画面；也可以用透明背景的图。",
        "Lay the garment on a plain ground and take it from straight above so that it fills the picture, or send "
        "it cut out.",
    ),
    "tryon_garment_sleeves": (
        "看不清衣服的两只长袖",
        "Two long sleeves cannot be made out",
        "本机只能试长袖上衣：请正面平铺，两袖伸直，与衣身留一掌宽的空隙。",
        "This computer tries on long-sleeved tops only: lay it front up, sleeves straight and a hand's width from the "
        "body.",
    ),
    "tryon_garment_front": (
        "看不清衣服的正面",
        "The front of the garment cannot be made out",
        "请把衣服正面朝上、领口和下摆摆平后再拍。",
        "Lay the garment front up, with neck and hem flat.",
    ),
    "tryon_garment_hood": (
        "带帽子的衣服不能在本机试穿",
        "A garment with a hood cannot be tried on by this computer",
        "请换一件没有帽子的长袖上衣。",
        "Choose a long-sleeved top without a hood.",
    ),
    "tryon_garment_dress": (
        "裙装和长款外套不能在本机试穿",
        "Dresses and long coats cannot be tried on by this computer",
        "请换一件到腰或臀的长袖上衣。",
        "Choose a long-sleeved top that ends at the waist or the hips.",
    ),
    "tryon_garment_open": (
        "翻领或敞开的衣服不能在本机试穿",
        "A garment with a folded collar or an open front cannot be tried on by this computer",
        "请换一件圆领、立领或套头的长袖上衣。",
        "Choose a long-sleeved top with a round or standing neck, closed in front.",
    ),
    "tryon_garment_worn": (
        "衣服照片里有人",
        "Somebody is in the garment's photo",
        "请换一张只有衣服的平铺图。",
        "Send a photo of the garment alone, laid flat.",
    ),
    # --- the picture ----------------------------------------------------------------------------
    "tryon_preview": (
        "这是试衣预览，不代表尺码和合身程度",
        "This is a preview and does not show fit or size",
        "颜色、花样和领口可以参考；尺码请以尺码表为准。",
        "Judge colour, print and neck by it; take the size from the size chart.",
    ),
    "tryon_colour_off": (
        "画出来的衣服颜色与原图差得太多",
        "The garment's colour came out too different from its photo",
        "请换一张光线更亮、更均匀的人像照片。",
        "Send a photo of the person in brighter, more even light.",
    ),
}
