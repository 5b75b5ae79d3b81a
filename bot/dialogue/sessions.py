"""Everything sessions bring to the talk, under the names that flow files use."""

from bot.dialogue import session_acts, session_after, session_planning
from bot.dialogue.world import Decision, Items, Reader

DECISIONS: dict[str, Decision] = session_planning.DECISIONS | session_acts.DECISIONS | session_after.DECISIONS
READERS: dict[str, Reader] = session_planning.READERS
ITEMS: dict[str, Items] = session_planning.ITEMS | session_acts.ITEMS | session_after.ITEMS
