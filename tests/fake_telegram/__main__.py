"""`python -m tests.fake_telegram --port 0`: its first line is the URL, its second that of the control.

Both answer /control/…; only the second stays reachable during an outage. Ends on SIGTERM and SIGINT.
"""

import argparse
import asyncio
import signal

from aiohttp import web

from .server import SERVING, FakeTelegram
from .world import TOKEN

KEEP = 10_000


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fake_telegram", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port of the Bot API (default: any free one)")
    parser.add_argument("--control-port", type=int, default=0, help="port of the control API")
    parser.add_argument("--token", default=TOKEN, help="the only token that is let in")
    parser.add_argument("--keep", type=int, default=KEEP, help="calls, files, and messages per chat to remember")
    return parser.parse_args()


async def _run(asked: argparse.Namespace) -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for end in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(end, ended.set)
    async with FakeTelegram(port=asked.port, token=asked.token, keep=asked.keep) as telegram:
        aside = web.Server(telegram.answer, **SERVING)
        listener = await loop.create_server(aside, telegram.host, asked.control_port)
        print(telegram.url, flush=True)
        print(f"http://{telegram.host}:{listener.sockets[0].getsockname()[1]}", flush=True)
        await ended.wait()
        listener.close()
        await aside.shutdown(0.2)


if __name__ == "__main__":
    asyncio.run(_run(_arguments()))
