"""Whatever people send gets a kind and useful answer, over HTTP; and raw updates become the right events."""

from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from typing import Any

import pytest
import pytest_asyncio

from bot.dialogue.events import (
    Blocked,
    Chose,
    Edited,
    InGroup,
    PressedUnknown,
    SentOther,
    SharedLocation,
    Unblocked,
    Wrote,
)
from bot.doors.updates import Addressed, addressed
from bot.library.reading import Library
from bot.turn import Arrival
from tests.fake_telegram import FakeTelegram, User
from tests.fake_telegram.payloads import forwarded_by, photo, written
from tests.houses import HandClock, LivingHouse, consent, folder_in_memory, greet, opens, reads, tap, taps

pytest_plugins = ["tests.houses"]
pytestmark = pytest.mark.asyncio(loop_scope="module")

BERLIN = (52.52, 13.4)
CHEST_PAIN = "I have crushing chest pain"
SUICIDE = "I want to kill myself"
IDS = count(9_000_001)
GROUPS = count(7001)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(library: Library) -> AsyncIterator[LivingHouse]:
    """One bot for all tests of this file; everybody in it is somebody new."""
    clock = HandClock()
    with folder_in_memory() as folder:
        async with FakeTelegram(now=clock.timestamp) as telegram:
            living = LivingHouse(library, folder / "data", telegram, clock)
            await living.start()
            yield living
            await living.stop()


@pytest.fixture
def telegram(home: LivingHouse) -> FakeTelegram:
    return home.telegram


@pytest.fixture
def ben(telegram: FakeTelegram) -> User:
    """Somebody who was never here."""
    return telegram.user(next(IDS), "Ben")


@pytest.fixture
def group(telegram: FakeTelegram) -> Iterator[Any]:
    return telegram.group(-next(GROUPS))


async def screen_of(home: LivingHouse, person: User) -> str:
    record = await home.record(person.id)
    assert record is not None
    return record.person.screen


# What is neither words nor a button.

OTHER_KINDS: dict[str, tuple[Callable[[User], Any], str]] = {
    "photo": (lambda person: person.sends_photo(), "sent_photo"),
    "photo with words": (lambda person: person.sends_photo("my elbow"), "sent_photo"),
    "sticker": (lambda person: person.sends_sticker(), "sent_sticker"),
    "voice": (lambda person: person.sends_voice(), "sent_voice"),
    "music": (lambda person: person.sends_audio(), "sent_voice"),
    "video": (lambda person: person.sends_video("look"), "sent_video"),
    "round video": (lambda person: person.sends_video_note(), "sent_video"),
    "animation": (lambda person: person.sends_animation(), "sent_video"),
    "document": (lambda person: person.sends_document("the letter"), "sent_document"),
    "contact": (lambda person: person.sends_contact(), "sent_contact"),
    "location": (lambda person: person.sends_location(), "location_not_now"),
    "venue": (lambda person: person.sends_venue(), "location_not_now"),
    "poll": (lambda person: person.sends_poll(), "sent_poll"),
    "dice": (lambda person: person.sends_dice(), "sent_dice"),
    "game": (lambda person: person.sends_game(), "sent_game"),
    "story": (lambda person: person.sends_story(), "sent_story"),
    "checklist": (lambda person: person.send({"checklist": {"title": "x", "tasks": []}}), "sent_unknown"),
    "pinned message": (lambda person: person.send({"pinned_message": {"message_id": 1}}), "sent_unknown"),
}


@pytest.mark.parametrize("kind", OTHER_KINDS)
async def test_whatever_cannot_be_read_is_answered_and_the_step_is_shown_again(
    kind: str, library: Library, ben: User
) -> None:
    before = await greet(ben)
    labels = before.labels
    send, note = OTHER_KINDS[kind]
    send(ben)
    answer = await ben.hears()
    assert answer.text.startswith(reads(library, note))
    assert answer.text.endswith(before.text)
    assert answer.labels == labels


async def test_a_shared_place_answers_the_question_for_the_time_zone_and_is_not_kept(
    home: LivingHouse, ben: User
) -> None:
    await consent(ben)
    ben.sends("/settings")
    await ben.hears()
    await taps(ben, "zone")
    ben.sends_location(*BERLIN)
    await ben.hears("Berlin")
    await home.all_taken()
    record = await home.record(ben.id)
    assert record is not None and record.person.answer("time_zone") == "Europe/Berlin"
    assert "52.52" not in str(record)


