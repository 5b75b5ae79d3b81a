"""Somebody with plans, and what led them to each screen of sessions: how editors see these screens filled."""

from datetime import date, datetime, timedelta

from bot.care.sessions import Plan, Scores, Session
from bot.dialogue.graph import Screen
from bot.dialogue.session_draft import Draft

ZONE = "Europe/Berlin"


def plans(now: datetime) -> tuple[Plan, ...]:
    """One session that took place and a series to come."""
    past, ahead = now.date() - timedelta(days=2), first_day(now)
    done = Session(
        f"{past}",
        "done",
        began=now - timedelta(days=2),
        areas=("shoulder_left",),
        before=Scores(6),
        after=Scores(4),
    )
    return (
        Plan("s1", f"{past}T15:00", ZONE, made_at=now - timedelta(days=9), sessions=(done,)),
        Plan("s2", f"{ahead}T15:00", ZONE, "FREQ=WEEKLY;INTERVAL=1;COUNT=6", made_at=now),
    )


def first_day(now: datetime) -> date:
    """The first day of the series."""
    return now.date() + timedelta(days=5)


def led_to(screen: Screen, now: datetime) -> str:
    """What led to that screen of sessions; empty when nothing needs to."""
    day = first_day(now)
    session, past = f"s2/{day}", f"s1/{now.date() - timedelta(days=2)}"
    draft = Draft("w1", "c6", "3", "", f"{day}T15:00")
    given = {
        "which": Draft(readings=f"{day}T15:00,{day}T03:00").said(),
        "hour": Draft(readings=f"{day}").said(),
        "quarter": Draft(readings=f"{day}T15").said(),
        "question": f"{session}|skin:sore",
        "checked": f"{session}|skin:sore,body:light,product:untested",
        "region": f"{past}|arms",
        "score": f"{past}|after|itch",
        "look_where": "new_plaque|",
        **dict.fromkeys(("look_more", "look_result"), "new_plaque:shoulder_left,rash:,sore:shoulder_left"),
        **dict.fromkeys(("series", "cancel", "cancelled"), "s2"),
        **dict.fromkeys(("one", "moved"), session),
        **dict.fromkeys(("areas", "products", "felt"), past),
        **dict.fromkeys(("confirm", "rhythm", "ending", "when", "month", "own"), draft.said()),
    }
    flow, _, name = screen.name.partition(".")
    if flow == "reminder":
        return f"{name}/{past if name.startswith('look_') else session}"
    return given.get(name, "") if flow == "sessions" else ""
