"""The wires: Telegram's paths over HTTP in front of a World.

`<url>/bot<token>/<method>` takes GET and POST (JSON, form, multipart), `<url>/file/bot<token>/<path>` gives
files, `<url>/control/…` is the side of people for tests in another process (see `control`).
"""

import asyncio
import re
from contextlib import suppress
from typing import Any, Self
from urllib.parse import parse_qsl

import orjson
from aiohttp import web
from aiohttp.web_request import FileField

from . import control
from .errors import Refused, bad, no_such_method, not_found, server_error, unauthorized
from .faults import BAD_GATEWAY_PAGE, Fault
from .kinds import Upload
from .limits import UPLOAD_BYTES
from .methods import DOES, WAITS
from .rules import CANONICAL, checked
from .world import Call, World

BODY_AT_MOST = UPLOAD_BYTES + 2**20
JSON = {"Content-Type": "application/json"}
HTML = {"Content-Type": "text/html"}

_TOKEN = re.compile(r"[0-9]{3,}:[A-Za-z0-9_-]{30,}")


def _large_request(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
    return web.BaseRequest(
        message, payload, protocol, writer, task, asyncio.get_running_loop(), client_max_size=BODY_AT_MOST
    )


# A poll whose bot was killed ends with its connection, so that it takes no update into the void.
SERVING: dict[str, Any] = {
    "request_factory": _large_request,
    "handler_cancellation": True,
    "access_log": None,
}


class FakeTelegram(World):
    """Telegram for one bot on this machine: `async with FakeTelegram() as telegram`, then `telegram.url`.

    Also takes what World takes. Everything lives in memory and in this event loop: the side of people
    (`telegram.user(42).sends("hi")`) is called directly, without HTTP.
    Left out: the delivery of updates to a webhook (setWebhook is remembered, `pending` would be posted).
    """

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0, **about: Any) -> None:
        super().__init__(**about)
        self.host = host
        self.port = port
        self._web: web.Server | None = None
        self._listener: asyncio.Server | None = None
        self._stopping = asyncio.Event()

    # Coming up and going down.

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """The base of this Bot API server."""
        return f"http://{self.host}:{self.port}"

    async def start(self) -> None:
        """Listen; the port is known from now on. After `stop` everything is as it was left."""
        self._stopping.clear()
        self._web = web.Server(self.answer, **SERVING)
        await self.comes_back()

    async def stop(self) -> None:
        """Answer what is open and close every connection."""
        self._stopping.set()
        self.updates.stop_poll(server_error("Internal Server Error: restart"))
        if self._listener:
            self._listener.close()
            self._listener = None
        if self._web:
            await self._web.shutdown(0.2)

    async def goes_down(self) -> None:
        """An outage: open connections break and new ones are refused, until `comes_back`."""
        if self._listener:
            self._listener.close()
        self._listener = None
        self.updates.stop_poll(server_error("Internal Server Error: restart"))
        for connection in self._web.connections if self._web else ():
            if connection.transport:
                connection.transport.abort()

    async def comes_back(self) -> None:
        """Listen (again), on the same port as before."""
        if self._listener is None and self._web is not None:
            loop = asyncio.get_running_loop()
            self._listener = await loop.create_server(self._web, self.host, self.port, backlog=512)
            self.port = self._listener.sockets[0].getsockname()[1]

    # Requests.

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Any request at all."""
        path, _, query = request.raw_path.partition("?")
        try:
            if path.startswith("/bot"):
                return await self._answer_bot(request, path[4:], query)
            if path.startswith("/file/bot"):
                return self._answer_file(path[9:])
            if path.startswith("/control/"):
                return await control.answer(self, request, path[9:], query)
            raise not_found()
        except Refused as refused:
            return _refusal(refused)

    async def _answer_bot(self, request: web.BaseRequest, path: str, query: str) -> web.StreamResponse:
        token, _, name = path.partition("/")
        self._check_token(token)
        method = CANONICAL.get(name.lower())
        given = await _parameters(request, query)
        call = self.log(method or name, given)
        try:
            return await self._carry_out(request, call, method)
        except Refused as refused:
            self.settle(call, refused=refused)
            raise

    def _check_token(self, token: str) -> None:
        if not _TOKEN.fullmatch(token):
            raise not_found()
        if token != self.token:
            raise unauthorized()

    async def _carry_out(self, request: web.BaseRequest, call: Call, method: str | None) -> web.StreamResponse:
        if method is None:
            raise no_such_method()
        fault = self.weather(call)
        if fault and (stopped := self._stopped(request, call, fault)):
            return stopped
        call.params = checked(method, call.params)
        if method in WAITS:
            result, body = None, b"[" + b",".join(await WAITS[method](self, call.params)) + b"]"
        else:
            result = DOES[method](self, call.params)
            body = orjson.dumps(result)
        self.settle(call, result, fault=fault.what if fault else "")
        if fault:
            await self._spoil(request, fault)
        return web.Response(body=b'{"ok":true,"result":' + body + b"}", headers=JSON)

    def _stopped(self, request: web.BaseRequest, call: Call, fault: Fault) -> web.StreamResponse | None:
        """The answer to a call that a fault keeps from being carried out; None when it is carried out."""
        if fault.what == "dropped":
            self.settle(call, fault=fault.what)
            _break(request)
            return web.Response()
        if (refused := fault.refusal()) is None:
            return None
        self.settle(call, refused=refused, fault=fault.what)
        return (
            web.Response(status=502, body=BAD_GATEWAY_PAGE, headers=HTML) if refused.code == 502 else _refusal(refused)
        )

    async def _spoil(self, request: web.BaseRequest, fault: Fault) -> None:
        """The call is done; its answer is late or never comes."""
        if fault.what == "dropped_after":
            _break(request)
        elif fault.what == "late":
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), fault.seconds)

    def _answer_file(self, path: str) -> web.StreamResponse:
        token, _, wanted = path.partition("/")
        self._check_token(token)
        for stored in self.files.values():
            if stored.path == wanted:
                return web.Response(body=stored.content, headers={"Content-Type": "application/octet-stream"})
        raise not_found()


def _refusal(refused: Refused) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": refused.code, "description": refused.description}
    headers = dict(JSON)
    if refused.parameters:
        body["parameters"] = refused.parameters
    if "retry_after" in refused.parameters:
        headers["Retry-After"] = str(refused.parameters["retry_after"])
    return web.Response(status=refused.code, body=orjson.dumps(body), headers=headers)


def _break(request: web.BaseRequest) -> None:
    if request.transport:
        request.transport.abort()


async def _parameters(request: web.BaseRequest, query: str) -> dict[str, Any]:
    """Everything given, in the query or in the body, with files as Upload."""
    given: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True)) if query else {}
    if request.method not in ("GET", "POST"):
        raise not_found()
    try:
        return given | await _body(request)
    except web.HTTPRequestEntityTooLarge:
        raise Refused(413, "Request Entity Too Large") from None


async def _body(request: web.BaseRequest) -> dict[str, Any]:
    kind = request.headers.get("Content-Type", "").partition(";")[0]
    if kind == "multipart/form-data":
        return {name: _part(value) for name, value in (await request.post()).items()}
    body = await request.read()
    if not body:
        return {}
    if kind == "application/json":
        return _json_object(body)
    if kind == "application/x-www-form-urlencoded":
        return dict(parse_qsl(body.decode(), keep_blank_values=True))
    raise bad(f"the fake reads no {kind!r} bodies")


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError:
        given = None
    if not isinstance(given, dict):
        raise bad("can't parse the request's JSON: object expected")
    return given


def _part(value: Any) -> Any:
    if isinstance(value, FileField):
        return Upload(value.filename, value.file.read(), value.content_type)
    return value