async def test_a_named_place_answers_the_question_for_the_time_zone_too(ben: User) -> None:
    await consent(ben)
    ben.sends("/settings")
    await ben.hears()
    await taps(ben, "zone")
    ben.sends_venue(*BERLIN)
    await ben.hears("Berlin")


async def test_a_live_location_that_moves_on_is_not_answered_at_every_step(
    telegram: FakeTelegram, home: LivingHouse, ben: User
) -> None:
    await greet(ben)
    sent = ben.sends_location(*BERLIN)
    await ben.hears()
    raw = ben.sees(sent.message_id)
    for _ in range(3):
        telegram.injects({"edited_message": {**raw, "edit_date": 1}})
    ben.sends("/help")
    await ben.hears()
    assert len(ben.messages) == 3


# Words.


async def test_an_edited_message_is_answered(library: Library, ben: User) -> None:
    sent = ben.sends("/start")
    await ben.hears()
    ben.edits(sent, "/begin")
    assert (await ben.hears()).text.startswith(reads(library, "edited"))


async def test_forwarded_words_are_not_taken_for_the_persons_own(library: Library, ben: User) -> None:
    await greet(ben)
    ben.forwards("Next")
    assert (await ben.hears()).text.startswith(reads(library, "forwarded"))


LONG = ("qzxv " * 820)[:4096]
STRANGE_WORDS = {
    "4,096 characters": LONG,
    "4,096 emoji units": "🦶" * 2048,
    "right to left": "שלום, מה שלומך? أهلا وسهلا",
    "direction marks": "‮evil‬ text",
    "looks like HTML": "<b>bold</b> & <script>alert(1)</script> </b><i>",
    "looks like a template": "{{ person }} {% raw %} %s {0}",
    "zero bytes and joiners": "a\x00b‍​",
    "one sign": ".",
    "a number": "12345678901234567890",
}


@pytest.mark.parametrize("kind", STRANGE_WORDS)
async def test_words_that_fit_nothing_are_answered_and_change_nothing(kind: str, home: LivingHouse, ben: User) -> None:
    before = await greet(ben)
    ben.sends(STRANGE_WORDS[kind])
    answer = await ben.hears()
    assert answer.text != before.text
    assert await screen_of(home, ben) in ("welcome.hello", "ask.which")


@pytest.mark.parametrize("words", ["   ", "\n\n", " ​ "])
async def test_a_message_of_nothing_but_space_is_answered(words: str, library: Library, ben: User) -> None:
    await greet(ben)
    ben.send({"text": words})
    answer = await ben.hears()
    assert answer.text.startswith(
        (reads(library, "empty_text"), reads(library, "not_understood"), reads(library, "not_covered"))
    )


async def test_the_words_on_a_button_can_be_typed(home: LivingHouse, ben: User) -> None:
    await greet(ben)
    ben.sends(" next ")
    await ben.hears()
    assert await screen_of(home, ben) == "welcome.limits"


# Commands and links.

COMMANDS = "start menu help back cancel check map test sessions ask data erase settings stop".split()


@pytest.mark.parametrize("command", COMMANDS)
async def test_every_command_is_answered_also_with_the_bots_name_in_any_case(command: str, ben: User) -> None:
    await greet(ben)
    ben.sends(f"/{command.upper()}@massage_guide_bot please")
    answer = await ben.hears()
    assert "don't know that command" not in answer.text


async def test_a_command_that_does_not_exist_is_answered(library: Library, ben: User) -> None:
    await greet(ben)
    ben.sends("/diagnose me")
    assert (await ben.hears()).text.startswith(reads(library, "unknown_command"))


async def test_a_link_leads_to_its_screen(home: LivingHouse, ben: User) -> None:
    ben.sends_start("learn")
    await ben.hears()
    assert await screen_of(home, ben) == "learn.home"


@pytest.mark.parametrize("payload", ["nobody_knows", "x" * 64, "-_-"])
async def test_a_link_nobody_knows_leads_to_the_start(payload: str, home: LivingHouse, ben: User) -> None:
    ben.sends_start(payload)
    await ben.hears()
    assert await screen_of(home, ben) == "welcome.hello"


# Buttons.


async def test_an_old_button_shows_where_we_are(library: Library, home: LivingHouse, ben: User) -> None:
    first = await greet(ben)
    read_only = first.buttons[1][0].data
    await taps(ben, "next")
    ben.presses(first, data=read_only)
    answer = await ben.hears()
    assert answer.text.startswith(reads(library, "old_button"))
    assert opens(library, "welcome.limits") in answer.text
    assert await screen_of(home, ben) == "welcome.limits"


