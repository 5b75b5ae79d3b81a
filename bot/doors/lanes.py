"""Whose turn it is to be sent something: bookkeeping that itself never waits; `now` is monotonic seconds.

What must stay true:
* A lane is one chat's queue, first in, first out, with one entry under way at a time.
* A lane that must wait (its budget, a 429, a back-off) lies in `_later` and holds no place, so nobody waits
  for somebody else's trouble. Among lanes that may go, rank decides, then how long they have been ready.
* Urgent words have a lane of their own in each chat: no queue, drawing or back-off stands before them, and
  they need no free place. Only their own bucket and Telegram's refusal of urgent words hold them.
* Files have few places of their own, so that drawing never takes a place from words, and a lane of their own in each
  chat, so that words never wait for a drawing. They spend from the same bucket as the words there.
"""

import sys
from collections import deque
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count

from bot.doors.budget import INSTANT, Budget, Way
from bot.doors.delivery import Parcel, Travel
from bot.store.record import Rank

PLACES = 32
FILE_PLACES = 8

URGENT = -1
ORDER: dict[Rank, int] = {"answer": 0, "reminder": 1, "bulk": 2}
WAYS: tuple[Travel, ...] = ("usual", "file", "urgent")
VOID = -1


@dataclass(eq=False)
class Queue:
    """Lanes of one kind that may go, the best first, and how many of the kind may be under way at once."""

    places: int
    under_way: int = 0
    heap: list[tuple[int, int, "Lane"]] = field(default_factory=list)

    def first(self) -> tuple[int, int] | None:
        """Order and ticket of the lane that is next, if there is one; void tickets are thrown away."""
        while self.heap and self.heap[0][2].ticket != self.heap[0][1]:
            heappop(self.heap)
        return self.heap[0][:2] if self.heap else None


@dataclass(eq=False)
class Lane:
    """One chat's queue. Only its latest ticket counts; `place` is where it holds a place while it is busy."""

    chat_id: int
    way: Travel
    parcels: deque[Parcel] = field(default_factory=deque)
    place: Queue | None = None
    not_before: float = 0.0
    ticket: int = VOID
    order: int = URGENT

    @property
    def purse(self) -> Way:
        """The bucket it spends from."""
        return "urgent" if self.way == "urgent" else "usual"

    def best_order(self) -> int:
        """The best rank in the lane: an answer must not wait behind others' bulk for what it follows."""
        return URGENT if self.way == "urgent" else min(ORDER[parcel.entry.rank] for parcel in self.parcels)


