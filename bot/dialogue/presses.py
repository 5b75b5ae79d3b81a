"""The data of a button, and what a press of it means: of the live keyboard, or of a message beside the talk."""

import re

from bot.dialogue.events import Acted, Chose, Event, PressedUnknown

_LIVE = re.compile(r"([0-9]{1,9}):(.+)", re.DOTALL)
_BESIDE = re.compile(r"([@+])([^:]+):(.+)", re.DOTALL)


def live_data(step: int, key: str) -> str:
    """The data of a button on the keyboard of that step."""
    return f"{step}:{key}"


def beside_data(subject: str, key: str, among: bool = False) -> str:
    """The data of a button that acts on a subject of its own, alone in its message or among others."""
    return f"{'+' if among else '@'}{subject}:{key}"


def press_of(data: str, message_id: int | None) -> Event:
    """What a press of the button with that data means, under that message."""
    if read := _LIVE.fullmatch(data):
        return Chose(int(read[1]), read[2], message_id)
    if read := _BESIDE.fullmatch(data):
        return Acted(read[2], read[3], message_id, among=read[1] == "+")
    return PressedUnknown(data)
