"""What runs in the process that draws: one request after the other on stdin, each answered on stdout.

A message is its length in four bytes and then its bytes. A request is `{"kind": …, "values": …}`; an answer begins with
one byte, 0 for the file that follows and 1 for the kind of the fault, which quotes nothing. The process ends when its
stdin does, so it never outlives the bot, however that ends.
"""

import os
import signal
import sys
from pathlib import Path
from typing import BinaryIO

import orjson

LENGTH = 4
# How far drawing stands back from talking when both want the processor.
BEHIND = 10
DRAWN, FAULT = b"\0", b"\1"


def packed(message: bytes) -> bytes:
    """A message with its length before it."""
    return len(message).to_bytes(LENGTH) + message


def serve(requests: BinaryIO, answers: BinaryIO, fonts: Path) -> None:
    """Draw until there are no more requests."""
    while length := requests.read(LENGTH):
        request = orjson.loads(requests.read(int.from_bytes(length)))
        answers.write(packed(_answer(request["kind"], request["values"], fonts)))
        answers.flush()


def _answer(kind: str, values: dict[str, object], fonts: Path) -> bytes:
    # Here and not above, because loading it is the most of the start and must stand back, too.
    from bot.cards.pages import draw

    try:
        return DRAWN + draw(kind, values, fonts)
    # Whatever a template or a value does wrong must cost one file and not the process.
    except Exception as fault:
        return FAULT + type(fault).__name__.encode()


def main() -> None:
    """Draw for the bot that started this process; Ctrl-C is the bot's to handle, and its words go first."""
    os.nice(BEHIND)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(sys.stdin.buffer, sys.stdout.buffer, Path(sys.argv[1]))


if __name__ == "__main__":
    main()