async def test_a_double_tap_is_met_with_a_toast_and_changes_nothing(home: LivingHouse, ben: User) -> None:
    first = await greet(ben)
    data = first.buttons[0][0].data
    ben.presses(first, data=data)
    second = ben.presses(first, data=data)
    await ben.hears()
    await home.telegram.wait_until(lambda: any(toast.text for toast in ben.toasts))
    toast = next(toast for toast in ben.toasts if toast.text)
    assert toast.query_id == second.query_id
    assert await screen_of(home, ben) == "welcome.limits"
    assert len(ben.messages) == 2


async def test_only_the_newest_message_has_buttons(home: LivingHouse, ben: User) -> None:
    first = await greet(ben)
    await taps(ben, "next", "next")
    await home.telegram.wait_until(lambda: not first.buttons and sum(1 for m in ben.messages if m.buttons) == 1)


async def test_every_press_stops_waiting(home: LivingHouse, ben: User) -> None:
    await greet(ben)
    press = tap(ben, "next")
    await home.telegram.wait_until(lambda: [toast.query_id for toast in ben.toasts] == [press.query_id])


FORGED = ["", "0:", ":next", "next", "99999999999:next", "1:../../etc/passwd", "1:erase", "-1:next", "1:next\nmore"]


@pytest.mark.parametrize("data", [*FORGED, "\u0661:next", "1:" + "x" * 60])
async def test_a_forged_press_is_answered_and_moves_nobody(data: str, home: LivingHouse, ben: User) -> None:
    await greet(ben)
    about: dict[str, Any] = {"id": "forged", "from": ben.about, "chat_instance": "1", "data": data}
    assert ben.last is not None
    home.telegram.injects({"callback_query": {**about, "message": ben.last.raw}})
    await ben.hears()
    assert await screen_of(home, ben) == "welcome.hello"


async def test_a_press_under_a_message_telegram_has_forgotten_is_taken(home: LivingHouse, ben: User) -> None:
    message = await greet(ben)
    message.deleted = True
    tap(ben, "next")
    await ben.hears()
    assert await screen_of(home, ben) == "welcome.limits"


async def test_a_press_without_any_message_is_answered_in_the_persons_chat(home: LivingHouse, ben: User) -> None:
    await greet(ben)
    about = {"id": "9", "from": ben.about, "chat_instance": "1"}
    home.telegram.injects({"callback_query": {**about, "inline_message_id": "abc", "data": "1:next"}})
    await ben.hears()
    home.telegram.injects({"callback_query": {**about, "game_short_name": "chess"}})
    await ben.hears()


async def test_a_press_that_telegram_has_forgotten_still_counts(home: LivingHouse, ben: User) -> None:
    message = await greet(ben)
    home.telegram.injects(
        {
            "callback_query": {
                "id": "404",
                "from": ben.about,
                "chat_instance": "1",
                "data": message.buttons[0][0].data,
                "message": message.raw,
            }
        }
    )
    await ben.hears()
    assert await screen_of(home, ben) == "welcome.limits"


# The same thing twice.


async def test_an_update_that_comes_again_is_answered_once(home: LivingHouse, ben: User) -> None:
    await greet(ben)
    press = tap(ben, "next")
    await ben.hears()
    await home.all_taken()
    home.telegram.redelivers(press.update_id)
    await home.all_taken()
    ben.sends("/help")
    await ben.hears()
    assert len(ben.messages) == 3


# Words of danger, whatever else they came with.

ALARMS: dict[str, Callable[[User], Any]] = {
    "typed": lambda person: person.sends(CHEST_PAIN),
    "typed behind a command": lambda person: person.sends(f"/ask {CHEST_PAIN}"),
    "under a photo": lambda person: person.sends_photo(CHEST_PAIN),
    "under a video": lambda person: person.sends_video(CHEST_PAIN),
    "under a file": lambda person: person.sends_document(CHEST_PAIN),
    "under an animation": lambda person: person.sends_animation(CHEST_PAIN),
    "in an edited message": lambda person: person.edits(person.sends("hello"), CHEST_PAIN),
    "in an edited caption": lambda person: person.edits(person.sends_photo("hello"), CHEST_PAIN),
    "forwarded": lambda person: person.forwards(CHEST_PAIN),
    "forwarded under a photo": lambda person: person.send(
        forwarded_by("Mum", 1_700_000_000)
        | photo(person._file("photo", b"\xff\xd8", "photo.jpg"))
        | written(CHEST_PAIN, under=True)
    ),
    "asked in a poll": lambda person: person.sends_poll("What now?", (CHEST_PAIN, "nothing")),
    "within 4,096 characters": lambda person: person.sends(f"{LONG[:3000]}. {CHEST_PAIN}. {LONG[:1000]}"),
}


