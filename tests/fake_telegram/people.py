"""People and what they do: they write, press, send, forward, block; in private, in groups and in channels.

Whatever they do becomes an update exactly as Telegram would write it. What they see is in `messages`,
`hears`, `toasts` and `actions`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import payloads
from .chats import Button, Chat, Message
from .markup import Entity
from .updates import PRESSES_LIVE

if TYPE_CHECKING:
    from .world import World

Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sent:
    """Something a person sent: the ids of its update (None when the bot wants none such) and message."""

    update_id: int | None
    message_id: int


@dataclass(frozen=True, slots=True)
class Press:
    """A press on a button: the id of its update and the id that answerCallbackQuery needs."""

    update_id: int | None
    query_id: str
    data: str


@dataclass(frozen=True, slots=True)
class Toast:
    """What the bot answered to a press."""

    query_id: str
    text: str
    alert: bool


class Room(Chat):
    """A chat in which somebody can send: the common part of private chats, groups and channels."""

    kind_of_update = "message"

    def send(self, content: Raw, sender: Raw | None = None) -> Sent:
        """Send a message with these raw fields (for kinds that have no sentence of their own)."""
        raw = self._message(sender) | content
        self._keep(raw)
        return Sent(self.world.updates.push({self.kind_of_update: raw}), raw["message_id"])

    def _message(self, sender: Raw | None) -> Raw:
        raw: Raw = {"message_id": self.next_message_id()}
        raw |= {"from": sender} if sender else {"sender_chat": self.raw()}
        return raw | {"chat": self.raw(), "date": int(self.world.clock.now())}

    def _keep(self, raw: Raw) -> None:
        self.own[raw["message_id"]] = raw
        if self.world.keep and len(self.own) > self.world.keep:
            del self.own[next(iter(self.own))]

    def edits(self, what: Sent | int, text: str) -> Sent:
        """Change the words (or the caption) of a message that was sent here before."""
        id = what.message_id if isinstance(what, Sent) else what
        before = {k: v for k, v in self.own[id].items() if k not in ("entities", "caption_entities")}
        words = payloads.written(text, under="text" not in before)
        raw = before | {"edit_date": int(self.world.clock.now())} | words
        self._keep(raw)
        return Sent(self.world.updates.push({f"edited_{self.kind_of_update}": raw}), id)

    def sees(self, message_id: int) -> Raw | None:
        """The raw message of that id, from whomever, or None when it is not there (any more)."""
        if message_id in self.shown:
            return self.shown[message_id].raw
        return self.own.get(message_id)


class User(Room):
    """A person and their private chat with the bot.

    `stranger` has never written: the bot may not begin. `name`, `language` and the like go into `from`.
    """

    def __init__(self, world: World, id: int, first_name: str, language: str, username: str, known: bool) -> None:
        super().__init__(world, id)
        self.known = known
        named = {"first_name": first_name} | ({"username": username} if username else {})
        self._chat = {"id": id, **named, "type": "private"}
        self.about: Raw = {"id": id, "is_bot": False, **named}
        self.about |= {"language_code": language} if language else {}
        self.toasts: list[Toast] = []

    def raw(self) -> Raw:
        return self._chat

    def send(self, content: Raw, sender: Raw | None = None) -> Sent:
        """Send a message with these raw fields; who writes is no stranger and has not blocked the bot."""
        self.known = True
        self.unblocks_bot()
        return super().send(content, sender or self.about)

    # Words.

    def sends(self, text: str, *, entities: list[Entity] | None = None, reply_to: Message | Sent | None = None) -> Sent:
        """Write something; commands, links and the like are marked as Telegram marks them."""
        content = payloads.written(text, entities)
        if reply_to:
            content["reply_to_message"] = self.sees(reply_to.message_id)
        return self.send(content)

    def sends_start(self, payload: str = "") -> Sent:
        """Press Start, or follow a link t.me/bot?start=payload."""
        return self.sends(f"/start {payload}".rstrip())

    def forwards(self, text: str, written_by: str = "Somebody") -> Sent:
        """Pass on somebody else's words."""
        return self.send(payloads.forwarded_by(written_by, int(self.world.clock.now()) - 60) | payloads.written(text))

    def writes_in(self, group: Group, text: str) -> Sent:
        """Write something in a group."""
        return group.send(payloads.written(text), self.about)

    # Buttons.

    def presses(
        self, on: Message | str, label: str = "", *, data: str | None = None, old: bool = False
    ) -> Press | Sent:
        """Press a button: `presses("Yes")` the newest one of that label, `presses(message, "Yes")` that one.

        `old` also finds buttons that the message had before; `data` forges a press with that data. A label of
        the reply keyboard is sent as text. A button without data (copy, link) cannot be pressed.
        """
        message, label = (on, label) if isinstance(on, Message) else (self._showing(on, old), on)
        if message is None:
            return self._types(label)
        if data is None:
            data = self._data(message, label, old)
        return self._press(message, data)

    def _showing(self, label: str, old: bool) -> Message | None:
        return next((m for m in reversed(self.shown.values()) if m.button(label, old=old)), None)

    def _types(self, label: str) -> Sent:
        keyboard = next((m.reply_keyboard for m in reversed(self.shown.values()) if m.reply_keyboard), [])
        if not any(label in row for row in keyboard):
            raise AssertionError(f"no button {label!r}. {self.transcript()}")
        return self.sends(label)

    def _data(self, message: Message, label: str, old: bool) -> str:
        button: Button | None = message.button(label, old=old)
        if button is None or not button.data:
            raise AssertionError(f"no button {label!r} to press in {message.message_id}. {self.transcript()}")
        return button.data

    def _press(self, message: Message, data: str) -> Press:
        where = self.world.chats[message.chat_id].raw()
        gone = {"chat": where, "message_id": message.message_id, "date": 0}
        query_id = self.world.new_query(self)
        query = {"id": query_id, "from": self.about, "message": gone if message.deleted else message.raw}
        query |= {"chat_instance": str(message.chat_id * 7919 + 10**15), "data": data}
        return Press(self.world.updates.push({"callback_query": query}, PRESSES_LIVE), query_id, data)

    def answered(self, query_id: str, text: str, alert: bool) -> None:
        """The bot answered a press."""
        self.toasts.append(Toast(query_id, text, alert))

    # Everything else a phone can send.

    def sends_photo(self, caption: str = "", content: bytes = b"\xff\xd8a photo") -> Sent:
        """A photo, with words under it or none."""
        return self.send(
            payloads.photo(self._file("photo", content, "photo.jpg")) | payloads.written(caption, under=True)
        )

    def sends_sticker(self, emoji: str = "😊") -> Sent:
        """A sticker."""
        return self.send(payloads.sticker(self._file("sticker", b"a sticker", "sticker.webp"), emoji))

    def sends_voice(self, seconds: int = 3) -> Sent:
        """A voice message."""
        return self.send(payloads.voice(self._file("voice", b"a voice", "voice.oga"), seconds))

    def sends_video(self, caption: str = "") -> Sent:
        """A film."""
        return self.send(
            payloads.video(self._file("video", b"a film", "video.mp4")) | payloads.written(caption, under=True)
        )

    def sends_document(
        self,
        caption: str = "",
        name: str = "letter.pdf",
        content: bytes = b"%PDF-1.7 a letter",
        type: str = "application/pdf",
    ) -> Sent:
        """A file."""
        file = self._file("document", content, name)
        return self.send(payloads.document(file, name, type) | payloads.written(caption, under=True))

    def sends_audio(self) -> Sent:
        """Music."""
        return self.send(payloads.audio(self._file("audio", b"music", "audio.mp3")))

    def sends_video_note(self) -> Sent:
        """A round film."""
        return self.send(payloads.video_note(self._file("video_note", b"a round film", "video_note.mp4")))

    def sends_animation(self, caption: str = "") -> Sent:
        """A moving picture."""
        content = payloads.animation(self._file("animation", b"moving", "animation.mp4"))
        return self.send(content | payloads.written(caption, under=True))

    def sends_location(self, latitude: float = 48.8584, longitude: float = 2.2945) -> Sent:
        """A place, degrees north and east."""
        return self.send(payloads.location(latitude, longitude))

    def sends_venue(self, latitude: float = 48.8584, longitude: float = 2.2945, title: str = "The tower") -> Sent:
        """A named place."""
        return self.send(payloads.venue(latitude, longitude, title, "Paris"))

    def sends_contact(self, phone: str = "+15550100", first_name: str = "Sam", user_id: int | None = None) -> Sent:
        """Somebody's address card."""
        return self.send(payloads.contact(phone, first_name, user_id))

    def sends_poll(self, question: str = "Which?", options: tuple[str, ...] = ("This", "That")) -> Sent:
        """A poll."""
        return self.send(payloads.poll(question, options))

    def sends_dice(self, emoji: str = "🎲", value: int = 4) -> Sent:
        """A throw."""
        return self.send(payloads.dice(emoji, value))

    def sends_game(self) -> Sent:
        """A game."""
        return self.send(payloads.game())

    def sends_story(self) -> Sent:
        """Somebody's story, forwarded."""
        return self.send(payloads.story(self.raw()))

    def _file(self, kind: str, content: bytes, name: str) -> Raw:
        return payloads.file_fields(self.world.keep_file(kind, content, name), len(content))

    # Coming and going.

    def blocks_bot(self) -> int | None:
        """Stop the bot; what it sends from now on is refused."""
        return self._turns(True)

    def unblocks_bot(self) -> int | None:
        """Let the bot in again; nothing happens when it was in."""
        return self._turns(False)

    def deactivates(self) -> None:
        """Delete the Telegram account; the bot is not told."""
        self.deactivated = True

    def _turns(self, blocked: bool) -> int | None:
        if blocked == self.blocked:
            return None
        self.blocked = blocked
        bot = self.world.me_in_chats
        inside, outside = (
            {"user": bot, "status": "member"},
            {"user": bot, "status": "kicked", "until_date": 0},
        )
        old, new = (inside, outside) if blocked else (outside, inside)
        change = {"chat": self.raw(), "from": self.about, "date": int(self.world.clock.now())}
        return self.world.updates.push({"my_chat_member": change | {"old_chat_member": old, "new_chat_member": new}})


