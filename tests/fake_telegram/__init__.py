"""A strict Telegram for tests: it refuses what the real one refuses, in the same words, and a little more.

`FakeTelegram` runs inside a test; `python -m tests.fake_telegram` runs as a process of its own.
"""

from .chats import Button, Message
from .faults import ALWAYS
from .people import Channel, Group, Press, Sent, Toast, User
from .server import FakeTelegram
from .world import TOKEN, Call

__all__ = [
    "ALWAYS",
    "TOKEN",
    "Button",
    "Call",
    "Channel",
    "FakeTelegram",
    "Group",
    "Message",
    "Press",
    "Sent",
    "Toast",
    "User",
]
