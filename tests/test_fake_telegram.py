"""What Telegram does, as far as our fake of it promises to do the same."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import Forbidden, NetworkError, RetryAfter

from tests.fake_telegram import ALWAYS, FakeTelegram, Message, Press, Sent, User

ADA, BEN, GROUP, CHANNEL = 42, 43, -1001234567890, -1009876543210
YES_NO = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}, {"text": "No", "callback_data": "n"}]]}
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (800).to_bytes(4) + (600).to_bytes(4) + b"\x08\x06\x00\x00\x00"
KINDS = "sticker voice video document audio video_note animation location venue contact poll dice game story"

Reply = tuple[int, dict[str, Any]]
Asking = Coroutine[Any, Any, Reply]
Call = Callable[..., Asking]


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as telegram:
        yield telegram


@pytest.fixture
async def ada(telegram: FakeTelegram) -> User:
    return telegram.user(ADA)


@pytest.fixture
async def call(telegram: FakeTelegram) -> AsyncIterator[Call]:
    """One call as a bot makes it: status and JSON."""
    async with aiohttp.ClientSession(f"{telegram.url}/bot{telegram.token}/") as session:

        async def call(method: str, **params: Any) -> Reply:
            async with session.post(method, json=params) as answer:
                return answer.status, await answer.json()

        yield call


def png(width: int, height: int) -> bytes:
    return PNG[:16] + width.to_bytes(4) + height.to_bytes(4) + PNG[24:]


async def texts(call: Call, **params: Any) -> list[str]:
    """What a poll brings."""
    _, got = await call("getUpdates", **params)
    return [update["message"]["text"] for update in got["result"]]


async def why(answer: Asking | asyncio.Task[Reply]) -> str:
    """The reason for a refusal."""
    _, body = await answer
    assert not body["ok"], body
    return str(body["description"])


# Updates.


async def test_an_update_comes_again_until_a_higher_offset_confirms_it(ada: User, call: Call) -> None:
    first, second = ada.sends("one"), ada.sends("two")
    assert first.update_id and second.update_id == first.update_id + 1
    assert await texts(call) == await texts(call, offset=first.update_id) == ["one", "two"]
    assert await texts(call, offset=second.update_id) == ["two"]
    assert await texts(call) == ["two"]
    assert await texts(call, offset=second.update_id + 1) == []


async def test_a_waiting_poll_gets_what_is_written_meanwhile(telegram: FakeTelegram, ada: User, call: Call) -> None:
    poll = asyncio.create_task(texts(call, timeout=20))
    await telegram.wait_until(lambda: telegram.updates.polling)
    ada.sends("at last")
    assert await poll == ["at last"]


async def test_a_negative_offset_keeps_only_the_newest(ada: User, call: Call) -> None:
    for text in ("one", "two", "three"):
        ada.sends(text)
    assert await texts(call, offset=-1) == ["three"]
    assert await texts(call) == ["three"]


async def test_a_batch_has_at_most_a_hundred_updates_or_fewer_when_asked(ada: User, call: Call) -> None:
    for number in range(120):
        ada.sends(str(number))
    assert len(await texts(call)) == len(await texts(call, limit=500)) == 100
    assert await texts(call, limit=2) == ["0", "1"]


async def test_a_second_poll_ends_the_first_with_409(telegram: FakeTelegram, ada: User, call: Call) -> None:
    first = asyncio.create_task(call("getUpdates", timeout=20))
    await telegram.wait_until(lambda: telegram.updates.polling)
    second = asyncio.create_task(texts(call, timeout=20))
    assert await first == (
        409,
        {
            "ok": False,
            "error_code": 409,
            "description": "Conflict: terminated by other getUpdates request; "
            "make sure that only one bot instance is running",
        },
    )
    ada.sends("hello")
    assert await second == ["hello"]


async def test_allowed_updates_stay_until_others_are_given(ada: User, call: Call) -> None:
    ada.sends("queued before")
    await call("getUpdates", allowed_updates=["callback_query"])
    assert ada.sends("not wanted").update_id is None
    await call("getUpdates")
    assert ada.sends("still not wanted").update_id is None
    assert await texts(call, allowed_updates=[]) == ["queued before"]
    assert ada.sends("wanted again").update_id


async def test_messages_wait_a_day_and_presses_150_seconds(telegram: FakeTelegram, ada: User, call: Call) -> None:
    await call("sendMessage", chat_id=ADA, text="?", reply_markup=YES_NO)
    ada.presses("Yes")
    ada.sends("hello")
    telegram.clock.shift(149)
    assert len(telegram.pending) == 2
    telegram.clock.shift(2)
    assert await texts(call) == ["hello"]
    telegram.clock.shift(24 * 3600)
    assert telegram.pending == []


async def test_an_offset_from_before_the_ids_began_anew_loses_nothing(
    telegram: FakeTelegram, ada: User, call: Call
) -> None:
    before = ada.sends("last week").update_id or 0
    assert await texts(call, offset=before + 1) == []
    telegram.next_update_id(before - 250_000_000)
    ada.sends("today")
    assert await texts(call, offset=before + 1) == ["today"]
    assert await texts(call, offset=before - 250_000_000 + 1) == []


async def test_the_same_update_can_come_twice(telegram: FakeTelegram, ada: User, call: Call) -> None:
    sent = ada.sends("once")
    assert await texts(call, offset=(sent.update_id or 0) + 1) == []
    assert telegram.redelivers(sent.update_id) == sent.update_id
    assert await texts(call, offset=(sent.update_id or 0) + 1) == ["once"]
    assert await texts(call) == []


async def test_a_poll_whose_bot_was_killed_takes_nothing_with_it(telegram: FakeTelegram, ada: User, call: Call) -> None:
    ada.sends("once")
    assert await texts(call) == ["once"]
    dying = asyncio.create_task(call("getUpdates", offset=telegram.updates.next_id, timeout=20))
    await telegram.wait_until(lambda: telegram.updates.polling)
    dying.cancel()
    await telegram.wait_until(lambda: not telegram.updates.polling)
    telegram.redelivers()
    assert await texts(call) == ["once"]


async def test_malformed_updates_come_as_they_are(telegram: FakeTelegram, ada: User, call: Call) -> None:
    bad = telegram.injects({"message": {"date": "yesterday"}})
    telegram.injects({"update_id": "x", "message": []})
    _, got = await call("getUpdates")
    assert got["result"] == [
        {"update_id": bad, "message": {"date": "yesterday"}},
        {"update_id": "x", "message": []},
    ]


async def test_polling_is_refused_while_a_webhook_is_set(telegram: FakeTelegram, ada: User, call: Call) -> None:
    poll = asyncio.create_task(call("getUpdates", timeout=20))
    await telegram.wait_until(lambda: telegram.updates.polling)
    await call("setWebhook", url="https://bot.example/hook", secret_token="s3cret_-")
    assert await why(poll) == "Conflict: terminated by setWebhook request"
    assert "while webhook is active; use deleteWebhook" in await why(call("getUpdates"))
    ada.sends("hello")
    _, info = await call("getWebhookInfo")
    assert info["result"]["url"] == "https://bot.example/hook"
    assert info["result"]["pending_update_count"] == 1
    await call("deleteWebhook", drop_pending_updates=True)
    assert await texts(call) == []
    assert "HTTPS" in await why(call("setWebhook", url="http://bot.example"))


# Calls.


@pytest.mark.parametrize(
    ("path", "code", "reason"),
    [
        ("bot100200300:AAFanotherTokenThatLooksAlmostRight0/getMe", 401, "Unauthorized"),
        ("botnonsense/getMe", 404, "Not Found"),
        ("bot{token}/sendMesage", 404, "Not Found: method not found"),
        ("elsewhere", 404, "Not Found"),
    ],
)
async def test_only_the_right_address_is_let_in(telegram: FakeTelegram, path: str, code: int, reason: str) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{telegram.url}/{path.format(token=telegram.token)}") as answer,
    ):
        assert answer.status == code
        assert await answer.json() == {"ok": False, "error_code": code, "description": reason}


@pytest.mark.parametrize("how", ["query", "json", "form", "multipart"])
async def test_a_call_may_be_written_in_four_ways(telegram: FakeTelegram, ada: User, how: str) -> None:
    plain = {"chat_id": str(ADA), "text": "¿sí & no?", "disable_notification": "true"}
    params = plain | {"reply_markup": json.dumps(YES_NO)}
    parts = aiohttp.FormData(params, default_to_multipart=True)
    bodies: dict[str, Any] = {
        "query": {"params": params},
        "json": {
            "json": {
                "chat_id": ADA,
                "text": "¿sí & no?",
                "disable_notification": True,
                "reply_markup": YES_NO,
            }
        },
        "form": {"data": params},
        "multipart": {"data": parts},
    }
    async with aiohttp.ClientSession() as session:
        ask = session.get if how == "query" else session.post
        async with ask(f"{telegram.url}/bot{telegram.token}/sendMessage", **bodies[how]) as answer:
            assert (await answer.json())["ok"], await answer.text()
    [message] = ada.messages
    assert (message.text, message.silent, message.keyboard) == ("¿sí & no?", True, [["Yes", "No"]])


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"txt": "hi"}, '"txt" does not exist'),
        ({"text": 7}, '"text" must be a String'),
        ({"disable_notification": "yes"}, '"disable_notification" must be a Boolean'),
        ({"chat_id": "Ada"}, '"chat_id" must be an Integer'),
        ({"reply_parameters": {"message": 1}}, 'ReplyParameters: "message" does not exist'),
        ({"message_thread_id": 3}, '"message_thread_id" is real but not modelled'),
        ({"text": None}, '"text" must be a String'),
        ({"chat_id": 777}, "chat not found"),
        ({"text": ""}, "message text is empty"),
        ({"text": "  \n "}, "text must be non-empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "😊" * 2049}, "message is too long"),
        ({"text": "*x*", "parse_mode": "Fancy"}, "unsupported parse_mode"),
        ({"reply_parameters": {"message_id": 99}}, "message to be replied not found"),
    ],
)
async def test_a_message_that_breaks_a_rule_is_refused(
    ada: User, call: Call, params: dict[str, Any], reason: str
) -> None:
    status, _ = await call("sendMessage", **{"chat_id": ADA, "text": "hi", **params})
    assert status == 400
    assert reason in await why(call("sendMessage", **{"chat_id": ADA, "text": "hi", **params}))
    assert ada.messages == []


async def test_a_missing_parameter_is_named(call: Call) -> None:
    assert await why(call("sendMessage", text="hi")) == "Bad Request: chat_id is empty"
    assert await why(call("deleteMessage", chat_id=ADA)) == "Bad Request: message identifier is not specified"
    assert await why(call("setMyCommands")) == 'Bad Request: parameter "commands" is required'


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("<b>open", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b>ä<i>x</b></i>", 'Unmatched end tag at byte offset 9, expected "</i>", found "</b>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<p>x</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("4 < 5", 'Unsupported start tag "" at byte offset 2'),
        ("ends <b", "Unclosed start tag at byte offset 5"),
        ("bread & butter", 'Unescaped "&" at byte offset 6'),
        ("a &nbsp; b", 'Unescaped "&" at byte offset 2'),
        ('<tg-time unix="5" format="Y">x</tg-time>', "Invalid date format used"),
    ],
)
async def test_html_that_cannot_be_parsed_is_refused(ada: User, call: Call, html: str, reason: str) -> None:
    said = await why(call("sendMessage", chat_id=ADA, text=html, parse_mode="HTML"))
    assert said.startswith(f"Bad Request: can't parse entities: {reason}")


@pytest.mark.parametrize(
    "html",
    [
        '<a href="not a link">x</a>',
        '<b class="x">x</b>',
        "<code>a <b>b</b></code>",
        "<blockquote>a<blockquote>b</blockquote></blockquote>",
        '<tg-time format="d">x</tg-time>',
    ],
)
async def test_html_that_telegram_would_bend_in_silence_is_refused_too(ada: User, call: Call, html: str) -> None:
    assert "stricter than Telegram" in await why(call("sendMessage", chat_id=ADA, text=html, parse_mode="HTML"))


async def test_html_becomes_plain_words_with_places_counted_in_utf16(ada: User, call: Call) -> None:
    html = (
        '😊 <b>bold <i>both</i></b> &lt;3 <a href="https://a.example/?a=1&amp;b=2">link</a>\n'
        '<blockquote expandable>long</blockquote><pre><code class="language-python">x=1</code></pre>'
        '<tg-time unix="1764000000" format="wdt">soon</tg-time> '
    )
    _, answer = await call("sendMessage", chat_id=ADA, text=html, parse_mode="HTML")
    assert answer["result"]["text"] == ada.messages[0].text == "😊 bold both <3 link\nlongx=1soon"
    assert ada.messages[0].html == html
    assert answer["result"]["entities"] == [
        {"offset": 3, "length": 9, "type": "bold"},
        {"offset": 8, "length": 4, "type": "italic"},
        {"offset": 16, "length": 4, "type": "text_link", "url": "https://a.example/?a=1&b=2"},
        {"offset": 21, "length": 4, "type": "expandable_blockquote"},
        {"offset": 25, "length": 3, "type": "pre", "language": "python"},
        {"offset": 28, "length": 4, "type": "date_time", "unix_time": 1764000000, "date_time_format": "wdt"},
    ]


async def test_only_what_people_read_counts_for_the_length(ada: User, call: Call) -> None:
    _, answer = await call("sendMessage", chat_id=ADA, text="<b>&lt;</b>" * 90 + "x" * 4006, parse_mode="HTML")
    assert answer["ok"]
    assert len(ada.messages[0].text) == 4096


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([[{"text": "x", "callback_data": "é" * 33}]], "BUTTON_DATA_INVALID"),
        ([[{"text": "x", "callback_data": ""}]], "Text buttons are unallowed in the inline keyboard"),
        ([[{"text": " ", "callback_data": "x"}]], "inline keyboard button text must be non-empty"),
        ([[{"text": "x", "callback_data": "x", "url": "https://a.example"}]], "does several things"),
        ([[{"text": "x", "copy_text": {"text": "y" * 257}}]], "BUTTON_COPY_TEXT_INVALID"),
        ([[{"text": "x", "callback_data": "x", "style": "pink"}]], "must be one of primary, success, danger"),
        ([[{"text": "x", "calback_data": "x"}]], '"calback_data" does not exist'),
        ([[{"text": "x", "callback_data": "x"}] * 9], "a row has 1-8 buttons, not 9"),
        ([[{"text": "x", "callback_data": "x"}] * 8] * 13, "reply markup is too long"),
        ([{"text": "x", "callback_data": "x"}], "must be an Array of buttons"),
    ],
)
async def test_a_keyboard_that_breaks_a_rule_is_refused(ada: User, call: Call, rows: list[Any], reason: str) -> None:
    keyboard = {"inline_keyboard": rows}
    assert reason in await why(call("sendMessage", chat_id=ADA, text="?", reply_markup=keyboard))


async def test_a_picture_must_be_one_and_not_too_large(telegram: FakeTelegram, ada: User) -> None:
    async def send(content: bytes, caption: str = "") -> dict[str, Any]:
        parts = aiohttp.FormData({"chat_id": str(ADA), "caption": caption})
        parts.add_field("photo", content, filename="card.png", content_type="image/png")
        address = f"{telegram.url}/bot{telegram.token}/sendPhoto"
        async with aiohttp.ClientSession() as session, session.post(address, data=parts) as answer:
            body: dict[str, Any] = await answer.json()
            return body

    sent = await send(PNG, "Your card")
    assert (ada.messages[0].text, ada.messages[0].kind, ada.messages[0].file) == ("Your card", "photo", PNG)
    size = sent["result"]["photo"][-1]
    assert (size["width"], size["height"], size["file_size"]) == (800, 600, len(PNG))
    assert "too big for a photo" in (await send(PNG + bytes(10 * 2**20)))["description"]
    assert (await send(b"no picture"))["description"] == "Bad Request: IMAGE_PROCESS_FAILED"
    assert (await send(png(9000, 1001)))["description"] == "Bad Request: PHOTO_INVALID_DIMENSIONS"
    assert (await send(png(2100, 100)))["description"] == "Bad Request: PHOTO_INVALID_DIMENSIONS"
    assert (await send(PNG, "x" * 1025))["description"] == "Bad Request: message caption is too long"


# Changing messages.


async def test_a_message_can_be_edited_but_not_into_itself(ada: User, call: Call) -> None:
    await call("sendMessage", chat_id=ADA, text="one", reply_markup=YES_NO)
    [message] = ada.messages
    edit = {"chat_id": ADA, "message_id": message.message_id}
    assert (await call("editMessageText", **edit, text="two", reply_markup=YES_NO))[0] == 200
    assert (message.text, message.edits, message.keyboard) == ("two", ["one"], [["Yes", "No"]])
    again = await why(call("editMessageText", **edit, text="two", reply_markup=YES_NO))
    assert again.startswith("Bad Request: message is not modified: specified new message content and reply markup")
    assert (await call("editMessageReplyMarkup", **edit))[0] == 200
    assert message.keyboard == [] and message.keyboards[-1][0][0].label == "Yes"
    assert "not modified" in await why(call("editMessageReplyMarkup", **edit))


async def test_other_peoples_and_missing_messages_cannot_be_edited(ada: User, call: Call) -> None:
    own = ada.sends("mine").message_id
    edit = {"chat_id": ADA, "text": "changed"}
    assert await why(call("editMessageText", **edit, message_id=own)) == "Bad Request: message can't be edited"
    missing = await why(call("editMessageText", **edit, message_id=999))
    assert missing == "Bad Request: message to edit not found"


async def test_a_text_can_turn_into_a_picture_by_a_known_file(telegram: FakeTelegram, ada: User, call: Call) -> None:
    file_id = telegram.keep_file("photo", PNG, "map.png")
    await call("sendMessage", chat_id=ADA, text="drawing…")
    [message] = ada.messages
    media = {"type": "photo", "media": file_id, "caption": "<b>Map</b>", "parse_mode": "HTML"}
    edit = {"chat_id": ADA, "message_id": message.message_id}
    _, answer = await call("editMessageMedia", **edit, media=media)
    assert (message.kind, message.text, message.file) == ("photo", "Map", PNG)
    assert "text" not in answer["result"] and answer["result"]["photo"][-1]["file_id"] == file_id
    assert "not modified" in await why(call("editMessageMedia", **edit, media=media))
    assert "there is no text" in await why(call("editMessageText", **edit, text="x"))
    as_document = await why(call("sendDocument", chat_id=ADA, document=file_id))
    assert as_document == "Bad Request: can't use file of type Photo as Document"


async def test_a_message_can_be_deleted_for_two_days(telegram: FakeTelegram, ada: User, call: Call) -> None:
    for text in ("one", "two"):
        await call("sendMessage", chat_id=ADA, text=text)
    one, two = (message.message_id for message in ada.messages)
    assert (await call("deleteMessage", chat_id=ADA, message_id=one))[0] == 200
    assert [message.text for message in ada.messages] == ["two"]
    assert "to delete not found" in await why(call("deleteMessage", chat_id=ADA, message_id=one))
    telegram.clock.shift(49 * 3600)
    assert "can't be deleted" in await why(call("deleteMessage", chat_id=ADA, message_id=two))


# Presses.


async def test_a_press_is_answered_once_and_in_time(telegram: FakeTelegram, ada: User, call: Call) -> None:
    await call("sendMessage", chat_id=ADA, text="?", reply_markup=YES_NO)
    press, late = ada.presses("Yes"), ada.presses("No")
    assert isinstance(press, Press) and isinstance(late, Press)
    [update, _] = telegram.pending
    assert update["callback_query"]["data"] == "y"
    assert update["callback_query"]["message"]["text"] == "?"
    answer = {"callback_query_id": press.query_id, "text": "Noted", "show_alert": True}
    assert "MESSAGE_TOO_LONG" in await why(call("answerCallbackQuery", **answer | {"text": "x" * 201}))
    assert (await call("answerCallbackQuery", **answer))[0] == 200
    assert [(toast.text, toast.alert) for toast in ada.toasts] == [("Noted", True)]
    old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert await why(call("answerCallbackQuery", **answer)) == old
    telegram.clock.shift(60)
    assert await why(call("answerCallbackQuery", callback_query_id=late.query_id)) == old


async def test_old_and_deleted_keyboards_can_still_be_pressed(telegram: FakeTelegram, ada: User, call: Call) -> None:
    await call("sendMessage", chat_id=ADA, text="?", reply_markup=YES_NO)
    [message] = ada.messages
    await call("editMessageReplyMarkup", chat_id=ADA, message_id=message.message_id)
    with pytest.raises(AssertionError, match="no button 'Yes'"):
        ada.presses(message, "Yes")
    ada.presses(message, "Yes", old=True)
    await call("deleteMessage", chat_id=ADA, message_id=message.message_id)
    ada.presses(message, data="forged")
    first, second = (update["callback_query"] for update in telegram.pending)
    assert (first["data"], second["data"]) == ("y", "forged")
    assert second["message"]["date"] == 0


async def test_a_label_of_the_reply_keyboard_is_sent_as_words(telegram: FakeTelegram, ada: User, call: Call) -> None:
    keyboard = {"keyboard": [["Later", {"text": "Here I am", "request_location": True}]]}
    await call("sendMessage", chat_id=ADA, text="Where?", reply_markup=keyboard)
    assert isinstance(ada.presses("Later"), Sent)
    assert telegram.pending[0]["message"]["text"] == "Later"


# People.


async def test_who_blocked_the_bot_or_left_gets_nothing(telegram: FakeTelegram, ada: User, call: Call) -> None:
    ada.blocks_bot()
    assert telegram.pending[0]["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    status, body = await call("sendMessage", chat_id=ADA, text="hi")
    assert (status, body["description"]) == (403, "Forbidden: bot was blocked by the user")
    ada.unblocks_bot()
    assert (await call("sendMessage", chat_id=ADA, text="hi"))[0] == 200
    ada.deactivates()
    assert await why(call("sendMessage", chat_id=ADA, text="hi")) == "Forbidden: user is deactivated"
    telegram.user(BEN, stranger=True)
    assert await why(call("sendMessage", chat_id=BEN, text="hi")) == "Bad Request: chat not found"
    telegram.user(BEN).sends("hello")
    assert (await call("sendMessage", chat_id=BEN, text="hi"))[0] == 200


async def test_updates_look_like_telegrams(telegram: FakeTelegram, ada: User) -> None:
    telegram.clock.set(1_800_000_000)
    ada.sends_start("card_7")
    [update] = telegram.pending
    assert update == {
        "update_id": update["update_id"],
        "message": {
            "message_id": 1,
            "from": {"id": ADA, "is_bot": False, "first_name": "Ada", "language_code": "en"},
            "chat": {"id": ADA, "first_name": "Ada", "type": "private"},
            "date": 1_800_000_000,
            "text": "/start card_7",
            "entities": [{"offset": 0, "length": 6, "type": "bot_command"}],
        },
    }


async def test_everything_a_phone_can_send_is_known_to_the_library(telegram: FakeTelegram, ada: User) -> None:
    ada.edits(ada.sends("😊 see https://a.example #now"), "never mind")
    ada.edits(ada.sends_photo("a caption"), "another caption")
    ada.forwards("somebody else's words")
    for kind in KINDS.split():
        getattr(ada, f"sends_{kind}")()
    ada.blocks_bot()
    telegram.user(BEN).writes_in(telegram.group(GROUP), "in a group")
    telegram.group(GROUP).adds_bot(ada)
    telegram.channel(CHANNEL).posts("news")
    parsed = [Update.de_json(raw, None) for raw in telegram.pending]
    assert len(parsed) == 24
    for update in parsed:
        assert not update.api_kwargs
        assert update.effective_message is None or not update.effective_message.api_kwargs
    edited = [update.edited_message for update in parsed if update.edited_message]
    assert [message.text or message.caption for message in edited] == ["never mind", "another caption"]


async def test_a_file_somebody_sent_can_be_fetched(telegram: FakeTelegram, ada: User, call: Call) -> None:
    ada.sends_document(content=b"a letter")
    file_id = telegram.pending[0]["message"]["document"]["file_id"]
    _, got = await call("getFile", file_id=file_id)
    address = f"{telegram.url}/file/bot{telegram.token}/{got['result']['file_path']}"
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        assert await answer.read() == b"a letter"
    assert await why(call("getFile", file_id="nothing")) == "Bad Request: invalid file_id"


async def test_a_person_hears_new_and_edited_messages(ada: User, call: Call) -> None:
    waiting = asyncio.create_task(ada.hears("two", within=5))
    await call("sendMessage", chat_id=ADA, text="one")
    [message] = ada.messages
    await call("editMessageText", chat_id=ADA, message_id=message.message_id, text="now two")
    assert await waiting is message
    with pytest.raises(AssertionError, match=r"Heard 0 of 1 × 'two'.*\n.*'now two'"):
        await ada.hears("two", within=0.01)


# What goes wrong.


async def test_too_many_requests_name_the_seconds_to_wait(telegram: FakeTelegram, ada: User, call: Call) -> None:
    telegram.faults.too_many(retry_after=7, times=2, chat=ADA)
    telegram.user(BEN)
    assert (await call("sendMessage", chat_id=BEN, text="hi"))[0] == 200
    for _ in range(2):
        status, body = await call("sendMessage", chat_id=ADA, text="hi")
        assert (status, body["parameters"]) == (429, {"retry_after": 7})
        assert body["description"] == "Too Many Requests: retry after 7"
    assert (await call("sendMessage", chat_id=ADA, text="hi"))[0] == 200
    assert [message.text for message in ada.messages] == ["hi"]


async def test_a_late_answer_leaves_the_message_delivered(telegram: FakeTelegram, ada: User, call: Call) -> None:
    telegram.faults.late(method="sendMessage")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(call("sendMessage", chat_id=ADA, text="hi"), 0.05)
    assert [message.text for message in ada.messages] == ["hi"]


@pytest.mark.parametrize("done", [False, True])
async def test_a_broken_connection_tells_nothing(telegram: FakeTelegram, ada: User, call: Call, done: bool) -> None:
    telegram.faults.dropped(done=done)
    with pytest.raises(aiohttp.ClientError):
        await call("sendMessage", chat_id=ADA, text="hi")
    assert len(ada.messages) == done


async def test_an_outage_refuses_connections_until_it_ends(telegram: FakeTelegram, ada: User, call: Call) -> None:
    poll = asyncio.create_task(call("getUpdates", timeout=20))
    await telegram.wait_until(lambda: telegram.updates.polling)
    await telegram.goes_down()
    with pytest.raises(aiohttp.ClientError):
        await poll
    with pytest.raises(aiohttp.ClientConnectorError):
        await call("sendMessage", chat_id=ADA, text="hi")
    ada.sends("are you there?")
    await telegram.comes_back()
    assert await texts(call) == ["are you there?"]


async def test_a_revoked_token_and_another_poller_stop_the_bot(telegram: FakeTelegram, call: Call) -> None:
    telegram.faults.conflict(seconds=30)
    assert (await call("getUpdates"))[0] == 409
    telegram.clock.shift(31)
    assert (await call("getUpdates"))[0] == 200
    telegram.faults.unauthorized()
    assert (await call("getUpdates"))[0] == (await call("getMe"))[0] == 401
    telegram.faults.clear()
    assert (await call("getMe"))[0] == 200


async def test_the_real_limits_hold_when_asked_for(telegram: FakeTelegram, ada: User, call: Call) -> None:
    telegram.limits.on = True
    telegram.clock.set(1_800_000_000)
    codes = [(await call("sendMessage", chat_id=ADA, text="hi"))[0] for _ in range(7)]
    assert codes == [200] * 5 + [429] * 2
    telegram.clock.shift(1.5)
    assert (await call("sendMessage", chat_id=ADA, text="hi"))[0] == 200


# What the bot says about itself.


async def test_commands_belong_to_a_scope_and_a_language(call: Call) -> None:
    commands = [{"command": "start", "description": "Begin"}]
    assert (await call("setMyCommands", commands=commands, language_code="de"))[0] == 200
    assert (await call("getMyCommands"))[1]["result"] == []
    assert (await call("getMyCommands", language_code="de"))[1]["result"] == commands
    await call("deleteMyCommands", language_code="de")
    assert (await call("getMyCommands", language_code="de"))[1]["result"] == []
    for wrong, reason in (
        ([{"command": "Start", "description": "x"}], "BOT_COMMAND_INVALID"),
        ([{"command": "start", "description": ""}], "command description must be non-empty"),
        ([{"command": "start"}], 'Can\'t find field "description"'),
        (commands * 101, "BOT_COMMANDS_TOO_MUCH"),
    ):
        assert reason in await why(call("setMyCommands", commands=wrong))


async def test_descriptions_names_and_menu_buttons_are_kept(call: Call) -> None:
    assert (await call("getMyName"))[1]["result"] == {"name": "Guide"}
    for name, longest in (("Description", 512), ("ShortDescription", 120), ("Name", 64)):
        field = {"Description": "description", "ShortDescription": "short_description", "Name": "name"}[name]
        assert (await call(f"setMy{name}", **{field: "x" * longest}))[0] == 200
        assert (await call(f"getMy{name}", language_code="es"))[1]["result"] == {field: "x" * longest}
        assert f"0-{longest} characters" in await why(call(f"setMy{name}", **{field: "x" * (longest + 1)}))
    await call("setChatMenuButton", menu_button={"type": "commands"})
    assert (await call("getChatMenuButton"))[1]["result"] == {"type": "commands"}


# The real library, and a process of its own.


async def test_the_real_library_finds_nothing_missing(telegram: FakeTelegram, ada: User) -> None:
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Yes", callback_data="y")]])
    async with Bot(telegram.token, f"{telegram.url}/bot", f"{telegram.url}/file/bot") as bot:
        assert (await bot.get_me()).username == "massage_guide_bot"
        message = await bot.send_message(ADA, "<b>Hi</b>", parse_mode="HTML", reply_markup=keyboard)
        assert message.text_html == "<b>Hi</b>"
        ada.presses("Yes")
        [update] = await bot.get_updates(timeout=0)
        assert update.callback_query and await bot.answer_callback_query(update.callback_query.id, "ok")
        edited = await bot.edit_message_text("Bye", ADA, message.message_id)
        assert isinstance(edited, type(message)) and edited.text == "Bye"
        await bot.send_photo(ADA, PNG, caption="a card")
        await bot.send_document(ADA, b"%PDF", filename="massage-card.pdf")
        await bot.set_my_commands([("start", "Begin")])
        assert [shown.file_name for shown in ada.messages[2:]] == ["massage-card.pdf"]
        telegram.faults.error(502)
        with pytest.raises(NetworkError, match="Bad Gateway"):
            await bot.send_message(ADA, "hi")
        telegram.faults.too_many(retry_after=5)
        with pytest.raises(RetryAfter):
            await bot.send_message(ADA, "hi")
        ada.blocks_bot()
        with pytest.raises(Forbidden):
            await bot.send_message(ADA, "hi")
    assert [call.params["text"] for call in telegram.calls_of("sendMessage")] == [
        "<b>Hi</b>",
        "hi",
        "hi",
        "hi",
    ]


async def test_it_runs_as_a_process_with_a_control_of_its_own() -> None:
    here = Path(__file__).parent.parent
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.fake_telegram", cwd=here, stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout
    url, control = [(await server.stdout.readline()).decode().strip() for _ in range(2)]
    try:
        async with aiohttp.ClientSession() as session:
            await _play(session, url, control)
    finally:
        server.terminate()
        assert await asyncio.wait_for(server.wait(), 10) == 0


async def _play(session: aiohttp.ClientSession, url: str, control: str) -> None:
    """Talk to the process as a bot and as people."""

    async def ask(act: str, **what: Any) -> Any:
        async with session.post(f"{control}/control/{act}", json=what) as answer:
            return await answer.json()

    async def look(what: str) -> Any:
        async with session.get(f"{control}/control/{what}") as answer:
            return await answer.json()

    bot = f"{url}/bot100200300:AAF4kE-t0k3n_for-tests_only-0123456789"
    await ask("many", acts=[["user_sends", {"user": user, "text": "hi"}] for user in (ADA, BEN)])
    assert [update["message"]["text"] for update in await look("pending")] == ["hi", "hi"]
    hearing = asyncio.create_task(ask("user_hears", user=ADA, containing="hello"))
    async with session.post(f"{bot}/sendMessage", json={"chat_id": ADA, "text": "hello", "reply_markup": YES_NO}):
        assert (await hearing)["keyboard"] == [["Yes", "No"]]
    assert (await ask("user_presses", user=ADA, label="Yes"))["data"] == "y"
    assert "no button" in (await ask("user_presses", user=ADA, label="Maybe"))["error"]
    await ask("fault", what="error", times=None, method="getMe")
    async with session.get(f"{bot}/getMe") as answer:
        assert answer.status == 500
    now = (await look("counts"))["now"]
    assert (await ask("clock", shift=25 * 3600))["now"] >= now + 25 * 3600
    await ask("outage", on=True)
    with pytest.raises(aiohttp.ClientConnectorError):
        await session.get(f"{bot}/getMe")
    await ask("outage", on=False)
    assert await look("pending") == []
    assert [call["method"] for call in await look("calls")] == ["sendMessage", "getMe"]
    assert [message["text"] for message in await look(f"messages?user={ADA}")] == ["hello"]


def test_what_lasts_lasts() -> None:
    telegram = FakeTelegram()
    telegram.faults.error(times=ALWAYS)
    assert all(telegram.faults.meet("sendMessage", ADA) for _ in range(1000))
    assert not telegram.faults.meet("getUpdates", None)
    assert isinstance(Message(ADA, 1, 0).as_json(), dict)