class Group(Room):
    """A group or supergroup (ids from -100… down) the bot is in."""

    def __init__(self, world: World, id: int, title: str) -> None:
        super().__init__(world, id)
        self.type = "supergroup" if id < -1_000_000_000_000 else "group"
        self.title = title

    def raw(self) -> Raw:
        return {"id": self.id, "title": self.title, "type": self.type}

    def adds_bot(self, by: User) -> Sent:
        """Somebody brings the bot in: a change of membership and a line in the group."""
        me = self.world.me_in_chats
        change = {"chat": self.raw(), "from": by.about, "date": int(self.world.clock.now())}
        left, member = {"user": me, "status": "left"}, {"user": me, "status": "member"}
        self.blocked = False
        self.world.updates.push({"my_chat_member": change | {"old_chat_member": left, "new_chat_member": member}})
        return self.send({"new_chat_members": [me]}, by.about)

    def removes_bot(self, by: User) -> int | None:
        """Somebody throws the bot out; what it sends from now on is refused."""
        me = self.world.me_in_chats
        change = {"chat": self.raw(), "from": by.about, "date": int(self.world.clock.now())}
        member, kicked = {"user": me, "status": "member"}, {"user": me, "status": "kicked", "until_date": 0}
        self.blocked = True
        return self.world.updates.push(
            {"my_chat_member": change | {"old_chat_member": member, "new_chat_member": kicked}}
        )


class Channel(Room):
    """A channel the bot administers."""

    type = "channel"
    kind_of_update = "channel_post"

    def __init__(self, world: World, id: int, title: str) -> None:
        super().__init__(world, id)
        self.title = title

    def raw(self) -> Raw:
        return {"id": self.id, "title": self.title, "type": "channel"}

    def posts(self, text: str) -> Sent:
        """Something is published."""
        return self.send(payloads.written(text))
