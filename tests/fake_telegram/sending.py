"""New messages: who may be written to, what a message looks like, which files are taken."""

from . import payloads, pictures
from .chats import Chat, Message, rows_of
from .errors import bad, forbidden, strict
from .kinds import Params, Upload
from .limits import DOWNLOAD_BYTES, UPLOAD_BYTES, caption, check_photo, message_text
from .markup import Entity
from .people import Room
from .rules import ACTIONS
from .updates import Raw
from .world import StoredFile, World


def known_chat(world: World, id: int) -> Room:
    """The chat when the bot has ever met it."""
    chat = world.chats.get(id)
    if chat is None or not chat.known:
        raise bad("chat not found")
    assert isinstance(chat, Room)
    return chat


def open_chat(world: World, id: int) -> Room:
    """The chat when the bot may write there; raises Refused as Telegram does when it may not."""
    chat = known_chat(world, id)
    if chat.deactivated:
        raise forbidden("user is deactivated")
    if chat.blocked:
        raise forbidden(_gone(chat))
    return chat


def _gone(chat: Chat) -> str:
    match chat.type:
        case "private":
            return "bot was blocked by the user"
        case "group":
            return "bot was kicked from the group chat"
        case kind:
            return f"bot was kicked from the {kind} chat"


# Sending.


def send_message(world: World, params: Params) -> Raw:
    """A text."""
    chat = open_chat(world, params["chat_id"])
    text, entities = message_text(params)
    message = _new(world, chat, params, text, params["text"], entities)
    message.raw |= {"text": text} | ({"entities": entities} if entities else {})
    if preview := params.get("link_preview_options"):
        message.raw["link_preview_options"] = preview
    return _deliver(chat, message)


def send_photo(world: World, params: Params) -> Raw:
    """A picture, uploaded or known by its id, with words under it or none."""
    return _send_file(world, params, "photo", params["photo"])


def send_document(world: World, params: Params) -> Raw:
    """A file, uploaded or known by its id, with words under it or none."""
    return _send_file(world, params, "document", params["document"])


def _send_file(world: World, params: Params, kind: str, given: Upload | str) -> Raw:
    chat = open_chat(world, params["chat_id"])
    text, entities = caption(params)
    content = media(world, params, kind, given)
    message = _new(world, chat, params, text, params.get("caption", ""), entities)
    hold(world, message, content)
    message.raw |= captioned(text, entities)
    return _deliver(chat, message)


def _new(world: World, chat: Room, params: Params, text: str, html: str, entities: list[Entity]) -> Message:
    """A message of the bot that is not shown yet, with the raw fields every message has."""
    markup = params.get("reply_markup")
    reply = _replied(chat, params.get("reply_parameters"))
    message = Message(
        chat_id=chat.id,
        message_id=chat.next_message_id(),
        date=int(world.clock.now()),
        text=text,
        html=html,
        entities=entities,
        buttons=rows_of(markup),
        reply_keyboard=[[button["text"] for button in row] for row in (markup or {}).get("keyboard", [])],
        silent=params.get("disable_notification", False),
        protected=params.get("protect_content", False),
        reply_to=reply["message_id"] if reply else None,
    )
    sender = {"sender_chat": chat.raw()} if chat.type == "channel" else {"from": world.me_in_chats}
    message.raw = {"message_id": message.message_id, **sender, "chat": chat.raw(), "date": message.date}
    message.raw |= {"reply_to_message": reply} if reply else {}
    message.raw |= {"has_protected_content": True} if message.protected else {}
    if message.buttons:
        message.raw["reply_markup"] = markup
    return message


def _replied(chat: Room, reply: Params | None) -> Raw | None:
    if reply is None:
        return None
    if reply.get("chat_id", chat.id) != chat.id:
        raise strict("replies across chats are not modelled")
    found = chat.sees(reply["message_id"])
    if found is None and not reply.get("allow_sending_without_reply"):
        raise bad("message to be replied not found")
    return {k: v for k, v in found.items() if k != "reply_to_message"} if found else None


def _deliver(chat: Room, message: Message) -> Raw:
    chat.show(message)
    return message.raw


def media(world: World, params: Params, kind: str, given: Upload | str) -> tuple[str, Raw]:
    """The file's id and its raw fields, for an upload, `attach://name`, or the id of a file of that kind."""
    if isinstance(given, str) and given.startswith("attach://"):
        given = params.get("attached", {}).get(given.removeprefix("attach://"), given)
    if isinstance(given, Upload):
        _check_upload(kind, given)
        given = world.keep_file(kind, given.content, given.name, given.type)
    stored = world.files.get(given)
    if stored is None:
        raise bad("wrong file identifier/HTTP URL specified")
    if stored.kind != kind:
        raise bad(f"can't use file of type {stored.kind.title()} as {kind.title()}")
    return given, _described(given, stored)


def _check_upload(kind: str, upload: Upload) -> None:
    if not upload.content:
        raise bad("file must be non-empty")
    if len(upload.content) > UPLOAD_BYTES:
        raise bad("file is too big")
    if kind == "photo":
        check_photo(upload.content, pictures.size_of(upload.content))


def _described(file_id: str, stored: StoredFile) -> Raw:
    file = payloads.file_fields(file_id, len(stored.content))
    if stored.kind == "photo":
        return payloads.photo(file, *(pictures.size_of(stored.content) or (1280, 960)))
    return payloads.document(file, stored.name, stored.type)


def hold(world: World, message: Message, content: tuple[str, Raw]) -> None:
    """Put a file of `media` into a message."""
    message.file_id, raw = content
    stored = world.files[message.file_id]
    message.kind, message.file_name, message.file = stored.kind, stored.name, stored.content
    message.raw |= raw


def captioned(text: str, entities: list[Entity]) -> Raw:
    """The raw fields of the words under a file."""
    return ({"caption": text} if text else {}) | ({"caption_entities": entities} if entities else {})


def send_chat_action(world: World, params: Params) -> bool:
    """The line "is typing…" at the top of the chat."""
    if params["action"] not in ACTIONS:
        raise bad("wrong parameter action in request")
    open_chat(world, params["chat_id"]).actions.append(params["action"])
    return True


def get_file(world: World, params: Params) -> Raw:
    """Where a file can be fetched."""
    stored = world.files.get(params["file_id"].removesuffix("-s"))
    if stored is None:
        raise bad("invalid file_id")
    if len(stored.content) > DOWNLOAD_BYTES:
        raise bad("file is too big")
    return payloads.file_fields(params["file_id"], len(stored.content)) | {"file_path": stored.path}
