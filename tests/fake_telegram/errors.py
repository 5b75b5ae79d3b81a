"""How Telegram says no, in its own words.

`strict` marks refusals that only this fake makes: the real API would let the call (and the mistake)
pass.
"""

from typing import Any


class Refused(Exception):
    """An answer with "ok": false: HTTP code, description, and `parameters` when the answer carries some."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad(reason: str) -> Refused:
    """400 as Telegram words it: a reason that is not an UPPER_CASE code begins with a small letter."""
    keep = len(reason) > 1 and (reason[1] == "_" or reason[1].isupper())
    return Refused(400, "Bad Request: " + (reason if keep else reason[0].lower() + reason[1:]))


def strict(reason: str) -> Refused:
    """400 for what the real API would silently ignore or bend."""
    return Refused(400, f"Bad Request: the fake is stricter than Telegram: {reason}")


def forbidden(reason: str) -> Refused:
    """403, which lasts until the person does something about it."""
    return Refused(403, f"Forbidden: {reason}")


def too_many(seconds: int) -> Refused:
    """429 with the seconds to wait."""
    return Refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


# Functions, not constants: an exception raised twice would carry the frames of both.


def not_found() -> Refused:
    """The address leads nowhere."""
    return Refused(404, "Not Found")


def no_such_method() -> Refused:
    """The token is right, the method is not."""
    return Refused(404, "Not Found: method not found")


def unauthorized() -> Refused:
    """The token is well formed but nobody's."""
    return Refused(401, "Unauthorized")


def server_error(reason: str = "Internal Server Error") -> Refused:
    """Telegram's own trouble."""
    return Refused(500, reason)


def other_poller() -> Refused:
    """A second getUpdates took over."""
    reason = "terminated by other getUpdates request; make sure that only one bot instance is running"
    return Refused(409, f"Conflict: {reason}")


def webhook_set_meanwhile() -> Refused:
    """A webhook took over."""
    return Refused(409, "Conflict: terminated by setWebhook request")


def webhook_is_active() -> Refused:
    """There is nothing to poll."""
    reason = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
    return Refused(409, f"Conflict: {reason}")


def not_modified() -> Refused:
    """The message already is what it should become."""
    return bad(
        "message is not modified: specified new message content and reply markup are exactly the same "
        "as a current content and reply markup of the message"
    )


def old_query() -> Refused:
    """The press is unknown, answered, or too long ago."""
    return bad("query is too old and response timeout expired or query ID is invalid")
