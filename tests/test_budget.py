"""The pace: what may go now, what must wait, and that nothing is remembered for longer than it matters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.doors.budget import SWEEP_FROM, Budget

ANNA, BEN, CAM, DEV = 1, 2, 3, 4


def goes(budget: Budget, chat: int, now: float) -> bool:
    return not (budget.wait_for_all(now) or budget.wait_for_chat(chat, now))


def test_five_quick_answers_go_at_once_and_the_sixth_waits_a_second() -> None:
    budget = Budget(rate=None)
    for _ in range(5):
        assert goes(budget, ANNA, 0)
        budget.take(ANNA, 0)
    assert budget.wait_for_chat(ANNA, 0) == pytest.approx(1)
    assert goes(budget, ANNA, 1)
    assert goes(budget, BEN, 0)


def test_all_chats_together_keep_to_the_common_rate() -> None:
    budget = Budget(rate=25)
    for chat in range(5):
        budget.take(chat, 0)
    assert budget.wait_for_all(0) == pytest.approx(1 / 25)


@given(st.lists(st.floats(0, 0.2), min_size=50, max_size=120))
def test_no_second_sees_more_than_telegram_takes_in_bulk(pauses: list[float]) -> None:
    budget, now, sent = Budget(), 0.0, []
    for chat, pause in enumerate(pauses):
        now += pause + budget.wait_for_all(now + pause)
        budget.take(chat, now)
        sent.append(now)
    assert all(sum(start <= at < start + 0.999 for at in sent) <= 30 for start in sent)


def test_one_refused_chat_is_paused_alone() -> None:
    budget = Budget()
    budget.refused(ANNA, 0, 30)
    assert budget.wait_for_chat(ANNA, 10) == pytest.approx(20)
    assert goes(budget, BEN, 0)
    assert goes(budget, ANNA, 30)


def test_two_chats_refused_many_times_do_not_pause_the_others() -> None:
    budget = Budget()
    for now in range(6):
        budget.refused((ANNA, BEN)[now % 2], now, 30)
    assert goes(budget, CAM, 6)


def test_three_chats_refused_within_ten_seconds_pause_everybody_until_the_first_may_speak() -> None:
    budget = Budget()
    budget.refused(ANNA, 0, 300)
    budget.refused(BEN, 4, 8)
    budget.refused(CAM, 9, 7)
    assert budget.wait_for_all(9) == pytest.approx(3)
    assert goes(budget, DEV, 12)
    assert not goes(budget, ANNA, 12)


def test_three_chats_refused_over_a_longer_time_pause_nobody_else() -> None:
    budget = Budget()
    for now, chat in ((0, ANNA), (6, BEN), (12, CAM)):
        budget.refused(chat, now, 60)
    assert goes(budget, DEV, 12)


def test_refused_edits_of_old_keyboards_hold_no_messages() -> None:
    budget = Budget()
    for chat in (ANNA, BEN, CAM):
        budget.refused(chat, 0, 2000, "strip")
    assert goes(budget, ANNA, 0)
    assert budget.wait_for_chat(ANNA, 0, "strip") == pytest.approx(2000)


def test_a_flood_in_a_chat_does_not_hold_its_urgent_words() -> None:
    budget = Budget()
    for _ in range(20):
        budget.take(ANNA, 0)
    budget.refused(ANNA, 0, 60)
    assert budget.wait_for_chat(ANNA, 0, "urgent") == 0


def test_urgent_words_refused_by_telegram_hold_the_rest_of_the_chat_too() -> None:
    budget = Budget()
    budget.refused(ANNA, 0, 5, "urgent")
    assert budget.wait_for_chat(ANNA, 0, "urgent") == pytest.approx(5)
    assert budget.wait_for_chat(ANNA, 0) == pytest.approx(5)


def test_an_endless_alarm_in_one_chat_has_a_pace_too() -> None:
    budget = Budget()
    for _ in range(5):
        budget.take(ANNA, 0, "urgent")
    assert budget.wait_for_chat(ANNA, 0, "urgent") == pytest.approx(1)


@pytest.mark.parametrize("lifted", [None, 0, 0.0])
def test_benchmarks_may_lift_both_rates(lifted: float | None) -> None:
    budget = Budget(rate=lifted, per_chat=lifted)
    for _ in range(10_000):
        assert goes(budget, ANNA, 0)
        budget.take(ANNA, 0)
    assert budget.lifted
    assert budget.remembered == 0


def test_a_refusal_is_heeded_even_when_the_rates_are_lifted() -> None:
    budget = Budget(None, None)
    budget.refused(ANNA, 0, 3)
    assert not goes(budget, ANNA, 0)


def test_a_hundred_thousand_people_over_an_hour_are_not_all_remembered() -> None:
    budget = Budget()
    for chat in range(100_000):
        budget.take(chat, chat / 25)
        if chat % 3 == 0:
            budget.refused(chat, chat / 25, 1)
    assert budget.remembered <= SWEEP_FROM
