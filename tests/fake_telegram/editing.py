"""What becomes of messages that were sent, and the answer to a press."""

from .chats import Chat, Message, rows_of
from .errors import bad, not_modified, old_query
from .kinds import Params
from .limits import TOAST_AT_MOST, caption, message_text
from .markup import Entity, units
from .people import Room
from .sending import captioned, hold, known_chat, media, open_chat
from .updates import Raw
from .world import World

DELETABLE_FOR = 48 * 3600


def edit_message_text(world: World, params: Params) -> Raw:
    """Other words, and the keyboard given (none given: none left)."""
    chat, message = _editable(world, params)
    text, entities = message_text(params)
    if message.kind != "text":
        raise bad("there is no text in the message to edit")
    changed = (text, entities) != (message.text, message.entities)
    _change(world, chat, message, params, changed, {"text": text, "entities": entities})
    if changed:
        _reword(chat, message, text, params["text"], entities)
    return message.raw


def edit_message_reply_markup(world: World, params: Params) -> Raw:
    """Another keyboard under the same words, or none."""
    chat, message = _editable(world, params)
    _change(world, chat, message, params, False, {})
    return message.raw


def edit_message_media(world: World, params: Params) -> Raw:
    """Another picture or file, and other words under it."""
    chat, message = _editable(world, params)
    given = params["media"]
    text, entities = caption(given)
    content = media(world, params, given["type"], given["media"])
    changed = (content[0], text, entities) != (message.file_id, message.text, message.entities)
    cleared = dict.fromkeys(("text", "entities", "photo", "document", "caption", "caption_entities"))
    _change(world, chat, message, params, changed, cleared)
    hold(world, message, content)
    message.raw |= captioned(text, entities)
    if changed:
        _reword(chat, message, text, given.get("caption", ""), entities)
    return message.raw


def _editable(world: World, params: Params) -> tuple[Room, Message]:
    chat = open_chat(world, params["chat_id"])
    message = chat.shown.get(params["message_id"])
    if message is None and params["message_id"] in chat.own:
        raise bad("message can't be edited")
    if message is None:
        raise bad("message to edit not found")
    return chat, message


def _change(world: World, chat: Chat, message: Message, params: Params, changed: bool, fields: Raw) -> None:
    """Set raw fields (an empty one goes) and the keyboard; raises Refused when nothing is different."""
    markup = params.get("reply_markup")
    buttons = rows_of(markup)
    if not changed and buttons == message.buttons:
        raise not_modified()
    if buttons != message.buttons:
        message.keyboards.append(message.buttons)
        message.buttons = buttons
    fields = {**fields, "reply_markup": markup if buttons else None, "edit_date": int(world.clock.now())}
    kept = {name: value for name, value in message.raw.items() if name not in fields}
    message.raw = kept | {name: value for name, value in fields.items() if value}


def _reword(chat: Chat, message: Message, text: str, html: str, entities: list[Entity]) -> None:
    message.edits.append(message.text)
    message.text, message.html, message.entities = text, html, entities
    chat.appear(message)


def delete_message(world: World, params: Params) -> bool:
    """Take a message away: the bot's own, or in private anybody's, for 48 hours."""
    chat = known_chat(world, params["chat_id"])
    id = params["message_id"]
    raw = chat.sees(id)
    if raw is None:
        raise bad("message to delete not found")
    if world.clock.now() - raw["date"] > DELETABLE_FOR or (id not in chat.shown and chat.type != "private"):
        raise bad("message can't be deleted")
    chat.own.pop(id, None)
    if message := chat.shown.pop(id, None):
        message.deleted = True
    return True


def answer_callback_query(world: World, params: Params) -> bool:
    """The little answer to a press: once, and soon."""
    if units(params.get("text", "")) > TOAST_AT_MOST:
        raise bad("MESSAGE_TOO_LONG")
    query = world.queries.get(params["callback_query_id"])
    if query is None or query.answered or world.clock.now() - query.at > world.answerable_for:
        raise old_query()
    query.answered = True
    query.user.answered(params["callback_query_id"], params.get("text", ""), params.get("show_alert", False))
    return True
