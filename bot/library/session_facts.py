"""Facts about sessions: what is planned, the draft of a plan, the questions before, the looks after, the course."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from babel.dates import format_date

from bot.care.products import Standing, Tested
from bot.care.sessions import (
    CHANGES,
    PAUSES,
    SCORES,
    STATES,
    Finding,
    Occurrence,
    Plan,
    Scores,
    Session,
    areas_asked,
    done_sessions,
    looks_of,
    missed,
    occurrence,
    stopped_areas,
    unimproved,
)
from bot.dialogue.clinician import opening_of
from bot.dialogue.patch_test import tested
from bot.dialogue.products import PRODUCTS_AT_MOST
from bot.dialogue.session_acts import BETWEEN, LEADS, coming, leads_of, looks_open, question_of, replies_in
from bot.dialogue.session_after import findings_in
from bot.dialogue.session_planning import zone_of
from bot.dialogue.session_wants import going_on
from bot.library.care_facts import moment_said
from bot.library.geography import zone_city
from bot.library.map_words import name_of, plain_name
from bot.library.patch_facts import standing_words
from bot.library.session_draft_facts import FACTS as DRAFT_FACTS
from bot.library.session_words import (
    LONG_MOMENT,
    Find,
    area_names,
    listed,
    moment_of,
    phrase,
    rhythm_said,
    safe,
    sentence,
    short_moment,
    words_of_item,
)
from bot.reminders.walltime import instant, on_wall

if TYPE_CHECKING:
    from bot.library.facts import Scene

ROWS_SHOWN = 12
ACTIONS = "check before move skip cancel series done missed areas after look undo".split()
# How a product must stand to be used.
USABLE: tuple[Standing, ...] = ("no_reaction", "short")

# Phrases this file needs, by group.
NEEDED: dict[str, set[str]] = {
    "session_actions": set(ACTIONS),
    "session_states": {*STATES, "held", "unanswered"},
    "pauses": set(PAUSES),
    "scores": {f"{name}_{part}" for name in SCORES for part in ("ask", "name")},
    "found_changes": set(CHANGES),
    "leads": {*LEADS, "none"},
    "checks": {"go", "adapt", "postpone"},
    "rhythms": set("once every_days every_weeks every_months".split()),
    "endings": set("times until open".split()),
    "course": set("title about before after footer".split()),
    "plan_sentences": set(
        "line course_line score_change elsewhere plan session product product_left_out product_used".split()
    ),
}


def session_here(scene: "Scene") -> Occurrence | None:
    """The session this page or message is about."""
    parts = scene.person.given.partition(BETWEEN)[0].split("/")
    return occurrence(scene.person.plans, "/".join(parts[-2:])) if len(parts) > 1 else None


def item_session(scene: "Scene") -> Occurrence | None:
    """The session on a button."""
    return occurrence(scene.person.plans, str(scene.extra.get("session", "")))


def of_session(find: Callable[["Scene", Occurrence], Any], nothing: Any) -> Find:
    """A fact about the session of this page; `nothing` where there is none."""

    def fact(scene: "Scene") -> Any:
        found = session_here(scene)
        return find(scene, found) if found else nothing

    return fact


def session_word(scene: "Scene", found: Occurrence) -> str:
    """How a session stands: on hold and paused come before planned."""
    if found.open and scene.now >= instant(found.wall, safe(found.plan.zone)):
        return phrase(scene, "session_states", "unanswered")
    if found.open and found.plan.paused:
        return phrase(scene, "pauses", found.plan.paused)
    if found.open and not going_on(scene.world, scene.person, scene.now):
        return phrase(scene, "session_states", "held")
    return phrase(scene, "session_states", found.session.state)


def session_of_item(scene: "Scene") -> str:
    """A session on a button: when, and how it stands."""
    found = item_session(scene)
    return f"{short_moment(scene, found.wall)} · {session_word(scene, found)}" if found else ""


def product_names(scene: "Scene", session: Session) -> str:
    """The products used, by the person's own names."""
    names = {product.id: product.name for product in scene.person.products}
    return listed(scene, [names[id_] for id_ in session.products if id_ in names])


