"""The records loaded last, so that a person in the middle of a talk is not read from disk at every press."""

from collections import OrderedDict

from bot.store.record import Record


class Cache:
    """At most `size` records; the one unused longest goes first."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._records: OrderedDict[str, Record] = OrderedDict()

    def get(self, name: str) -> Record | None:
        """The record, now the latest used, or None."""
        if name in self._records:
            self._records.move_to_end(name)
        return self._records.get(name)

    def put(self, name: str, record: Record) -> None:
        """The record as it is on disk."""
        self._records[name] = record
        self._records.move_to_end(name)
        if len(self._records) > self._size:
            self._records.popitem(last=False)

    def drop(self, name: str) -> None:
        """No longer known."""
        self._records.pop(name, None)
