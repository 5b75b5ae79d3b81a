"""What each method may be given, in one table, read by `checked`. Compared with Bot API 10.1."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .errors import bad, strict
from .kinds import Kind, Params, Upload, at_most, chat, fields_of, file, flag, listing, one_of, whole, words
from .limits import DESCRIPTION_AT_MOST, NAME_AT_MOST, SHORT_DESCRIPTION_AT_MOST
from .shapes import (
    COMMAND,
    ENTITIES,
    LINK_PREVIEW,
    MEDIA,
    MENU_BUTTON,
    REPLY_PARAMETERS,
    SCOPE,
    inline_keyboard,
    reply_markup,
)

_UPDATE_TYPES = """
message edited_message channel_post edited_channel_post callback_query my_chat_member chat_member
business_connection business_message edited_business_message deleted_business_messages guest_message
message_reaction message_reaction_count inline_query chosen_inline_result shipping_query pre_checkout_query
purchased_paid_media poll poll_answer chat_join_request chat_boost removed_chat_boost managed_bot
"""
UPDATE_TYPES = frozenset(_UPDATE_TYPES.split())
_ACTIONS = """
typing upload_photo record_video upload_video record_voice upload_voice upload_document choose_sticker
find_location record_video_note upload_video_note
"""
ACTIONS = frozenset(_ACTIONS.split())

# Telegram's own words for a required parameter that is not there; the rest is `Parameter "x" is required`.
MISSING = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "photo": "there is no photo in the request",
    "document": "there is no document in the request",
    "file_id": "file_id not specified",
    "callback_query_id": "query is too old and response timeout expired or query ID is invalid",
    "action": "wrong parameter action in request",
}


@dataclass(frozen=True)
class Method:
    """The parameters of one method; `kinds` holds the required ones too."""

    required: tuple[str, ...]
    kinds: Mapping[str, Kind]


def _method(required: Mapping[str, Kind] | None = None, **optional: Kind) -> Method:
    return Method(tuple(required or ()), {**(required or {}), **optional})


_SENDING: dict[str, Kind] = {
    "disable_notification": flag,
    "protect_content": flag,
    "reply_parameters": REPLY_PARAMETERS,
    "reply_markup": reply_markup,
}
_CAPTION: dict[str, Kind] = {
    "caption": words,
    "parse_mode": words,
    "caption_entities": ENTITIES,
}
_MESSAGE: dict[str, Kind] = {"chat_id": chat, "message_id": whole}

METHODS: dict[str, Method] = {
    "getMe": _method(),
    "getUpdates": _method(
        offset=whole,
        limit=whole,
        timeout=whole,
        allowed_updates=listing(one_of(*sorted(UPDATE_TYPES)), "String"),
    ),
    "setWebhook": _method(
        {"url": words},
        certificate=file,
        ip_address=words,
        max_connections=whole,
        allowed_updates=listing(one_of(*sorted(UPDATE_TYPES)), "String"),
        drop_pending_updates=flag,
        secret_token=words,
    ),
    "deleteWebhook": _method(drop_pending_updates=flag),
    "getWebhookInfo": _method(),
    "sendMessage": _method(
        {"chat_id": chat, "text": words},
        parse_mode=words,
        entities=ENTITIES,
        link_preview_options=LINK_PREVIEW,
        **_SENDING,
    ),
    "sendPhoto": _method(
        {"chat_id": chat, "photo": file},
        show_caption_above_media=flag,
        has_spoiler=flag,
        **_CAPTION,
        **_SENDING,
    ),
    "sendDocument": _method(
        {"chat_id": chat, "document": file},
        thumbnail=file,
        disable_content_type_detection=flag,
        **_CAPTION,
        **_SENDING,
    ),
    "editMessageText": _method(
        {**_MESSAGE, "text": words},
        parse_mode=words,
        entities=ENTITIES,
        link_preview_options=LINK_PREVIEW,
        reply_markup=inline_keyboard,
    ),
    "editMessageReplyMarkup": _method(_MESSAGE, reply_markup=inline_keyboard),
    "editMessageMedia": _method({**_MESSAGE, "media": MEDIA}, reply_markup=inline_keyboard),
    "deleteMessage": _method(_MESSAGE),
    "answerCallbackQuery": _method(
        {"callback_query_id": words}, text=words, show_alert=flag, url=words, cache_time=whole
    ),
    "setMyCommands": _method({"commands": listing(COMMAND, "BotCommand")}, scope=SCOPE, language_code=words),
    "getMyCommands": _method(scope=SCOPE, language_code=words),
    "deleteMyCommands": _method(scope=SCOPE, language_code=words),
    "setMyDescription": _method(description=at_most(DESCRIPTION_AT_MOST), language_code=words),
    "getMyDescription": _method(language_code=words),
    "setMyShortDescription": _method(short_description=at_most(SHORT_DESCRIPTION_AT_MOST), language_code=words),
    "getMyShortDescription": _method(language_code=words),
    "setMyName": _method(name=at_most(NAME_AT_MOST), language_code=words),
    "getMyName": _method(language_code=words),
    "setChatMenuButton": _method(chat_id=chat, menu_button=MENU_BUTTON),
    "getChatMenuButton": _method(chat_id=chat),
    "sendChatAction": _method({"chat_id": chat, "action": words}),
    "getFile": _method({"file_id": words}),
}
CANONICAL = {name.lower(): name for name in METHODS}


def checked(method: str, given: Mapping[str, Any]) -> Params:
    """The parameters as values of their kinds, uploads for `attach://` kept aside; raises Refused."""
    rule = METHODS[method]
    attached = {name: value for name, value in given.items() if isinstance(value, Upload) and name not in rule.kinds}
    if attached:
        given = {name: value for name, value in given.items() if name not in attached}
    params = fields_of(method, given, rule.kinds)
    for name in rule.required:
        if name not in params or (params[name] == "" and name != "url"):
            raise bad(MISSING.get(name, f'parameter "{name}" is required'))
    if attached:
        _check_attached(method, given, attached)
        params["attached"] = attached
    return params


def _check_attached(method: str, given: Mapping[str, Any], attached: Mapping[str, Upload]) -> None:
    named = str([value for value in given.values() if not isinstance(value, Upload)])
    for name in attached:
        if f"attach://{name}" not in named:
            raise strict(f'{method}: nothing refers to the file "{name}"')