def products_said(scene: "Scene") -> list[str]:
    """The person's products with what testing them has shown."""
    return [product_line(scene, each) for each in tested(scene.world, scene.person, scene.now)]


def product_line(scene: "Scene", each: Tested) -> str:
    """A product with its standing; what has not stood a test is to be left out."""
    name = "product" if each.standing in USABLE else "product_left_out"
    return sentence(scene, name, product=each.product.name, says=standing_words(scene, each, "says"))


def products_used(scene: "Scene", session: Session) -> str:
    """The products used in a session, with how each stands now."""
    used = [each for each in tested(scene.world, scene.person, scene.now) if each.product.id in session.products]
    said = [(each.product.name, standing_words(scene, each, "label")) for each in used]
    return listed(scene, [sentence(scene, "product_used", product=name, label=label) for name, label in said])


# What is planned.


def plans_said(scene: "Scene") -> list[str]:
    """Each plan on a line: its rhythm, its next date, and whether it rests."""
    ahead = coming(scene.person, scene.now)
    return [
        plan_line(scene, plan, [each for each in ahead if each.plan.id == plan.id])
        for plan in scene.person.plans
        if plan_lives(plan, ahead)
    ]


def plan_lives(plan: Plan, ahead: Iterable[Occurrence]) -> bool:
    """Whether a plan still has dates to come."""
    return any(each.plan.id == plan.id for each in ahead)


def plan_line(scene: "Scene", plan: Plan, ahead: Sequence[Occurrence]) -> str:
    """One plan in words."""
    when, zone = moment_said(scene, ahead[0].wall), zone_city(plan.zone)
    return sentence(
        scene, "line", rhythm=rhythm_of(scene, plan), when=when, zone=zone, state=session_word(scene, ahead[0])
    )


def rhythm_of(scene: "Scene", plan: Plan) -> str:
    """A plan's rhythm in words, from its rule."""
    parts = dict(part.partition("=")[::2] for part in plan.rule.split(";") if part)
    unit = {"DAILY": "d", "WEEKLY": "w", "MONTHLY": "m"}.get(parts.get("FREQ", ""), "")
    return rhythm_said(scene, f"{unit}{parts.get('INTERVAL', '1')}" if unit else "")


def plan_here(scene: "Scene") -> str:
    """The plan on this screen in words; empty when there is none."""
    ahead = [each for each in coming(scene.person, scene.now) if each.plan.id == scene.person.given]
    return plan_line(scene, ahead[0].plan, ahead) if ahead else ""


def pause_said(scene: "Scene") -> str:
    """Why plans rest; empty while they do not."""
    reason = next((plan.paused for plan in scene.person.plans if plan.paused), "")
    return phrase(scene, "pauses", reason) if reason else ""


def zones_differ(scene: "Scene") -> bool:
    """Whether a plan goes by another clock than the person does now."""
    return any(plan.zone != zone_of(scene.person) for plan in scene.person.plans) and bool(
        scene.person.answer("time_zone")
    )


def wall_of(moment: datetime, zone: str) -> str:
    """What clocks in the zone show then, as ISO text."""
    return f"{on_wall(moment, zone):%Y-%m-%dT%H:%M}"


def leads_said(scene: "Scene") -> str:
    """When the person is reminded of a session."""
    return leads_in_words(scene, leads_of(scene.person))


def leads_in_words(scene: "Scene", leads: Iterable[str]) -> str:
    """Those leads as one phrase."""
    return listed(scene, [phrase(scene, "leads", lead) for lead in leads if lead in LEADS]) or phrase(
        scene, "leads", "none"
    )


# The questions before, and how it felt.


def question_ask(scene: "Scene") -> str:
    """The question on this screen."""
    question = question_of(scene.person.given, moment_of(scene))
    return str(scene.shelf.care["sessions"]["questions"][question]["ask"]) if question else ""


def question_number(scene: "Scene") -> int:
    """Which of the questions this is, from 1."""
    return len(replies_in(scene.person.given, moment_of(scene))) + 1


def replies_said(scene: "Scene") -> list[str]:
    """What follows from each answer, the plain ones left out."""
    words, questions = scene.shelf.care["sessions"]["replies"], scene.world.sessions.questions
    told = replies_in(scene.person.given, moment_of(scene)).items()
    return [str(words[f"{name}_{reply}"]["says"]) for name, reply in told if questions[name][reply].result != "go"]


