"""Whatever is done to the store, in whatever order: it answers like a dictionary nothing can happen to."""

import asyncio
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.store.opening import open_store
from bot.store.people import TinyStore
from bot.store.record import Entry, Mark, Record
from tests.store_people import NOW, YEAR, entry, saying, somebody

PEOPLE = (1, 2, 3)
ENTRIES = {name: entry(name, buttons=name != "plain") for name in ("a", "b", "plain")}


@dataclass
class Model:
    """People's records and the marks of entries that are still listed in them."""

    records: dict[int, Record] = field(default_factory=dict)
    marks: dict[int, list[Mark]] = field(default_factory=dict)

    def keep(self, record: Record) -> None:
        who, listed = record.person.id, {one.id for one in record.outbox}
        self.records[who] = record
        self.marks[who] = [mark for mark in self.marks.get(who, []) if mark.entry in listed]

    def mark(self, who: int, mark: Mark) -> None:
        if mark.entry in {one.id for one in self.outbox(who)}:
            self.marks[who].append(mark)

    def erase(self, who: int, receipt: Record | None) -> None:
        self.records.pop(who, None)
        self.marks.pop(who, None)
        if receipt:
            self.keep(receipt)

    def outbox(self, who: int) -> tuple[Entry, ...]:
        if who not in self.records:
            return ()
        became = {mark.entry: mark.became for mark in self.marks[who]}
        left = [one for one in self.records[who].outbox if became.get(one.id, "tried") == "tried"]
        return tuple(replace(one, state="sending") if one.id in became else one for one in left)

    def load(self, who: int) -> Record | None:
        if who not in self.records:
            return None
        sent = [mark.message_id for mark in self.marks[who] if mark.became == "sent" and mark.entry != "plain"]
        keyboard = sent[-1] if sent else self.records[who].keyboard
        return replace(self.records[who], outbox=self.outbox(who), keyboard=keyboard)

    def due(self) -> list[int]:
        return sorted(who for who in self.records if self.outbox(who))


people = st.sampled_from(PEOPLE)
records = st.builds(
    lambda who, names, words: saying(somebody(who, *(ENTRIES[name] for name in names)), words),
    people,
    st.lists(st.sampled_from(sorted(ENTRIES)), unique=True),
    st.text(max_size=8),
)
marks = st.builds(
    Mark,
    st.sampled_from(sorted(ENTRIES)),
    st.sampled_from(["tried", "sent", "dropped"]),
    st.integers(1, 99),
)
deeds = st.one_of(
    st.tuples(st.just("keep"), records),
    st.tuples(st.just("mark"), people, marks),
    st.tuples(st.just("erase"), people, st.booleans()),
    st.tuples(st.just("reopen")),
)


async def do(store: TinyStore, model: Model, folder: Path, deed: tuple) -> TinyStore:  # type: ignore[type-arg]
    match deed:
        case "keep", record:
            await store.keep(record)
            model.keep(record)
        case "mark", who, mark:
            store.mark(who, mark)
            model.mark(who, mark)
        case "erase", who, with_receipt:
            receipt = somebody(who, ENTRIES["plain"]) if with_receipt else None
            await store.erase(who, receipt)
            model.erase(who, receipt)
        case _:
            await store.close()
            store = open_store(folder, YEAR, cached=2)
            await store.recover()
    return store


async def live(folder: Path, life: list[tuple]) -> None:  # type: ignore[type-arg]
    model = Model()
    store = open_store(folder, YEAR, cached=2)
    await store.recover()
    try:
        for deed in life:
            store = await do(store, model, folder, deed)
            assert store.due(NOW) == model.due()
            assert [await store.load(who) for who in PEOPLE] == [model.load(who) for who in PEOPLE]
    finally:
        await store.close()


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(deeds, max_size=15))
def test_any_life_of_a_store_is_the_life_of_a_dictionary(life: list[tuple]) -> None:  # type: ignore[type-arg]
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(live(Path(folder), life))
