"""A sample of what tests/benchmarks/years.py lives through by name: no wrong hour, none missing, none twice."""

import pytest

from tests.benchmarks.years import judged

# Summer time of an hour on either half of the globe and of half an hour, a zone that gave it up, and one that skips it
# in Ramadan.
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca")


@pytest.mark.parametrize("zone", ZONES)
def test_a_year_of_reminders_comes_at_its_hours_and_each_once(zone: str) -> None:
    found = judged(zone, 1)
    assert set(found.counts) == {"right"}, found.example
    assert found.counts["right"] > 500
