"""Updates as Telegram writes them: raw JSON for everything a person can send."""

import re
from typing import Any

from .markup import Entity, units

Raw = dict[str, Any]

_SPECIAL = (
    ("bot_command", re.compile(r"(?<![^\s(])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?")),
    ("url", re.compile(r"https?://[^\s<>]+")),
    ("email", re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")),
    ("mention", re.compile(r"(?<![\w@.])@[A-Za-z][A-Za-z0-9_]{3,31}")),
    ("hashtag", re.compile(r"(?<!\w)#[^\W\d]\w*")),
)
_ONLY_MAYBE = re.compile(r"[/@#]|://")


def entities_in(text: str) -> list[Entity]:
    """What Telegram marks by itself in typed words: commands, links, addresses, names, tags."""
    if not _ONLY_MAYBE.search(text):
        return []
    found = [
        {"offset": units(text[: match.start()]), "length": units(match.group()), "type": kind}
        for kind, pattern in _SPECIAL
        for match in pattern.finditer(text)
    ]
    return sorted(found, key=lambda entity: entity["offset"])


def written(text: str, entities: list[Entity] | None = None, *, under: bool = False) -> Raw:
    """Text and its entities, or (`under` a file) the caption and its entities; nothing without words."""
    found = entities if entities is not None else entities_in(text)
    names = ("caption", "caption_entities") if under else ("text", "entities")
    content: Raw = {names[0]: text} if text else {}
    return content | ({names[1]: found} if found else {})


def forwarded_by(name: str, date: int) -> Raw:
    """Where forwarded words came from: somebody who hides their account."""
    return {"forward_origin": {"type": "hidden_user", "sender_user_name": name, "date": date}}


def file_fields(file_id: str, size: int) -> Raw:
    """How every file is named in a message."""
    return {"file_id": file_id, "file_unique_id": f"AgAD{file_id[-9:]}", "file_size": size}


def photo(file: Raw, width: int = 1280, height: int = 960) -> Raw:
    """A photo in two sizes, the real one last, as Telegram orders them."""
    small = {**file, "file_id": file["file_id"] + "-s", "file_unique_id": file["file_unique_id"] + "s"}
    scale = max(width, height) / 90
    thumb = {"width": max(int(width / scale), 1), "height": max(int(height / scale), 1)}
    return {"photo": [{**small, "file_size": 1200, **thumb}, {**file, "width": width, "height": height}]}


def sticker(file: Raw, emoji: str) -> Raw:
    """A plain sticker."""
    about = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
    return {"sticker": {**about, "emoji": emoji, "set_name": "PlainFaces", **file}}


def document(file: Raw, name: str, type: str) -> Raw:
    """A file of any kind."""
    return {"document": {"file_name": name, "mime_type": type, **file}}


def video(file: Raw) -> Raw:
    """A short film."""
    return {"video": {"duration": 4, "width": 720, "height": 1280, "mime_type": "video/mp4", **file}}


def voice(file: Raw, seconds: int) -> Raw:
    """A voice message."""
    return {"voice": {"duration": seconds, "mime_type": "audio/ogg", **file}}


def audio(file: Raw) -> Raw:
    """A piece of music."""
    return {"audio": {"duration": 180, "mime_type": "audio/mpeg", "title": "Sea", "performer": "Waves", **file}}


def video_note(file: Raw) -> Raw:
    """A round film."""
    return {"video_note": {"duration": 5, "length": 384, **file}}


def animation(file: Raw) -> Raw:
    """A moving picture; Telegram repeats it as a document."""
    about = {"mime_type": "video/mp4", "file_name": "wave.mp4", **file}
    return {"animation": {"duration": 2, "width": 320, "height": 320, **about}, "document": about}


def location(latitude: float, longitude: float) -> Raw:
    """A place, degrees north and east."""
    return {"location": {"latitude": latitude, "longitude": longitude}}


def venue(latitude: float, longitude: float, title: str, address: str) -> Raw:
    """A named place; Telegram repeats it as a location."""
    place = location(latitude, longitude)
    return {"venue": {**place, "title": title, "address": address}, **place}


def contact(phone: str, first_name: str, user_id: int | None) -> Raw:
    """Somebody's address card."""
    known = {"user_id": user_id} if user_id else {}
    return {"contact": {"phone_number": phone, "first_name": first_name, **known}}


def poll(question: str, options: tuple[str, ...]) -> Raw:
    """A poll."""
    listed = [{"persistent_id": str(place), "text": option, "voter_count": 0} for place, option in enumerate(options)]
    closed = {"total_voter_count": 0, "is_closed": False, "is_anonymous": True, "type": "regular"}
    more = {"allows_multiple_answers": False, "allows_revoting": True, "members_only": False}
    return {"poll": {"id": "5062244109418889217", "question": question, "options": listed, **closed, **more}}


def dice(emoji: str, value: int) -> Raw:
    """A throw."""
    return {"dice": {"emoji": emoji, "value": value}}


def game() -> Raw:
    """A game, which only other bots can send."""
    picture = photo(file_fields("AgACAgIAAxkGAME00001", 4000))["photo"]
    return {"game": {"title": "Racers", "description": "Drive", "photo": picture}}


def story(chat: Raw) -> Raw:
    """A forwarded story."""
    return {"story": {"chat": chat, "id": 3}}
