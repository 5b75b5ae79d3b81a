"""Countries, cities and time zones as people write them; whatever they write, an answer comes at once."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from babel import Locale
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.library.geography import Places, offsets, zone_city
from bot.library.reading import Library

NOVEMBER = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
JULY = datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
LANGUAGES = [
    "en",
    "es",
    "de",
    "fr",
    "it",
    "pt",
    "nl",
    "pl",
    "sv",
    "tr",
    "ru",
    "uk",
    "ja",
    "ko",
    "zh",
    "ar",
    "he",
]
KNOWN = ["AT", "DE", "ES", "GB", "GR", "IL", "IN", "LT", "NG", "PL", "US", "ZA"]


@pytest.fixture(scope="module")
def places() -> Places:
    return Places(KNOWN, {"england": "GB", "uk": "GB"})


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_country_is_known_by_its_name_in_many_languages(places: Places, language: str) -> None:
    for code in KNOWN:
        assert places.country_named(str(Locale(language).territories[code])) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("germany", "DE"),
        ("GERMANY!", "DE"),
        ("  Österreich ", "AT"),
        ("osterreich", "AT"),
        ("I live in Spain", "ES"),
        ("I'm from the Netherlands", "NL"),
        ("in Poland.", "PL"),
        ("England", "GB"),
        ("UK", "GB"),
        ("us", "US"),
        ("De", "DE"),
        ("Burma", "MM"),
        ("Canary Islands", "ES"),
        ("Kosovo", "XK"),
    ],
)
def test_a_country_is_known_as_people_write_it(places: Places, text: str, code: str | None) -> None:
    assert places.country_named(text) == code


def test_one_slip_of_spelling_never_leads_to_another_country(library: Library) -> None:
    places = library.world.places
    understood = 0
    for code in places.countries():
        for slip in slips(str(Locale("en").territories[code])):
            found = places.country_named(slip)
            assert found in (code, None), f"{slip} was taken for {found}"
            understood += found == code
    assert understood > 700


def slips(name: str) -> set[str]:
    """The name with a letter left out, two swapped, or one doubled."""
    cuts = [(name[:n], name[n:]) for n in range(len(name))]
    missing = {head + tail[1:] for head, tail in cuts}
    swapped = {head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1}
    return missing | swapped | {head + tail[0] + tail for head, tail in cuts}


def test_every_country_is_known_by_the_name_on_its_button_and_in_its_sentences(library: Library) -> None:
    places, book = library.world.places, library.words.shelf.places
    for code in places.countries():
        assert places.country_named(book.name(code)) == code
        assert places.country_named(str(Locale("en").territories[code])) == code


@pytest.mark.parametrize("word", ["no", "so", "me", "it", "is", "in", "si", "na", "my", "To", "No."])
def test_a_small_word_is_not_taken_for_a_country_code(places: Places, word: str) -> None:
    assert places.country_named(word) is None


def test_the_same_code_in_capitals_is(places: Places) -> None:
    assert [places.country_named(code) for code in ("NO", "IT", "IN")] == ["NO", "IT", "IN"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "?",
        "yes",
        "not sure",
        "I don't know",
        "somewhere nice",
        "Atlantis",
        "unknown region",
        "EU",
        "x",
        "12",
        "🇩🇪",
    ],
)
def test_what_is_no_country_is_none(places: Places, text: str) -> None:
    assert places.country_named(text) is None


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Berlin", "Europe/Berlin"),
        ("münchen", "Europe/Berlin"),
        ("Munich", "Europe/Berlin"),
        ("Sao Paolo", "America/Sao_Paulo"),
        ("NYC", "America/New_York"),
        ("Москва", "Europe/Moscow"),
        ("東京", "Asia/Tokyo"),
        ("Katmandu", "Asia/Kathmandu"),
        ("St. John's", "America/St_Johns"),
        ("Chicagoo", "America/Chicago"),
        ("europe/lisbon", "Europe/Lisbon"),
        ("America Argentina Buenos Aires", "America/Argentina/Buenos_Aires"),
        ("utc", "UTC"),
    ],
)
def test_a_city_or_a_zone_by_name_gives_its_zone(places: Places, text: str, zone: str) -> None:
    assert places.zones_of_city(text, None) == (zone,)


def test_a_city_found_in_several_countries_is_looked_for_at_home_first(places: Places) -> None:
    assert places.zones_of_city("Birmingham", "US")[0] == "America/Chicago"
    assert places.zones_of_city("Birmingham", "GB") == ("Europe/London",)
    assert places.zones_of_city("Birmingham", None)[0] == "Europe/London"
    assert len(places.zones_of_city("Springfield", None)) == 3


@pytest.mark.parametrize(
    "text",
    ["EST", "MST", "PST", "GMT", "GMT+2", "Zulu", "localtime", "factory", "Nowhereville", "no", "", "14:30"],
)
def test_an_abbreviation_that_means_several_clocks_is_no_zone(places: Places, text: str) -> None:
    assert places.zones_of_city(text, "US") == ()


def test_every_zone_that_is_ever_offered_exists(places: Places, library: Library) -> None:
    offered = {zone for code in Locale("en").territories for zone in places.zones_of(str(code))}
    offered |= {zone for homes in places._cities.values() for _, zone in homes}
    assert offered <= available_timezones()
    for code in library.world.places.countries():
        assert library.world.places.zones_of(code), f"{code} has no time zone"


def test_the_zone_with_the_most_people_comes_first(places: Places) -> None:
    assert places.zones_of("US")[0] == "America/New_York"
    assert places.zones_of("ES")[0] == "Europe/Madrid"
    assert places.zones_of("??") == ()


def test_zones_with_the_same_clock_are_offered_once(places: Places) -> None:
    assert places.zones_to_offer("DE", NOVEMBER) == ("Europe/Berlin",)
    american = places.zones_to_offer("US", NOVEMBER)
    assert "America/Phoenix" in american and "America/Detroit" not in american
    assert len(american) == len({offsets(zone, 2026) for zone in places.zones_of("US")})


@pytest.mark.parametrize(
    ("wall", "now", "country", "zones"),
    [
        ("10:00", NOVEMBER, "GB", ("Europe/London",)),
        ("11:00", JULY, "GB", ("Europe/London",)),
        ("10:14", NOVEMBER, "GB", ("Europe/London",)),
        ("09:46", NOVEMBER, "GB", ("Europe/London",)),
        ("05:00", NOVEMBER, "US", ("America/New_York",)),
        ("15:30", NOVEMBER, "IN", ("Asia/Kolkata",)),
        ("15:45", NOVEMBER, "NP", ("Asia/Kathmandu",)),
        ("19:30", NOVEMBER, "AU", ("Australia/Darwin",)),
        ("20:30", NOVEMBER, "AU", ("Australia/Adelaide",)),
        ("06:30", NOVEMBER, "CA", ("America/St_Johns",)),
        ("23:45", NOVEMBER, "NZ", ("Pacific/Chatham",)),
        ("15:30", NOVEMBER, None, ("Asia/Kolkata",)),
    ],
)
def test_the_time_on_the_wall_finds_the_zone(
    places: Places, wall: str, now: datetime, country: str | None, zones: tuple[str, ...]
) -> None:
    assert places.zones_at_clock(wall, now, country) == zones


def test_just_around_midnight_the_wall_finds_the_zone_too(places: Places) -> None:
    before, after = NOVEMBER.replace(hour=22, minute=55), NOVEMBER.replace(hour=23, minute=5)
    assert places.zones_at_clock("00:03", before, "DE") == ("Europe/Berlin",)
    assert places.zones_at_clock("23:57", after, "DE") == ("Europe/Berlin",)
    assert places.zones_at_clock("12:00", after, "DE") != ("Europe/Berlin",)


def test_without_a_country_each_kind_of_clock_is_offered_once(places: Places) -> None:
    zones = places.zones_at_clock("11:00", NOVEMBER, None)
    assert set(zones) == {"Africa/Lagos", "Europe/Berlin"}
    # Jerusalem moves its clocks two days before Athens does.
    assert "Asia/Jerusalem" in places.zones_at_clock("12:00", NOVEMBER, None)


def test_a_clock_of_another_country_is_found_when_the_home_country_does_not_fit(places: Places) -> None:
    assert places.zones_at_clock("05:00", NOVEMBER, "DE") == ("America/New_York",)
    assert places.zones_at_clock("03:30", NOVEMBER, "DE") == ()


@pytest.mark.parametrize(
    ("latitude", "longitude", "zone"),
    [
        (52.5, 13.4, "Europe/Berlin"),
        (27.7, 85.3, "Asia/Kathmandu"),
        (0, -150, "Etc/GMT+10"),
        (45, -30, "Etc/GMT+2"),
        (-90, 0, "Antarctica/McMurdo"),
        (0, 180, "Etc/GMT-12"),
        (91, 0, None),
        (0, -181, None),
        (float("nan"), 0, None),
        (float("inf"), 0, None),
    ],
)
def test_a_shared_place_on_land_or_sea_has_a_zone_and_one_off_the_map_has_none(
    places: Places, latitude: float, longitude: float, zone: str | None
) -> None:
    assert places.zone_at(latitude, longitude) == zone


@settings(max_examples=100, deadline=None)
@given(st.floats(-90, 90), st.floats(-180, 180))
def test_every_place_on_earth_has_a_zone_with_a_clock(places: Places, latitude: float, longitude: float) -> None:
    zone = places.zone_at(latitude, longitude)
    assert zone and NOVEMBER.astimezone(ZoneInfo(zone)).utcoffset() is not None


def test_a_zone_is_called_by_its_city_and_at_sea_by_its_distance_from_utc() -> None:
    assert zone_city("America/Argentina/Buenos_Aires") == "Buenos Aires"
    assert (zone_city("Etc/GMT+10"), zone_city("Etc/GMT-3"), zone_city("Etc/GMT")) == (
        "UTC-10",
        "UTC+3",
        "UTC",
    )
    for zone in ("Etc/GMT+10", "Etc/GMT-3"):
        hours = NOVEMBER.astimezone(ZoneInfo(zone)).utcoffset()
        assert hours == timedelta(hours=int(zone_city(zone).removeprefix("UTC")))


@settings(max_examples=60, deadline=timedelta(seconds=5))
@given(
    st.one_of(
        st.text(max_size=60),
        st.text(min_size=1, max_size=8).map(lambda text: (text * 4096)[:4096]),
        st.sampled_from(["in ", "I am in ", "the ", "ﷺ", "\ud800", "e\u0301", "germany "]).map(
            lambda s: (s * 4096)[:4096]
        ),
    ),
    st.sampled_from([None, "DE", "US", "??"]),
)
def test_no_text_takes_long_or_makes_it_fail(places: Places, text: str, country: str | None) -> None:
    code = places.country_named(text)
    assert code is None or len(code) == 2
    assert set(places.zones_of_city(text, country)) <= available_timezones()
