"""What the sender remembers, so that each entry goes out once however often it is offered.

What must stay true: all but what is in hand is bounded, and an erasure reaches every entry. Whatever is known
only here may be lost with the process: the store still holds what is unsent.
"""

from typing import TypeVar

from bot.doors.delivery import Parcel
from bot.store.record import Entry

# The store keeps offering what a blocked person has not received; one attempt an hour is enough.
BLOCKED_SECONDS = 3600.0
# A caller may still hold a record that it read just before an entry was sent.
REMEMBERED = 10_000

Key = tuple[int, str]
K = TypeVar("K")
V = TypeVar("V")


class Ledger:
    """Entries in hand, entries done with, entries let go when a person blocked us, and who has blocked us."""

    def __init__(self) -> None:
        self._in_hand: dict[Key, Parcel] = {}
        self._done: dict[Key, None] = {}
        self._let_go: dict[Key, None] = {}
        self._blocked_until: dict[int, float] = {}

    def __len__(self) -> int:
        return len(self._in_hand)

    def __contains__(self, parcel: Parcel) -> bool:
        return self._in_hand.get(parcel.key) is parcel

    def take_on(self, person_id: int, entry: Entry, maybe_there: bool) -> Parcel | None:
        """A parcel for an entry that is new here, else None; one that still waits takes over what changed."""
        key = (person_id, entry.id)
        known = self._in_hand.get(key)
        if known is not None:
            known.entry = known.entry if known.attempts else entry
            return None
        if key in self._done:
            return None
        # What was let go when the person blocked us surely never arrived.
        parcel = Parcel(person_id, entry, unknown=int(maybe_there and key not in self._let_go))
        self._in_hand[key] = parcel
        return parcel

    def withdraw(self, person_id: int, entry_id: str) -> Parcel | None:
        """Take an entry out of hand unless it has been attempted."""
        parcel = self._in_hand.get((person_id, entry_id))
        return None if parcel is None or parcel.attempts else self._in_hand.pop(parcel.key)

    def done(self, parcel: Parcel) -> None:
        """Never take this entry on again."""
        self._in_hand.pop(parcel.key, None)
        _remember(self._done, parcel.key, None)

    def let_go(self, parcel: Parcel) -> None:
        """Out of hand unsent, to be taken on again when it is offered."""
        self._in_hand.pop(parcel.key, None)
        _remember(self._let_go, parcel.key, None)

    def forget(self, person_id: int) -> None:
        """Nothing of this person is left here."""
        for memory in (self._in_hand, self._done, self._let_go):
            for key in [key for key in memory if key[0] == person_id]:
                del memory[key]

    def blocked(self, person_id: int, now: float) -> None:
        """The person has just been found to have blocked us."""
        _remember(self._blocked_until, person_id, now + BLOCKED_SECONDS)

    def has_blocked(self, person_id: int, now: float) -> bool:
        """Whether that was so a short while ago."""
        return self._blocked_until.get(person_id, 0.0) > now

    def returned(self, person_id: int) -> None:
        """The person has done something, so they can be reached."""
        self._blocked_until.pop(person_id, None)


def _remember(memory: dict[K, V], key: K, value: V) -> None:
    """Keep one thing more, and no more than a bounded number of them: the oldest goes."""
    memory[key] = value
    if len(memory) > REMEMBERED:
        del memory[next(iter(memory))]
