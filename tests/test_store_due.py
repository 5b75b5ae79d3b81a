"""What is due of a record, and when."""

from dataclasses import replace
from datetime import timedelta

from bot.store.due import NOTICE_PERIOD, STALE_ROWS, DueIndex, Standing, Terms, next_due, what_is_due
from tests.store_people import NOW, entry, newcomer, somebody

TERMS = Terms(retention=timedelta(days=365))
HOUR = timedelta(hours=1)


def test_unsent_words_are_due_at_their_own_time() -> None:
    record = somebody(7, entry("a", at=NOW + 2 * HOUR), entry("b", at=NOW + HOUR))
    assert next_due(record, TERMS) == NOW + HOUR
    assert what_is_due(record, NOW, TERMS) == []
    assert what_is_due(record, NOW + HOUR, TERMS) == ["outbox"]


def test_who_did_not_consent_is_dropped_thirty_days_after_the_last_contact() -> None:
    assert next_due(newcomer(7), TERMS) == NOW + timedelta(days=30)
    assert what_is_due(newcomer(7), NOW + timedelta(days=30), TERMS) == ["drop"]


def test_who_withdrew_consent_is_dropped_like_who_never_gave_it() -> None:
    record = somebody(7)
    assert record.person.consent is not None
    person = replace(record.person, consent=replace(record.person.consent, withdrawn_at=NOW))
    assert what_is_due(replace(record, person=person), NOW + timedelta(days=30), TERMS) == ["drop"]


def test_after_a_year_of_silence_a_notice_is_due_and_a_while_after_it_the_end() -> None:
    a_year_on = NOW + timedelta(days=365)
    assert next_due(somebody(7), TERMS) == a_year_on
    assert what_is_due(somebody(7), a_year_on, TERMS) == ["notice"]
    noticed = replace(somebody(7), noticed_at=a_year_on)
    assert what_is_due(noticed, a_year_on, TERMS) == []
    assert next_due(noticed, TERMS) == a_year_on + NOTICE_PERIOD
    assert what_is_due(noticed, a_year_on + NOTICE_PERIOD, TERMS) == ["retention"]


def test_a_notice_that_came_late_moves_the_end_with_it() -> None:
    noticed = replace(somebody(7), noticed_at=NOW + timedelta(days=500))
    assert next_due(noticed, TERMS) == NOW + timedelta(days=500) + NOTICE_PERIOD


def test_who_did_not_consent_is_never_kept_longer_than_who_did() -> None:
    assert next_due(newcomer(7), Terms(retention=timedelta(days=10))) == NOW + timedelta(days=10)


def test_what_was_due_first_is_named_first() -> None:
    late = somebody(7, entry("a", at=NOW + timedelta(days=366)))
    assert what_is_due(late, NOW + timedelta(days=400), TERMS) == ["notice", "outbox"]


def test_the_index_does_not_grow_with_every_talk() -> None:
    index = DueIndex()
    for turn in range(10 * STALE_ROWS):
        index.put(Standing(7, NOW + timedelta(seconds=turn)))
    assert len(index._heap) <= STALE_ROWS + 3
    assert index.next_due() == NOW + timedelta(seconds=10 * STALE_ROWS - 1)
    assert index.due(NOW + timedelta(days=1)) == [7]


def test_nobody_is_next_when_nobody_is_there() -> None:
    index = DueIndex()
    index.put(Standing(7, NOW))
    index.remove(7)
    assert index.next_due() is None
    assert index.due(NOW) == []


def test_who_is_due_already_is_next() -> None:
    index = DueIndex()
    index.put(Standing(7, NOW))
    index.put(Standing(8, NOW + HOUR))
    assert index.due(NOW) == [7]
    assert index.next_due() == NOW


def test_what_the_scan_saw_earlier_is_not_believed() -> None:
    index = DueIndex()
    index.put(Standing(7, NOW + HOUR))
    index.remove(8)
    assert not index.offer(Standing(7, NOW))
    assert not index.offer(Standing(8, NOW))
    assert index.offer(Standing(9, NOW))
    index.scanned()
    assert index.due(NOW + HOUR) == [9, 7]
