"""Emergency numbers and help lines by country: numbers from content/places, sentences from one language."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any

from babel.dates import format_date
from jinja2 import Environment, StrictUndefined, TemplateError

from bot.library.pages import day, names

# Labels and numbers are ours, not typed by anybody; the page that shows them escapes the finished sentence.
_JINJA = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701
_KINDS = ("crisis", "young", "assault")


@dataclass(frozen=True)
class Country:
    """One country's numbers: ids of lines by kind, unconfirmed ids, and the day they were put together."""

    code: str
    compiled: date
    emergency: tuple[str, ...] = ()
    lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unconfirmed: tuple[str, ...] = ()
    health_first: bool = False


@dataclass(frozen=True)
class PlaceBook:
    """All countries, every number by id, and the sentences around them in one language."""

    countries: Mapping[str, Country]
    numbers: Mapping[str, str]
    words: Mapping[str, Any]
    locale: str
    repeated: tuple[str, ...] = ()

    def name(self, code: str) -> str:
        """The country's name as a button or a sentence says it."""
        return str(self.words["countries"].get(code, code))

    def named(self) -> dict[str, str]:
        """The codes of the countries by the names that sentences use."""
        return {self.name(code): code for code in self.countries}

    def emergency_line(self, code: str) -> str:
        """Whom to call now; without a country the general wording of F-266."""
        key = code if code in self.words["emergency"] else "eu_112" if code in self.countries else "unknown"
        return self._fill(self.words["emergency"][key], country=self.name(code))

    def lines(self, code: str, kind: str) -> list[str]:
        """The help lines of one kind, one sentence each; what is not confirmed says so."""
        country = self.countries.get(code)
        return [self._line(country, line) for line in country.lines.get(kind, ())] if country else []

    def _line(self, country: Country, line: str) -> str:
        sentence = self._fill(self.words["lines"][line], country=self.name(country.code))
        if line in country.unconfirmed:
            return self._fill(self.words["not_confirmed"], line=sentence)
        return sentence

    def directory_line(self, code: str) -> str:
        """Where more help lines are listed, and how old and how sure this country's numbers are."""
        country = self.countries.get(code)
        if country is None:
            return self._fill(self.words["directory"]["unknown"])
        doubtful = [self.numbers[line] for line in country.emergency if line in country.unconfirmed]
        key = "known" if country.lines.get("crisis") else "no_crisis_line"
        return self._fill(
            self.words["directory"][f"{key}_unconfirmed" if doubtful else key],
            country=self.name(code),
            compiled=format_date(country.compiled, "long", locale=self.locale),
            numbers=", ".join(doubtful),
        )

    def _fill(self, sentence: str, **more: str) -> str:
        return _JINJA.from_string(sentence).render({**self.numbers, **more})

    def faults(self) -> Iterator[str]:
        """Sentences that are missing, name a number that does not exist, or do not name their own."""
        yield from (f"the number «{line}» stands twice." for line in self.repeated)
        yield from self._unsaid("", lambda: self.emergency_line(""), lambda: self.directory_line(""))
        for country in self.countries.values():
            yield from self._country_faults(country)

    def _country_faults(self, country: Country) -> Iterator[str]:
        code = country.code
        if code not in self.words["countries"]:
            yield f"the country «{code}» has no name."
        if country.compiled == date.min:
            yield f"«compiled» of {code} is not a date like 2026-11-22."
        own = {*country.emergency, *(line for lines in country.lines.values() for line in lines)}
        yield from (
            f"«{line}» in unconfirmed of {code} is no number of it." for line in country.unconfirmed if line not in own
        )
        yield from self._unsaid(code, lambda: self.directory_line(code))
        yield from self._unnamed(code, country.emergency[:1], lambda _: self.emergency_line(code))
        for lines in country.lines.values():
            yield from self._unnamed(code, lines, lambda line: self._line(country, line))

    def _unnamed(self, code: str, lines: Iterable[str], say: Callable[[str], str]) -> Iterator[str]:
        """Sentences that cannot be said or do not name the number they are about."""
        for line in lines:
            wrong = list(self._unsaid(code, partial(say, line)))
            yield from wrong
            if not wrong and self.numbers[line] not in say(line):
                yield f"the sentence of «{line}» does not name its number {self.numbers[line]}."

    def _unsaid(self, code: str, *sayings: Callable[[], str]) -> Iterator[str]:
        for say in sayings:
            try:
                say()
            except (KeyError, TemplateError) as error:
                yield f"the numbers of «{code or 'unknown'}» cannot be said: {error}."


def place_book(numbers: Mapping[str, Any], words: Mapping[str, Any], locale: str) -> PlaceBook:
    """The book made from content/places/countries.yaml and one language's places.yaml; raises KeyError."""
    countries = {code: _country(code, entry) for code, entry in numbers["countries"].items()}
    eu, young = numbers["eu_112"], numbers["young_europe"]
    for code in eu["countries"]:
        countries[code] = _with_young(countries.get(code) or _member(code, eu), young)
    rows = [row for entry in numbers["countries"].values() for row in _rows(entry)]
    rows += [eu, young, *numbers["unknown"]["may_connect"]]
    ids = Counter(str(row["id"]) for row in rows)
    repeated = tuple(line for line, times in ids.items() if times > 1)
    return PlaceBook(_by_name(countries, words), {row["id"]: row["number"] for row in rows}, words, locale, repeated)


def _by_name(countries: dict[str, Country], words: Mapping[str, Any]) -> dict[str, Country]:
    return dict(sorted(countries.items(), key=lambda item: str(words["countries"].get(item[0], item[0]))))


def _country(code: str, entry: Mapping[str, Any]) -> Country:
    return Country(
        code,
        compiled=day(entry["compiled"]) or date.min,
        emergency=_ids(entry.get("emergency", ())),
        lines={kind: _ids(entry.get(kind, ())) for kind in _KINDS},
        unconfirmed=names(entry.get("unconfirmed")),
        health_first=entry.get("health_first") == "yes",
    )


def _member(code: str, eu: Mapping[str, Any]) -> Country:
    """A state of the European Union that has no entry of its own."""
    return Country(code, compiled=day(eu["compiled"]) or date.min, emergency=(eu["id"],))


def _with_young(country: Country, young: Mapping[str, Any]) -> Country:
    """A state of the European Union; without a children's line of its own it has the one of much of Europe."""
    if country.lines.get("young"):
        return country
    unconfirmed = (*country.unconfirmed, *names(young.get("unconfirmed")))
    return replace(country, lines={**country.lines, "young": (young["id"],)}, unconfirmed=unconfirmed)


def _rows(entry: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    for kind in ("emergency", *_KINDS):
        yield from entry.get(kind, ())


def _ids(rows: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(str(row["id"]) for row in rows)