def check_came_to(scene: "Scene") -> str:
    """What the three questions came to: go, adapt or postpone; empty before they are answered."""
    found = session_here(scene)
    return found.session.check if found else ""


def danger_told(scene: "Scene") -> bool:
    """Whether one of the answers needs a doctor today."""
    questions = scene.world.sessions.questions
    told = replies_in(scene.person.given, moment_of(scene)).items()
    return any(questions[name][reply].reports == "danger" for name, reply in told)


def part_given(number: int) -> Find:
    """A part of what led to this screen, behind the session's id."""
    return lambda scene: ([*scene.person.given.split(BETWEEN), "", "", ""])[number]


def region_name(scene: "Scene") -> str:
    """The region on this screen."""
    region = part_given(1)(scene)
    return plain_name(f"@{region}", scene.shelf) if region else ""


def score_ask(scene: "Scene") -> str:
    """The score asked for on this screen."""
    name = part_given(2)(scene)
    return phrase(scene, "scores", f"{name}_ask") if name in SCORES else ""


# Looks, and the course.


def look_areas(scene: "Scene") -> list[str]:
    """The treated places the looks open now ask about."""
    return area_names(scene, areas_asked(scene.person.plans, scene.world.sessions.looks, scene.now))


def look_found(scene: "Scene") -> list[str]:
    """What was found, with the place."""
    return [finding_said(scene, finding) for finding in findings_in(scene.person.given)]


def finding_said(scene: "Scene", finding: Finding) -> str:
    """One change with its place."""
    where = "".join(area_names(scene, [finding.area])) or sentence(scene, "elsewhere")
    return f"{phrase(scene, 'found_changes', finding.change)}: {where}"


def look_has(change: str) -> Find:
    """Whether that change was found."""
    return lambda scene: any(finding.change == change for finding in findings_in(scene.person.given))


def missed_looks(scene: "Scene") -> int:
    """How many looks had their time pass without an answer."""
    return len(missed(looks_of(scene.person.plans, scene.world.sessions.looks), scene.now))


def course_rows(scene: "Scene") -> list[str]:
    """Every session that took place, with the scores noted before and after it, in words."""
    return [course_row(scene, session) for session in done_sessions(scene.person.plans)[-ROWS_SHOWN:]]


def course_row(scene: "Scene", session: Session) -> str:
    """One session of the course."""
    day = format_date(date.fromisoformat((session.wall or session.day)[:10]), "d MMMM y", locale=scene.locale)
    noted = scores_said(scene, session.before, session.after)
    return sentence(scene, "course_line", day=str(day), noted=noted or scene.shelf.phrases["values"]["none"])


def scores_said(scene: "Scene", before: Scores, after: Scores) -> str:
    """The scores of one session: before, and after."""
    first, last = before.said(), after.said()
    return ", ".join(
        sentence(
            scene,
            "score_change",
            score=phrase(scene, "scores", f"{name}_name"),
            before=str(first.get(name, "–")),
            after=str(last.get(name, "–")),
        )
        for name in SCORES
        if name in first or name in last
    )


def plans_kept(scene: "Scene") -> list[dict[str, str]]:
    """Plans and sessions as rows of "What do you keep?"; also while consent is withdrawn."""
    rows = []
    for plan in scene.person.plans:
        made = scene.long_date(plan.made_at) if plan.made_at else ""
        value = f"{rhythm_of(scene, plan)}, {moment_said(scene, plan.trial or plan.first)} ({zone_city(plan.zone)})"
        rows.append({"name": sentence(scene, "plan"), "value": value, "date": made})
        rows += [kept_session(scene, plan, held) for held in plan.sessions]
    return rows