class Lanes:
    """All lanes that hold something."""

    def __init__(self, budget: Budget, places: int = PLACES, file_places: int = FILE_PLACES) -> None:
        self._budget = budget
        self._lanes: dict[tuple[int, Travel], Lane] = {}
        self._urgent = Queue(sys.maxsize)
        self._words = Queue(places)
        self._files = Queue(file_places)
        self._later: list[tuple[float, int, Lane]] = []
        self._tickets = count()

    def holds(self, person_id: int) -> bool:
        """Whether anything for this person waits or is under way."""
        return any((person_id, way) in self._lanes for way in WAYS)

    def free_for(self, chat_id: int, now: float) -> bool:
        """Whether words for this chat would go at once."""
        if (chat_id, "usual") in self._lanes or self.crowded or self._words.under_way >= self._words.places:
            return False
        return not (self._budget.wait_for_all(now) or self._budget.wait_for_chat(chat_id, now))

    @property
    def crowded(self) -> bool:
        """Whether somebody who may go is waiting for a place or for the common budget."""
        return self._words.first() is not None or self._files.first() is not None

    def add(self, parcel: Parcel, now: float) -> None:
        """Let the parcel join its lane, which keeps its place in the queue or earns a better one."""
        lane = self._lanes.setdefault((parcel.person_id, parcel.way), Lane(parcel.person_id, parcel.way))
        lane.parcels.append(parcel)
        if len(lane.parcels) == 1 or (lane.way != "urgent" and ORDER[parcel.entry.rank] < lane.order):
            self._line_up(lane, now)

    def next(self, now: float) -> tuple[Lane, Parcel] | None:
        """The next parcel to send, budget spent and place taken until `release`; None if all must wait."""
        self._ripen(now)
        while (queue := self._best_queue()) is not None:
            if queue is not self._urgent and self._budget.wait_for_all(now):
                return None
            lane = heappop(queue.heap)[2]
            if not self._budget.wait_for_chat(lane.chat_id, now, lane.purse):
                return self._take(queue, lane, now)
            self._line_up(lane, now)
        return None

    def next_at(self, now: float) -> float | None:
        """When to ask again if nothing else happens; None when nothing waits for time to pass."""
        common = [now + self._budget.wait_for_all(now)] if self._best_queue() else []
        return min([*common, *(at for at, _, _ in self._later[:1])], default=None)

    def put_back(self, lane: Lane, parcel: Parcel, not_before: float) -> None:
        """The parcel stays the first of its busy lane, which rests until then."""
        lane.parcels.appendleft(parcel)
        lane.not_before = not_before

    def release(self, lane: Lane, now: float) -> None:
        """The lane's parcel has been dealt with: free its place and line up for the next."""
        if lane.place is not None:
            lane.place.under_way -= 1
        lane.place = None
        self._line_up(lane, now)

    def remove(self, parcel: Parcel, now: float) -> None:
        """Take out a parcel that waits; one under way is not here."""
        lane = self._lanes.get((parcel.person_id, parcel.way))
        if lane is not None and parcel in lane.parcels:
            lane.parcels.remove(parcel)
            self._line_up(lane, now)

    def clear(self, person_id: int) -> list[Parcel]:
        """Empty the person's lanes and hand over what waited there; a parcel under way is not among it."""
        lanes = [lane for way in WAYS if (lane := self._lanes.get((person_id, way)))]
        waited = [parcel for lane in lanes for parcel in lane.parcels]
        for lane in lanes:
            lane.parcels.clear()
            self._line_up(lane, 0.0)
        return waited

    def _take(self, queue: Queue, lane: Lane, now: float) -> tuple[Lane, Parcel]:
        lane.ticket, lane.place = VOID, queue
        queue.under_way += 1
        self._budget.take(lane.chat_id, now, lane.purse)
        return lane, lane.parcels.popleft()

    def _line_up(self, lane: Lane, now: float) -> None:
        """Put a lane that is not busy where it belongs: away, later, or among those that may go."""
        if lane.place is not None:
            return
        if not lane.parcels:
            lane.ticket = VOID
            self._lanes.pop((lane.chat_id, lane.way), None)
            return
        at = max(lane.not_before, now + self._budget.wait_for_chat(lane.chat_id, now, lane.purse))
        lane.ticket, lane.order = next(self._tickets), lane.best_order()
        if at > now + INSTANT:
            heappush(self._later, (at, lane.ticket, lane))
        else:
            heappush(self._queue_of(lane).heap, (lane.order, lane.ticket, lane))

    def _queue_of(self, lane: Lane) -> Queue:
        if lane.way == "urgent":
            return self._urgent
        return self._files if lane.parcels[0].entry.recipe else self._words

    def _ripen(self, now: float) -> None:
        while self._later and self._later[0][0] <= now + INSTANT:
            _, ticket, lane = heappop(self._later)
            if lane.ticket == ticket:
                self._line_up(lane, now)

    def _best_queue(self) -> Queue | None:
        """The queue with the best lane among those that have a place left."""
        queues = (self._urgent, self._words, self._files)
        heads = [
            (head, at) for at, queue in enumerate(queues) if queue.under_way < queue.places and (head := queue.first())
        ]
        return queues[min(heads)[1]] if heads else None
