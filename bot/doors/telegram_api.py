"""Telegram's Bot API over one lean HTTP session.

What must stay true:
* The token is part of every address, so no address leaves this file: aiohttp's errors carry addresses and are
  turned into our own words outside their `except` block, so that not even `__context__` leads back to them; a
  refusal that quotes the address is cleaned before PTB puts it into an error text.
* Whether a failed request may have arrived decides what may be repeated: `NotSent` when no connection was
  made, any other `NetworkError` that is no `BadRequest` when the outcome is unknown.
* Redirects are not followed: a POST would turn into a GET, and the token would travel to another host.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast
from urllib.parse import quote

import aiohttp
import orjson
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

TELEGRAM = "https://api.telegram.org"

CONNECT_SECONDS = 10.0
READ_SECONDS = 20.0
WRITE_SECONDS = 30.0
CONNECTIONS = 64
# A proxy that refuses for flooding does not say for how long.
UNTOLD_FLOOD_SECONDS = 5

JSON_HEADERS: Mapping[str, str] = {"Content-Type": "application/json"}

Files = dict[str, tuple[str, bytes]]


class NotSent(NetworkError):
    """No connection was made, so the request surely did not reach Telegram."""

    __slots__ = ()


class Call(Protocol):
    """One Bot API method: returns the JSON `result`, raises `telegram.error` types (`NotSent` among them)."""

    async def __call__(
        self,
        method: str,
        params: dict[str, Any],
        files: Files | None = None,
        timeout: float = READ_SECONDS,  # noqa: ASYNC109 - the server's time to answer, not a scope of ours
    ) -> Any:
        """`files` maps a parameter to (file name, bytes); the answer may take `timeout` seconds."""


@dataclass(frozen=True)
class Body:
    """A request body ready to go, in place of PTB's RequestData."""

    data: bytes | aiohttp.FormData
    headers: Mapping[str, str] | None = None


