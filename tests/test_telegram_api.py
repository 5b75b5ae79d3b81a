"""The wire to Telegram: what comes back, what each failure means, and that the token stays secret."""

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from telegram import Bot, BotCommand, InputFile
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.doors.delivery import seconds_of
from bot.doors.telegram_api import LeanRequest, NotSent, TelegramApi

TOKEN = "123456789:AAsecret-Token_of-the_bot"
SECRET = "AAsecret"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def server(handler: Handler) -> AsyncIterator[str]:
    """A little HTTP server that treats every request alike; yields its address."""
    runner = web.ServerRunner(web.Server(handler, access_log=None), shutdown_timeout=0.05)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def telegram(handler: Handler) -> AsyncIterator[TelegramApi]:
    async with server(handler) as address:
        api = TelegramApi(TOKEN, address)
        try:
            yield api
        finally:
            await api.close()


def answering(status: int, body: dict[str, Any] | str) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        if isinstance(body, str):
            text = body.replace("PATH", request.path)
            return web.Response(status=status, text=text, content_type="text/html")
        return web.json_response(body, status=status)

    return handle


def refusing(status: int, description: str, **parameters: Any) -> Handler:
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    return answering(status, {**body, "parameters": parameters} if parameters else body)


async def hang_up(request: web.Request) -> web.StreamResponse:
    await request.read()
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def stop_half_way(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"ok": true, "res')
    assert request.transport is not None
    request.transport.close()
    return response


async def never_answer(request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(60)
    return web.Response()


async def failure(api: TelegramApi, **more: Any) -> TelegramError:
    with pytest.raises(TelegramError) as caught:
        await api.call("sendMessage", {"chat_id": 1, "text": "words"}, **more)
    return caught.value


# What goes and what comes


async def test_a_call_sends_json_and_returns_the_result() -> None:
    seen: list[tuple[str, str, Any]] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        seen.append((request.path, request.content_type, await request.json()))
        return web.json_response({"ok": True, "result": {"message_id": 7}})

    params = {"chat_id": 1, "text": "grün", "reply_markup": {"inline_keyboard": []}, "silent": True}
    async with telegram(handle) as api:
        assert await api.call("sendMessage", params) == {"message_id": 7}
    assert seen == [(f"/bot{TOKEN}/sendMessage", "application/json", params)]


async def test_a_file_goes_as_a_form_with_its_name() -> None:
    seen: dict[str, Any] = {}

    async def handle(request: web.Request) -> web.StreamResponse:
        for name, value in (await request.post()).items():
            seen[name] = value if isinstance(value, str) else (value.filename, value.file.read())
        return web.json_response({"ok": True, "result": True})

    params = {"chat_id": 1, "caption": "<b>Card</b>", "reply_markup": {"inline_keyboard": [[]]}}
    async with telegram(handle) as api:
        assert await api.call("sendDocument", params, {"document": ("massage-card.pdf", b"%PDF-1")}) is True
    assert seen == {
        "chat_id": "1",
        "caption": "<b>Card</b>",
        "reply_markup": '{"inline_keyboard":[[]]}',
        "document": ("massage-card.pdf", b"%PDF-1"),
    }


async def test_ptbs_own_methods_work_through_the_lean_request() -> None:
    seen: dict[str, Any] = {}

    async def handle(request: web.Request) -> web.StreamResponse:
        method = request.path.rsplit("/", 1)[1]
        is_form = request.content_type.startswith("multipart")
        seen[method] = dict(await request.post()) if is_form else await request.json()
        results: dict[str, Any] = {
            "getMe": {"id": 5, "is_bot": True, "first_name": "Guide", "username": "guide_bot"},
            "sendDocument": {"message_id": 3, "date": 0, "chat": {"id": 1, "type": "private"}},
            "getUpdates": [],
        }
        return web.json_response({"ok": True, "result": results.get(method, True)})

    async with server(handle) as address:
        bot = Bot(TOKEN, base_url=f"{address}/bot", request=LeanRequest(), get_updates_request=LeanRequest())
        async with bot:
            assert bot.username == "guide_bot"
            assert await bot.set_my_commands([BotCommand("menu", "The menu")], language_code="en")
            assert await bot.get_updates(offset=4, timeout=1) == ()
            message = await bot.send_document(1, InputFile(b"%PDF", "card.pdf"), caption="Card")
    assert message.message_id == 3
    assert seen["setMyCommands"] == {
        "commands": [{"command": "menu", "description": "The menu"}],
        "language_code": "en",
    }
    assert seen["getUpdates"]["offset"] == 4
    assert seen["sendDocument"]["document"].filename == "card.pdf"
    assert seen["sendDocument"]["caption"] == "Card"


async def test_a_downloaded_file_comes_as_bytes() -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        assert request.method == "GET"
        return web.Response(body=b"\x00picture")

    async with server(handle) as address, LeanRequest() as request:
        assert await request.retrieve(f"{address}/file/bot{TOKEN}/photos/1.jpg") == b"\x00picture"


# What each refusal means


@pytest.mark.parametrize(
    ("handler", "kind"),
    [
        (refusing(400, "Bad Request: chat not found"), BadRequest),
        (refusing(401, "Unauthorized"), InvalidToken),
        (refusing(403, "Forbidden: bot was blocked by the user"), Forbidden),
        (refusing(404, "Not Found"), InvalidToken),
        (refusing(409, "Conflict: terminated by other getUpdates request"), Conflict),
        (refusing(400, "Bad Request: group upgraded", migrate_to_chat_id=-1001), ChatMigrated),
        (answering(413, "<h1>Request Entity Too Large</h1>"), BadRequest),
    ],
)
async def test_refusals_come_as_ptbs_errors(handler: Handler, kind: type[TelegramError]) -> None:
    async with telegram(handler) as api:
        assert type(await failure(api)) is kind


@pytest.mark.parametrize(
    ("handler", "seconds"),
    [
        (refusing(429, "Too Many Requests: retry after 17", retry_after=17), 17),
        (answering(429, "<h1>slow down, says a proxy</h1>"), 5),
    ],
)
async def test_a_429_says_how_long_to_wait(handler: Handler, seconds: float) -> None:
    async with telegram(handler) as api:
        error = await failure(api)
        assert isinstance(error, RetryAfter)
        assert seconds_of(error) == seconds


@pytest.mark.parametrize(
    "handler",
    [
        refusing(500, "Internal Server Error"),
        answering(502, "<html>Bad Gateway</html>"),
        answering(504, "<html>Gateway Time-out</html>"),
        answering(200, "<html>Welcome to the hotel's network</html>"),
        answering(200, {}),
        answering(302, ""),
        hang_up,
        stop_half_way,
    ],
)
async def test_what_may_have_arrived_is_never_said_to_be_unsent(handler: Handler) -> None:
    async with telegram(handler) as api:
        error = await failure(api)
        assert isinstance(error, NetworkError)
        assert not isinstance(error, NotSent | BadRequest)


async def test_an_answer_that_takes_too_long_is_a_time_out() -> None:
    async with telegram(never_answer) as api:
        assert type(await failure(api, timeout=0.05)) is TimedOut


async def test_no_connection_means_surely_not_sent() -> None:
    async with server(hang_up) as address:
        gone = address
    api = TelegramApi(TOKEN, gone)
    assert isinstance(await failure(api), NotSent)
    await api.close()


@pytest.mark.parametrize("address", ["http://", "not an address", "ftp://example.org"])
async def test_a_malformed_address_means_surely_not_sent(address: str) -> None:
    api = TelegramApi(TOKEN, address)
    error = await failure(api)
    assert isinstance(error, NotSent)
    assert SECRET not in everything_about(error)
    await api.close()


class NoNames(aiohttp.abc.AbstractResolver):
    """A resolver that knows no host."""

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[Any]:
        raise OSError(-2, "Name or service not known")

    async def close(self) -> None:
        return None


async def test_an_unknown_host_means_surely_not_sent() -> None:
    request = LeanRequest(connector=lambda: aiohttp.TCPConnector(resolver=NoNames()))
    api = TelegramApi(TOKEN, "http://bot-api.example", request)
    error = await failure(api)
    assert isinstance(error, NotSent)
    assert "Name or service not known" in str(error)
    await api.close()


async def test_after_closing_nothing_is_sent() -> None:
    async with telegram(answering(200, {"ok": True, "result": True})) as api:
        assert await api.call("getMe", {}) is True
        await api.close()
        assert isinstance(await failure(api), NotSent)


async def test_a_redirect_does_not_carry_the_token_elsewhere() -> None:
    visits: list[str] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        visits.append(request.path)
        raise web.HTTPTemporaryRedirect("/elsewhere")

    async with telegram(handle) as api:
        await failure(api)
    assert visits == [f"/bot{TOKEN}/sendMessage"]


# The token


def everything_about(error: BaseException | None) -> str:
    """All that a log could show of an error and of what led to it."""
    told = []
    while error is not None:
        told += [
            str(error),
            repr(error),
            repr(error.args),
            repr(vars(error) if hasattr(error, "__dict__") else ""),
        ]
        told += traceback.format_exception(error)
        error = error.__cause__ or error.__context__
    return "\n".join(told)


@pytest.fixture
def all_logs(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        yield caplog


@pytest.mark.parametrize(
    "handler",
    [
        answering(404, "<p>The requested URL PATH was not found on this server.</p>"),
        answering(502, "upstream for PATH is down"),
        answering(404, {"ok": False, "description": f"no route to /bot{TOKEN}/sendMessage"}),
        answering(404, {"ok": False, "description": "no route to /bot123456789%3AAAsecret-Token_of-the_bot/"}),
        answering(400, {"ok": False, "description": "x", "parameters": {"path": f"/bot{TOKEN}/x"}}),
        answering(200, "Welcome. You asked for PATH"),
        refusing(401, "Unauthorized"),
        refusing(429, "Too Many Requests", retry_after=3),
        answering(302, "PATH"),
        hang_up,
        stop_half_way,
        never_answer,
    ],
)
async def test_the_token_is_in_no_error_and_no_log_line(handler: Handler, all_logs: pytest.LogCaptureFixture) -> None:
    async with telegram(handler) as api:
        assert SECRET not in everything_about(await failure(api, timeout=0.05))
    assert SECRET not in all_logs.text


async def test_the_token_is_in_no_error_when_telegram_is_out_of_reach(
    all_logs: pytest.LogCaptureFixture,
) -> None:
    async with server(hang_up) as address:
        gone = address
    api = TelegramApi(TOKEN, gone)
    assert SECRET not in everything_about(await failure(api))
    assert SECRET not in all_logs.text
    await api.close()


async def test_the_token_is_in_no_error_when_connecting_takes_too_long() -> None:
    async def wait_for_ever(*_: Any, **__: Any) -> Any:
        await asyncio.sleep(60)

    connector = aiohttp.TCPConnector()
    connector._create_connection = wait_for_ever  # type: ignore[method-assign]
    request = LeanRequest(connector=lambda: connector)
    with pytest.raises(NotSent) as caught:
        await request.post(f"http://example.org/bot{TOKEN}/getMe", connect_timeout=0.05)
    assert SECRET not in everything_about(caught.value)
    await request.shutdown()


def test_the_token_is_not_shown_by_the_api_itself() -> None:
    api = TelegramApi(TOKEN)
    assert SECRET not in f"{api} {api!r}"