@pytest.mark.parametrize("way", ALARMS)
async def test_words_of_danger_get_the_emergency_screen_however_they_come(
    way: str, home: LivingHouse, library: Library, ben: User
) -> None:
    await greet(ben)
    ALARMS[way](ben)
    await ben.hears(opens(library, "emergency.chest_pain"))
    assert await screen_of(home, ben) == "emergency.chest_pain"


async def test_words_of_danger_are_heard_before_the_first_welcome(library: Library, ben: User) -> None:
    ben.sends(SUICIDE)
    answer = await ben.hears(opens(library, "emergency.crisis"))
    assert answer.buttons


async def test_words_of_danger_are_heard_in_the_middle_of_a_question(
    home: LivingHouse, library: Library, ben: User
) -> None:
    await consent(ben)
    ben.sends("/settings")
    await ben.hears()
    await taps(ben, "zone")
    ben.sends(f"Berlin, and {CHEST_PAIN}")
    await ben.hears(opens(library, "emergency.chest_pain"))
    record = await home.record(ben.id)
    assert record is not None and record.person.answer("time_zone") is None


# Where others read along.


async def test_in_a_group_it_says_once_that_it_works_in_private_and_shows_no_buttons(
    library: Library, group: Any, ben: User
) -> None:
    for words in ("hello", "/start@massage_guide_bot", "/menu"):
        ben.writes_in(group, words)
    message = await group.hears(opens(library, "group.private"))
    ben.writes_in(group, CHEST_PAIN)
    await group.hears(opens(library, "emergency.chest_pain", group.id))
    assert len(group.messages) == 2
    assert not message.buttons and not group.last.buttons


@pytest.mark.parametrize("how", ["caption", "edited"])
async def test_an_emergency_in_a_group_is_answered_there_also_in_a_caption_or_an_edit(
    how: str, library: Library, group: Any, ben: User
) -> None:
    if how == "caption":
        group.send({"photo": [], "caption": CHEST_PAIN}, ben.about)
    else:
        group.edits(ben.writes_in(group, "hello"), CHEST_PAIN)
    message = await group.hears(opens(library, "emergency.chest_pain", group.id))
    assert not message.buttons


async def test_a_bot_that_is_brought_into_a_group_says_one_thing(
    library: Library, home: LivingHouse, group: Any, ben: User
) -> None:
    group.adds_bot(ben)
    await group.hears(opens(library, "group.private"))
    group.removes_bot(ben)
    await home.all_taken()
    assert len(group.messages) == 1


async def test_a_photo_a_press_and_a_place_in_a_group_are_met_in_silence_the_second_time(
    library: Library, home: LivingHouse, group: Any, ben: User
) -> None:
    message = {"message_id": 5, "chat": group.raw(), "date": 1}
    ben.writes_in(group, "hi")
    await group.hears()
    group.send({"photo": []}, ben.about)
    group.send({"location": {"latitude": 1.0, "longitude": 2.0}}, ben.about)
    press = {"id": "77", "from": ben.about, "chat_instance": "1", "data": "1:erase", "message": message}
    home.telegram.injects({"callback_query": press})
    ben.writes_in(group, SUICIDE)
    await group.hears(opens(library, "emergency.crisis", group.id))
    assert len(group.messages) == 2
    assert await home.record(ben.id) is None


async def test_a_supergroup_is_a_group(library: Library, telegram: FakeTelegram, ben: User) -> None:
    crowd = telegram.group(-1_001_234_567_890)
    ben.writes_in(crowd, "hello")
    await crowd.hears(opens(library, "group.private"))


async def test_a_channel_hears_once_that_it_works_in_private(library: Library, telegram: FakeTelegram) -> None:
    channel = telegram.channel(-1_009_876_543_210)
    post = channel.posts("News of the day")
    await channel.hears(opens(library, "group.private"))
    channel.edits(post, "News of the night")
    channel.posts("More news")
    channel.posts(CHEST_PAIN)
    await channel.hears(opens(library, "emergency.chest_pain", channel.id))
    assert len(channel.messages) == 2


