"""How long what we know about a person may live without a word from them."""

from datetime import timedelta

# Without standing consent nothing but the thread of the talk is kept, and that not for long.
DROP_AFTER = timedelta(days=30)
# Between the notice that a record will go and its going.
NOTICE_PERIOD = timedelta(days=30)