def kept_session(scene: "Scene", plan: Plan, held: Session) -> dict[str, str]:
    """What is kept of one session, in words."""
    found = occurrence([plan], f"{plan.id}/{held.day}")
    changes = [finding_said(scene, finding) for look in held.looks for finding in look.findings]
    parts = [
        phrase(scene, "session_states", held.state),
        phrase(scene, "checks", held.check) if held.check else "",
        listed(scene, area_names(scene, held.areas)),
        product_names(scene, held),
        scores_said(scene, held.before, held.after),
        *changes,
    ]
    when = moment_said(scene, found.wall if found else held.day)
    dated = held.changed_at or held.began or held.checked_at
    date_said = scene.long_date(dated) if dated else ""
    return {"name": sentence(scene, "session"), "value": "; ".join([when, *filter(None, parts)]), "date": date_said}


# Each fact with the longest value it can take.
FACTS: dict[str, tuple[Find, Any]] = {
    **DRAFT_FACTS,
    "sessions_open": (lambda s: opening_of(s.person, s.world, s.now).open, True),
    "sessions_stand": (lambda s: going_on(s.world, s.person, s.now), True),
    "plans_said": (plans_said, ["x" * 150] * 8),
    "plan_here": (plan_here, "x" * 150),
    "pause_said": (pause_said, "x" * 60),
    "zones_differ": (zones_differ, True),
    "session_of_item": (session_of_item, "Wed 30 Sept, 15:00 · not answered yet"),
    "session_said": (of_session(lambda s, o: moment_said(s, o.wall), ""), LONG_MOMENT),
    "session_time": (of_session(lambda s, o: o.wall[11:], ""), "15:00"),
    "session_zone": (of_session(lambda s, o: zone_city(o.plan.zone), ""), "Port-au-Prince"),
    "session_word": (of_session(session_word, ""), "x" * 40),
    "session_state": (of_session(lambda s, o: o.session.state, ""), "cancelled"),
    "session_series": (of_session(lambda s, o: o.plan.series, False), True),
    "session_areas": (of_session(lambda s, o: listed(s, area_names(s, o.session.areas)), ""), "x" * 1500),
    "session_products": (of_session(lambda s, o: products_used(s, o.session), ""), "x" * 1100),
    "session_scores": (of_session(lambda s, o: scores_said(s, o.session.before, o.session.after), ""), "x" * 160),
    "session_action_of_item": (words_of_item("session_actions", "action"), "x" * 30),
    "products_said": (products_said, ["x" * 190] * PRODUCTS_AT_MOST),
    "stopped_said": (lambda s: area_names(s, stopped_areas(s.person.plans)), ["x" * 40] * 10),
    "plaques_said": (lambda s: area_names(s, [p.area for p in s.person.plaques.plaques])[:20], ["x" * 40] * 20),
    "leads_said": (leads_said, "x" * 120),
    "lead_of_item": (words_of_item("leads", "lead"), "x" * 40),
    "question_ask": (question_ask, "x" * 60),
    "question_number": (question_number, 3),
    "reply_of_item": (lambda s: str(s.shelf.care["sessions"]["replies"][s.extra["reply"]]["label"]), "x" * 38),
    "replies_said": (replies_said, ["x" * 200] * 3),
    "check_came_to": (check_came_to, "postpone"),
    "danger_told": (danger_told, True),
    "region_of_item": (lambda s: plain_name(f"@{s.extra['region']}", s.shelf), "x" * 30),
    "region_name": (region_name, "x" * 30),
    "area_of_item": (lambda s: name_of(s.extra["area"], s.shelf, s.world.body), "x" * 36),
    "score_ask": (score_ask, "x" * 120),
    "score_when": (part_given(1), "before"),
    "number_of_item": (lambda s: str(s.extra.get("number", "")), "10"),
    "look_areas": (look_areas, ["x" * 40] * 30),
    "look_found": (look_found, ["x" * 80] * 20),
    **{f"look_{change}": (look_has(change), True) for change in CHANGES},
    "looks_open": (lambda s: looks_open(moment_of(s)), True),
    "missed_looks": (missed_looks, 40),
    "course_rows": (course_rows, ["x" * 140] * ROWS_SHOWN),
    "course_enough": (lambda s: len(done_sessions(s.person.plans)) >= s.world.sessions.enough_sessions, True),
    "course_unimproved": (lambda s: unimproved(s.person.plans, s.world.sessions.enough_sessions), True),
    "sessions_done": (lambda s: len(done_sessions(s.person.plans)), 100),
}