# Leaving and coming back.


async def test_somebody_who_blocks_and_comes_back_is_shown_where_they_were(
    home: LivingHouse, library: Library, ben: User
) -> None:
    await greet(ben)
    await taps(ben, "next")
    ben.blocks_bot()
    await home.all_taken()
    record = await home.record(ben.id)
    assert record is not None and record.person.blocked_at is not None
    ben.unblocks_bot()
    answer = await ben.hears(reads(library, "welcome_back"))
    assert opens(library, "welcome.limits") in answer.text
    record = await home.record(ben.id)
    assert record is not None and record.person.blocked_at is None


async def test_a_stranger_who_blocks_us_leaves_nothing_here(home: LivingHouse, ben: User) -> None:
    ben.blocks_bot()
    await home.all_taken()
    assert await home.record(ben.id) is None


# Raw updates → events, with no bot around (`async` only because the mark of this file asks for it).

CHAT = {"id": 42, "type": "private"}
CROWD = {"id": -5, "type": "supergroup"}


def message(**content: Any) -> dict[str, Any]:
    return {"update_id": 7, "message": {"message_id": 1, "chat": CHAT, "date": 1, **content}}


def membership(chat: dict[str, Any], status: str) -> dict[str, Any]:
    return {"update_id": 7, "my_chat_member": {"chat": chat, "new_chat_member": {"status": status}}}


EVENTS = [
    (message(text="hi"), Wrote("hi")),
    (message(text="hi", forward_origin={}), Wrote("hi", forwarded=True)),
    (message(location={"latitude": 1, "longitude": 2}), SharedLocation(1.0, 2.0)),
    (message(photo=[], caption="x"), SentOther("photo", "x")),
    (message(animation={}, document={}), SentOther("video")),
    (message(something_new={}), SentOther("unknown")),
    (message(poll={"question": "a?", "options": [{"text": "b"}]}), SentOther("poll", "a?\nb")),
    ({"update_id": 7, "edited_message": {"chat": CHAT, "text": "new"}}, Edited("new")),
    ({"update_id": 7, "message": {"chat": CROWD, "text": "x"}}, InGroup("x")),
    ({"update_id": 7, "channel_post": {"chat": {"id": -6, "type": "channel"}}}, InGroup("")),
    (membership(CHAT, "kicked"), Blocked()),
    (membership(CHAT, "member"), Unblocked()),
    (membership(CROWD, "administrator"), InGroup()),
]


@pytest.mark.parametrize(("update", "event"), EVENTS)
async def test_an_update_becomes_its_event(update: dict[str, Any], event: Any) -> None:
    found = addressed(update)
    assert found is not None and found.arrival == Arrival(event, 7)


async def test_a_press_carries_its_step_its_key_and_its_message() -> None:
    query = {"id": "q", "from": {"id": 42}, "data": "12:next", "message": {"message_id": 9, "chat": CHAT}}
    assert addressed({"update_id": 7, "callback_query": query}) == Addressed(42, Arrival(Chose(12, "next", 9), 7, "q"))


async def test_a_press_that_cannot_be_read_still_has_an_owner() -> None:
    query = {"id": "q", "from": {"id": 42}, "data": "an older keyboard"}
    assert addressed({"update_id": 7, "callback_query": query}) == Addressed(
        42, Arrival(PressedUnknown("an older keyboard"), 7, "q")
    )


@pytest.mark.parametrize(
    "update",
    [
        membership(CROWD, "left"),
        {"update_id": 7, "edited_message": {"chat": CHAT, "location": {}}},
        {"update_id": 7, "inline_query": {}},
        {"update_id": 7},
    ],
)
async def test_nobody_is_answered_when_nobody_did_anything(update: dict[str, Any]) -> None:
    assert addressed(update) is None


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": 7, "message": "nonsense"},
        {"update_id": 7, "message": {}},
        {"update_id": 7, "message": {"chat": {"id": "x", "type": "private"}, "text": "y"}},
        {"update_id": 7, "message": {"chat": CHAT, "location": {"latitude": None, "longitude": 1}}},
        {"update_id": 7, "callback_query": {"data": "1:next"}},
        {"update_id": 7, "my_chat_member": []},
    ],
)
async def test_a_shape_that_cannot_be_read_is_refused_and_not_guessed(update: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
        addressed(update)
