"""What a chat shows, as the people in it see it, and how a test waits for the next thing that appears."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .world import World

Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Button:
    """One inline button: what it says and the one thing it does."""

    label: str
    data: str = ""
    copies: str = ""
    url: str = ""
    web_app: str = ""
    style: str = ""


Keyboard = list[list[Button]]

_PLAIN = "chat_id message_id date text html silent protected kind file_id file_name reply_to edits"
_TOLD = tuple(_PLAIN.split())


@dataclass(slots=True)
class Message:
    """One message of the bot. The object stays the same while the bot edits what it says.

    `text` is what people read (the caption, under a file), `html` the source the bot sent. `buttons` are the
    inline rows, `keyboard` their labels, `reply_keyboard` the labels of a keyboard in the phone's place.
    `edits` are the texts and `keyboards` the button rows it had before, oldest first.
    """

    chat_id: int
    message_id: int
    date: int
    text: str = ""
    html: str = ""
    entities: list[Raw] = field(default_factory=list)
    buttons: Keyboard = field(default_factory=list)
    reply_keyboard: list[list[str]] = field(default_factory=list)
    silent: bool = False
    protected: bool = False
    kind: str = "text"
    file_id: str = ""
    file_name: str = ""
    file: bytes = b""
    reply_to: int | None = None
    edits: list[str] = field(default_factory=list)
    keyboards: list[Keyboard] = field(default_factory=list)
    deleted: bool = False
    raw: Raw = field(default_factory=dict)

    @property
    def keyboard(self) -> list[list[str]]:
        """The labels, row by row."""
        return [[button.label for button in row] for row in self.buttons]

    @property
    def labels(self) -> list[str]:
        """All labels in reading order."""
        return [button.label for row in self.buttons for button in row]

    def button(self, label: str, *, old: bool = False) -> Button | None:
        """The button of that label; with `old` also one that an earlier keyboard had."""
        shown = [self.buttons, *(reversed(self.keyboards) if old else ())]
        return next((b for keyboard in shown for row in keyboard for b in row if b.label == label), None)

    def as_json(self) -> Raw:
        """What the control API tells about it."""
        about = {name: getattr(self, name) for name in _TOLD}
        buttons = [[{"label": b.label, "data": b.data, "copies": b.copies} for b in row] for row in self.buttons]
        return about | {"keyboard": self.keyboard, "buttons": buttons, "reply_keyboard": self.reply_keyboard}


def rows_of(markup: Raw | None) -> Keyboard:
    """The inline rows of a reply_markup that passed the rules."""
    return [
        [
            Button(
                label=button["text"],
                data=button.get("callback_data", ""),
                copies=button.get("copy_text", {}).get("text", ""),
                url=button.get("url", ""),
                web_app=button.get("web_app", {}).get("url", ""),
                style=button.get("style", ""),
            )
            for button in row
        ]
        for row in (markup or {}).get("inline_keyboard", [])
    ]


class Chat:
    """One chat, seen from the outside. `hears` waits for the next thing the bot shows here."""

    type = "private"

    def __init__(self, world: World, id: int) -> None:
        self.world = world
        self.id = id
        self.known = True
        self.blocked = False
        self.deactivated = False
        self.shown: dict[int, Message] = {}
        self.own: dict[int, Raw] = {}
        self.actions: list[str] = []
        self.appeared: list[tuple[Message, str]] = []
        self._heard = 0
        self._last_id = 0

    def raw(self) -> Raw:
        """The Chat object in updates and answers."""
        raise NotImplementedError

    @property
    def messages(self) -> list[Message]:
        """The bot's messages that are visible now, oldest first."""
        return list(self.shown.values())

    @property
    def last(self) -> Message | None:
        """The bot's newest visible message."""
        return next(reversed(self.shown.values()), None)

    def message(self, message_id: int) -> Message:
        """The bot's visible message of that id."""
        return self.shown[message_id]

    def show(self, message: Message) -> None:
        """A message of the bot arrives."""
        self.shown[message.message_id] = message
        self.appear(message)

    def appear(self, message: Message) -> None:
        """Something new can be read here: a message, or one with new words."""
        self.appeared.append((message, message.text))
        keep = self.world.keep
        if keep and len(self.appeared) > 2 * keep:
            del self.appeared[:keep]
            self._heard = max(self._heard - keep, 0)
        if keep and len(self.shown) > keep:
            del self.shown[next(iter(self.shown))]

    def next_message_id(self) -> int:
        """Private chats and small groups of one bot share one row of numbers, the others have their own."""
        if self.id > -1_000_000_000_000:
            return next(self.world.message_ids)
        self._last_id += 1
        return self._last_id

    async def hears(self, containing: str = "", count: int = 1, within: float = 5.0) -> Message:
        """Wait for `count` further messages (new, or edited to new words) with these words; the last of them.

        Only what appeared since the last `hears` counts. Raises AssertionError saying what the chat shows.
        """
        found: list[Message] = []

        def heard() -> bool:
            while self._heard < len(self.appeared) and len(found) < count:
                message, text = self.appeared[self._heard]
                self._heard += 1
                if containing in text:
                    found.append(message)
            return len(found) >= count

        def instead() -> str:
            return f"Heard {len(found)} of {count} × {containing!r}. {self.transcript()}"

        await self.world.bell.until(heard, within, instead)
        return found[-1]

    def skip(self) -> None:
        """What appeared so far does not count for the next `hears`."""
        self._heard = len(self.appeared)

    def transcript(self) -> str:
        """What the chat shows, for a failed test."""
        lines = [f"[{m.message_id}] {m.text!r} {m.keyboard or ''}" for m in self.messages[-8:]]
        return f"Chat {self.id} shows:\n" + "\n".join(lines)