class LeanRequest(BaseRequest):
    """PTB's HTTP door over one aiohttp session: about a fifteenth of the CPU of the default one.

    `read_timeout` is in seconds. The session opens with the first request, on what `connector` makes then,
    and is closed by `shutdown`.
    """

    def __init__(
        self, read_timeout: float = READ_SECONDS, connector: Callable[[], aiohttp.BaseConnector] | None = None
    ) -> None:
        self._read_timeout = read_timeout
        self._connector = connector or _connector
        self._session: aiohttp.ClientSession | None = None
        self._shut = False

    @property
    def read_timeout(self) -> float:
        """How long an answer may take unless the caller says otherwise, in seconds."""
        return self._read_timeout

    async def initialize(self) -> None:
        """Allow requests (again)."""
        self._shut = False

    async def shutdown(self) -> None:
        """Close every connection; later requests are refused as `NotSent`."""
        self._shut = True
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """The status and the body of the answer; raises `NotSent`, `TimedOut` or `NetworkError`."""
        body = _body(request_data)
        limits = self._limits(read_timeout, write_timeout, connect_timeout)
        try:
            status, answer = await self._exchange(method, url, body, limits)
        except Exception as error:
            failure = _failure(error)
        else:
            return (status, answer) if status == 200 else (status, _refusal(status, _cleaned(answer, url)))
        raise failure

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer as a dictionary; one that cannot be read is a `NetworkError`, and it is not logged."""
        try:
            parsed = orjson.loads(payload)
        except ValueError:
            parsed = None
        if not isinstance(parsed, dict) or ("result" not in parsed and parsed.get("ok") is not False):
            raise NetworkError("the answer was not the JSON that Telegram sends")
        return parsed

    async def _exchange(self, method: str, url: str, body: Body, limits: aiohttp.ClientTimeout) -> tuple[int, bytes]:
        async with self._open_session().request(
            method, url, data=body.data, headers=body.headers, timeout=limits, allow_redirects=False
        ) as response:
            return response.status, await response.read()

    def _open_session(self) -> aiohttp.ClientSession:
        if self._shut:
            raise NotSent("the connection to Telegram was closed by us")
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=self._connector(), cookie_jar=aiohttp.DummyCookieJar())
        return self._session

    def _limits(self, read: object, write: object, connect: object) -> aiohttp.ClientTimeout:
        """aiohttp has no limit for a stalled upload, so the whole exchange gets one besides."""
        to_read = _seconds(read, self._read_timeout)
        to_connect = _seconds(connect, CONNECT_SECONDS)
        in_all = to_connect + _seconds(write, WRITE_SECONDS) + to_read
        return aiohttp.ClientTimeout(total=in_all, connect=to_connect, sock_read=to_read)


class TelegramApi:
    """The Bot API for one token; `base_url` is the server's address without `/bot<token>`."""

    def __init__(self, token: str, base_url: str = TELEGRAM, request: BaseRequest | None = None) -> None:
        self._base_url = base_url.rstrip("/")
        self._methods = f"{self._base_url}/bot{token}/"
        self._request = request or LeanRequest()

    def __repr__(self) -> str:
        return f"TelegramApi({self._base_url})"

    async def call(
        self,
        method: str,
        params: dict[str, Any],
        files: Files | None = None,
        timeout: float = READ_SECONDS,  # noqa: ASYNC109 - the server's time to answer, not a scope of ours
    ) -> Any:
        """See `Call`: PTB's `post` turns refusals into its errors, and no Telegram object is built."""
        body = _form(params, files) if files else Body(orjson.dumps(params), JSON_HEADERS)
        # `post` hands its data to `do_request` untouched, and that one is ours.
        return await self._request.post(
            self._methods + method, request_data=cast(RequestData, body), read_timeout=timeout
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._request.shutdown()


def _connector() -> aiohttp.BaseConnector:
    return aiohttp.TCPConnector(limit=CONNECTIONS)


def _body(data: RequestData | None) -> Body:
    """What to send for PTB's own methods, or the body that `TelegramApi.call` made."""
    if isinstance(data, Body):
        return data
    if data is None:
        return Body(b"")
    if not data.contains_files:
        return Body(orjson.dumps(data.parameters), JSON_HEADERS)
    form = aiohttp.FormData(data.json_parameters)
    for name, (file_name, content, kind) in data.multipart_data.items():
        form.add_field(name, content, filename=file_name, content_type=kind)
    return Body(form)


def _form(params: dict[str, Any], files: Files) -> Body:
    form = aiohttp.FormData()
    for name, value in params.items():
        form.add_field(name, value if isinstance(value, str) else orjson.dumps(value).decode())
    for name, (file_name, content) in files.items():
        form.add_field(name, content, filename=file_name, content_type="application/octet-stream")
    return Body(form)


def _seconds(given: object, usual: float) -> float:
    """The time-out a caller gave; nothing waits for ever."""
    return float(given) if isinstance(given, int | float) else usual


def _failure(error: Exception) -> TelegramError:
    """The same failure in words that hold no address."""
    match error:
        case TelegramError():
            return error
        case aiohttp.ClientConnectorError():
            return NotSent(f"no connection: {type(error).__name__}, {error.strerror or 'no reason given'}")
        case aiohttp.ConnectionTimeoutError():
            return NotSent("no connection: it took too long")
        case aiohttp.InvalidURL() | aiohttp.NonHttpUrlClientError():
            return NotSent("no connection: the address of the Bot API server is malformed")
        case TimeoutError():
            return TimedOut()
        case _:
            return NetworkError(f"connection lost: {type(error).__name__}")


def _cleaned(answer: bytes, url: str) -> bytes:
    """Telegram's refusal without the token, should it quote it; a proxy's page says nothing to us."""
    if not answer.startswith(b"{"):
        return b""
    for token in re.findall(r"/bot([^/?]+)", url):
        answer = answer.replace(token.encode(), b"***").replace(quote(token, safe="").encode(), b"***")
    return answer


def _refusal(status: int, answer: bytes) -> bytes:
    """The answer, unless a proxy on the way refused: its bare status would pass for an unknown outcome."""
    if status == 413:
        raise BadRequest("request entity too large")
    if status == 429 and b'"retry_after"' not in answer:
        raise RetryAfter(UNTOLD_FLOOD_SECONDS)
    return answer
