"""The objects that calls carry, field by field, and what a keyboard may hold."""

import re
from typing import Any

from .errors import bad, strict
from .kinds import Params, at_most, chat, decoded, flag, listing, one_of, shape, whole, words
from .markup import units

CALLBACK_DATA_BYTES = 64
COPY_TEXT_AT_MOST = 256
BUTTONS_AT_MOST = 100
BUTTONS_IN_ROW = 8
PLACEHOLDER_AT_MOST = 64

_ENTITY_TYPES = """
mention hashtag cashtag bot_command url email phone_number bold italic underline strikethrough spoiler
blockquote expandable_blockquote code pre text_link text_mention custom_emoji date_time
"""
ENTITY = shape(
    "MessageEntity",
    {"type": one_of(*_ENTITY_TYPES.split()), "offset": whole, "length": whole},
    url=words,
    language=words,
    custom_emoji_id=words,
    unix_time=whole,
    date_time_format=words,
)
ENTITIES = listing(ENTITY, "MessageEntity")
LINK_PREVIEW = shape(
    "LinkPreviewOptions",
    {},
    is_disabled=flag,
    url=words,
    prefer_small_media=flag,
    prefer_large_media=flag,
    show_above_text=flag,
)
REPLY_PARAMETERS = shape("ReplyParameters", {"message_id": whole}, chat_id=chat, allow_sending_without_reply=flag)
STYLE = one_of("primary", "success", "danger")
WEB_APP = shape("WebAppInfo", {"url": words})
INLINE_BUTTON = shape(
    "inline keyboard button",
    {"text": words},
    style=STYLE,
    icon_custom_emoji_id=words,
    url=words,
    callback_data=words,
    web_app=WEB_APP,
    copy_text=shape("CopyTextButton", {"text": words}),
)
BUTTON = shape(
    "keyboard button",
    {"text": words},
    style=STYLE,
    icon_custom_emoji_id=words,
    request_contact=flag,
    request_location=flag,
    web_app=WEB_APP,
)
INLINE_KEYBOARD = shape("InlineKeyboardMarkup", {"inline_keyboard": listing(listing(INLINE_BUTTON, "buttons"), "rows")})
KEYBOARD = shape(
    "ReplyKeyboardMarkup",
    {
        "keyboard": listing(
            listing(lambda given: BUTTON({"text": given} if isinstance(given, str) else given), "buttons"),
            "rows",
        )
    },
    is_persistent=flag,
    resize_keyboard=flag,
    one_time_keyboard=flag,
    selective=flag,
    input_field_placeholder=at_most(PLACEHOLDER_AT_MOST, 1),
)
NO_KEYBOARD = shape("ReplyKeyboardRemove", {"remove_keyboard": flag}, selective=flag)
FORCE_REPLY = shape(
    "ForceReply",
    {"force_reply": flag},
    selective=flag,
    input_field_placeholder=at_most(PLACEHOLDER_AT_MOST, 1),
)
COMMAND = shape("BotCommand", {"command": words, "description": words})
SCOPE = shape(
    "BotCommandScope",
    {
        "type": one_of(
            "default",
            "all_private_chats",
            "all_group_chats",
            "all_chat_administrators",
            "chat",
            "chat_administrators",
            "chat_member",
        )
    },
    chat_id=chat,
    user_id=whole,
)
MENU_BUTTON = shape("MenuButton", {"type": one_of("default", "commands", "web_app")}, text=words, web_app=WEB_APP)
MEDIA = shape(
    "InputMedia",
    {"type": one_of("photo", "document"), "media": words},
    caption=words,
    parse_mode=words,
    caption_entities=ENTITIES,
    show_caption_above_media=flag,
    has_spoiler=flag,
    disable_content_type_detection=flag,
    thumbnail=words,
)


def inline_keyboard(value: Any) -> Params:
    """The only keyboard an edited message may carry."""
    keyboard: Params = INLINE_KEYBOARD(value)
    rows = keyboard["inline_keyboard"]
    if sum(len(row) for row in rows) > BUTTONS_AT_MOST:
        raise bad("reply markup is too long")
    for row in rows:
        if not 1 <= len(row) <= BUTTONS_IN_ROW:
            raise strict(f"a row has 1-{BUTTONS_IN_ROW} buttons, not {len(row)}")
        for button in row:
            _check_button(button)
    return keyboard


def _check_button(button: Params) -> None:
    if not button["text"].strip():
        raise bad("inline keyboard button text must be non-empty")
    does = button.keys() & {"url", "callback_data", "web_app", "copy_text"}
    if not does or button.get("callback_data") == "":
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(does) > 1:
        raise strict(f"button {button['text']!r} does several things: {', '.join(sorted(does))}")
    if len(button.get("callback_data", "").encode()) > CALLBACK_DATA_BYTES:
        raise bad("BUTTON_DATA_INVALID")
    if "copy_text" in button and not 1 <= units(button["copy_text"]["text"]) <= COPY_TEXT_AT_MOST:
        raise bad("BUTTON_COPY_TEXT_INVALID")
    if "url" in button and not re.match(r"(https?://[^\s/]+\.|tg://)\S+", button["url"]):
        raise bad("BUTTON_URL_INVALID")


def reply_markup(value: Any) -> Params:
    """An inline keyboard, a reply keyboard, its removal, or a forced reply."""
    value = decoded(value)
    match value:
        case {"inline_keyboard": _}:
            return inline_keyboard(value)
        case {"keyboard": _}:
            return KEYBOARD(value)  # type: ignore[no-any-return]
        case {"remove_keyboard": _}:
            return NO_KEYBOARD(value)  # type: ignore[no-any-return]
        case {"force_reply": _}:
            return FORCE_REPLY(value)  # type: ignore[no-any-return]
    raise bad("object expected as reply markup")
