"""Places on the skin in a person's own words: which areas, which sides, how they are today.

Laws of this file:
* A side is never guessed. It is read only where it stands next to its area ("left elbow", "knee (right)"); in every
  other case, and whenever words can be read in two ways, the area is left without a side, to be asked.
* Sides seen in a mirror or a picture, or somebody else's left, count as not said.
* What comes out is read back in words before anything is kept.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from bot.care.body import SIDES, Body, Side
from bot.care.body_pieces import LONGEST, Lexicon, Piece, Sort, pieces_of
from bot.care.plaques import State

# How many words may stand between a side and its area.
APART = 4

Kind = Literal["area", "group"]


@dataclass(frozen=True)
class Mention:
    """One thing named: an area by its name without a side, or a wider group. `sides` is empty when not said."""

    kind: Kind
    name: str
    sides: tuple[Side, ...] = ()
    states: tuple[State, ...] = ()
    itch: int | None = None


@dataclass(frozen=True)
class Reading:
    """What was read: places named, areas said to be clear or not meant, and whether it was "everywhere"."""

    mentions: tuple[Mention, ...] = ()
    left_out: tuple[str, ...] = ()
    everywhere: bool = False


@dataclass
class Chunk:
    """A stretch of words within which a side may belong to an area; `joined` says how it follows the one before."""

    pieces: list[Piece] = field(default_factory=list)
    joined: Sort = "stop"
    heading: bool = False

    def of(self, *sorts: Sort) -> list[Piece]:
        return [piece for piece in self.pieces if piece.sort in sorts]


@dataclass
class Found:
    """An area or group while the text is read."""

    piece: Piece
    chunk: int
    sides: tuple[Side, ...] = ()
    negated: bool = False
    states: list[State] = field(default_factory=list)
    itch: int | None = None


def read_places(text: str, lexicon: Lexicon) -> Reading:
    """What a person named, in the order they named it; nothing is made up where nothing can be read."""
    pieces = pieces_of(text, lexicon)
    seen = any(piece.sort == "seen" for piece in pieces)
    chunks = _chunks(pieces)
    found = [
        each for place, chunk in enumerate(chunks) for each in _sided(chunk, place, _listed(chunks, place), lexicon)
    ]
    _lone_sides(chunks, found, lexicon)
    _headings(chunks, found)
    _compared(chunks, found)
    _negations(chunks, found)
    _states(chunks, found, lexicon)
    if seen:
        for each in found:
            each.sides = each.sides if len(each.sides) == 2 else ()
    return _reading(found, any(piece.sort == "everywhere" for piece in pieces), lexicon)


def only_places(text: str, lexicon: Lexicon) -> bool:
    """Whether a text names places on the skin, perhaps with how they are, and every word of it was understood.

    Something said of the whole body is more than a place.
    """
    sorts = {piece.sort for piece in pieces_of(text, lexicon)}
    named = bool(sorts & {"area", "group"}) and len(text) <= LONGEST
    return named and "word" not in sorts and not {"everywhere", "state"} <= sorts


# Sides.


def _chunks(pieces: Iterable[Piece]) -> list[Chunk]:
    chunks = [Chunk()]
    for piece in pieces:
        if piece.sort in ("comma", "stop", "and", "or", "break", "colon"):
            heads = piece.sort == "colon" and bool(chunks[-1].of("side")) and not chunks[-1].of("area", "group")
            chunks[-1].heading = heads
            chunks.append(Chunk(joined=piece.sort))
        else:
            chunks[-1].pieces.append(piece)
    return _filled(chunks)


def _filled(chunks: list[Chunk]) -> list[Chunk]:
    """Chunks that hold something; an empty one hands on the stronger of two joints."""
    strength = ("and", "or", "break", "comma", "colon", "stop")
    kept: list[Chunk] = []
    pending: Sort = "and"
    for chunk in chunks:
        pending = max(pending, chunk.joined, key=strength.index)
        if chunk.pieces:
            chunk.joined, pending = pending, "and"
            kept.append(chunk)
    return kept


def _sided(chunk: Chunk, place: int, listed: bool, lexicon: Lexicon) -> list[Found]:
    """The areas of one chunk with the sides that are plainly theirs; `listed` when other areas stand before it."""
    row = chunk.of("side", "area", "group", "not")
    found: list[Found] = []
    for at, piece in enumerate(row):
        if piece.sort in ("area", "group"):
            found.append(Found(piece, place, _own_side(row, at, lexicon)))
            # "Elbow and knee are both sore" speaks of two areas and not of two knees.
            after = row[at + 1] if at + 1 < len(row) else None
            if after and after.name == "both" and not after.many and not piece.sides and (listed or not piece.many):
                found[-1].sides = _claim(row, at, -1, lexicon)
    return found


def _listed(chunks: Sequence[Chunk], place: int) -> bool:
    """Whether the stretch goes on a list of areas."""
    return chunks[place].joined in ("and", "comma") and place > 0 and bool(chunks[place - 1].of("area", "group"))


def _own_side(row: Sequence[Piece], at: int, lexicon: Lexicon) -> tuple[Side, ...]:
    piece = row[at]
    if piece.sides:
        return _both(piece.sides[0]) if len(piece.sides) == 1 else SIDES if set(piece.sides) == set(SIDES) else ()
    prefix, suffix = _claim(row, at, -1, lexicon), _claim(row, at, +1, lexicon)
    if prefix and suffix and prefix != suffix:
        return ()
    return prefix or suffix


def _claim(row: Sequence[Piece], at: int, step: int, lexicon: Lexicon) -> tuple[Side, ...]:
    """The side on one hand of an area, when no other area could have it."""
    beside = at + step
    if not 0 <= beside < len(row) or row[beside].sort != "side":
        return ()
    first, last = sorted((row[at], row[beside]), key=lambda piece: piece.at)
    if last.at - first.end > APART:
        return ()
    other = beside + step
    rival = row[other] if 0 <= other < len(row) and row[other].sort in ("area", "group") else None
    if rival and not rival.sides and not _has_own(row, other, step) and not (step < 0 and not _paired(rival, lexicon)):
        # A side between two areas is the second one's only when the pattern of the whole row says so.
        return _both(row[beside].name) if _regular(row, step) else ()
    if rival and step > 0:
        return _both(row[beside].name) if _regular(row, step) else ()
    return _both(row[beside].name)


def _has_own(row: Sequence[Piece], at: int, step: int) -> bool:
    """Whether an area has a side on its far hand."""
    far = at + step
    return 0 <= far < len(row) and row[far].sort == "side"


def _regular(row: Sequence[Piece], step: int) -> bool:
    """Whether sides and areas take turns: side first for sides before their area, area first for sides after."""
    kinds = [piece.sort == "side" for piece in row]
    starts = step < 0
    return len(kinds) % 2 == 0 and all(kind == (starts if n % 2 == 0 else not starts) for n, kind in enumerate(kinds))


def _paired(piece: Piece, lexicon: Lexicon) -> bool:
    return piece.sort == "group" or piece.name in lexicon.paired


def _both(side: str) -> tuple[Side, ...]:
    return SIDES if side == "both" else (side,) if side in SIDES else ()


def _lone_sides(chunks: Sequence[Chunk], found: list[Found], lexicon: Lexicon) -> None:
    """A side that stands apart belongs to the one area before it, or makes its neighbours unclear."""
    for place, chunk in enumerate(chunks):
        sides = chunk.of("side")
        if not sides or chunk.of("area", "group") or chunk.heading or chunk.of("not"):
            continue
        before = [each for each in found if each.chunk == place - 1] if chunk.joined != "stop" else []
        after = [each for each in found if each.chunk == place + 1]
        after = after if place + 1 < len(chunks) and chunks[place + 1].joined != "stop" else []
        alone = len(before) == 1 and not before[0].sides and not before[0].piece.sides and not after
        if sides[0].name == "both":
            own = before[0].piece.many and not _listed(chunks, before[0].chunk) if alone else False
            if alone and (own or sides[0].many):
                before[0].sides = SIDES
            continue
        if alone and len(sides) == 1 and chunk.joined in ("comma", "colon") and not _side_follows(chunks, place):
            before[0].sides = _both(sides[0].name)
            continue
        for each in (*before, *after):
            if _both(sides[0].name) != each.sides and _paired(each.piece, lexicon):
                each.sides = ()
                each.piece.sides = ()
    _correlative(chunks, found)


def _side_follows(chunks: Sequence[Chunk], place: int) -> bool:
    """Whether another side stands apart right after: "elbow: left, right" may mean either or both."""
    after = chunks[place + 1 : place + 2]
    return bool(after) and after[0].joined != "stop" and bool(after[0].of("side"))


def _correlative(chunks: Sequence[Chunk], found: Sequence[Found]) -> None:
    """ "Both elbow and knee" does not say that both elbows are meant."""
    for each in found:
        own = [piece for piece in chunks[each.chunk].of("side") if piece.name == "both"]
        joined = each.chunk + 1 < len(chunks) and chunks[each.chunk + 1].joined == "and"
        if own and joined and not each.piece.many and chunks[each.chunk + 1].of("area", "group"):
            each.sides = ()


def _headings(chunks: Sequence[Chunk], found: Sequence[Found]) -> None:
    """ "Left: elbow, knee." says the side of each area up to the end of the sentence or the next heading."""
    heading: tuple[Side, ...] = ()
    for place, chunk in enumerate(chunks):
        if chunk.heading:
            heading = _both(chunk.of("side")[0].name)
            continue
        if chunk.joined == "stop":
            heading = ()
        for each in (each for each in found if each.chunk == place and heading and not each.sides):
            if not chunk.of("side"):
                each.sides = heading


def _compared(chunks: Sequence[Chunk], found: Sequence[Found]) -> None:
    """ "Elbows, mainly the left" compares two, and does not say that only one is meant."""
    for each in found:
        near = chunks[each.chunk : each.chunk + 2]
        if each.piece.many and any(chunk.of("compare") for chunk in near) and len(each.sides) == 1:
            each.sides = ()


# What is not meant, and how it is today.


def _negations(chunks: Sequence[Chunk], found: Sequence[Found]) -> None:
    carried = False
    for place, chunk in enumerate(chunks):
        here = [each for each in found if each.chunk == place]
        carries = carried and chunk.joined in ("or", "and") and not chunk.of("state", "number", "not", "are")
        carried = False
        if carries and here:
            carried = True
            for each in here:
                each.negated = True
        row = chunk.of("not", "clear", "area", "group", "state", "side")
        for at, piece in enumerate(row):
            if piece.sort == "not":
                carried = _negate(row, at, here) or carried
            elif piece.sort == "clear" and not (at and row[at - 1].sort == "not"):
                _clear(chunks, place, here, found)


def _negate(row: Sequence[Piece], at: int, here: Sequence[Found]) -> bool:
    """What a "not" takes away; True when it took areas that follow it."""
    rest = row[at + 1 :]
    if rest and rest[0].sort in ("state", "clear"):
        return False
    meant = [each for each in here if each.piece in rest]
    before = [each for each in here if each.piece in row[:at]]
    if not meant and not rest:
        meant = before[-1:]
    for each in meant:
        each.negated = True
    return bool(meant) and bool(rest)


def _clear(chunks: Sequence[Chunk], place: int, here: Sequence[Found], found: Sequence[Found]) -> None:
    """Areas said to be clear are not places with plaques; "are clear" reaches back over "and"."""
    for each in here:
        each.negated = True
    back = place
    while chunks[back].of("are") and back and chunks[back].joined == "and":
        back -= 1
        for each in (each for each in found if each.chunk == back):
            each.negated = True
        if not chunks[back].of("area", "group") or chunks[back].of("state"):
            break


def _states(chunks: Sequence[Chunk], found: Sequence[Found], lexicon: Lexicon) -> None:
    for place, chunk in enumerate(chunks):
        states = _stated(chunk)
        itch = _itch(chunk, lexicon)
        if not states and itch is None:
            continue
        for each in _owners(chunks, place, found):
            each.states += [state for state in states if state not in each.states]
            each.itch = itch if itch is not None else each.itch


def _stated(chunk: Chunk) -> list[State]:
    """The states of a chunk, without those a "not" stands before."""
    row = [piece for piece in chunk.pieces if piece.sort not in ("word", "number")]
    stated: list[State] = []
    for at, piece in enumerate(row):
        if piece.sort == "state" and not (at and row[at - 1].sort == "not"):
            stated.append(piece.name)  # type: ignore[arg-type] # the table was checked against the states
    return stated


def _owners(chunks: Sequence[Chunk], place: int, found: Sequence[Found]) -> list[Found]:
    """The areas that the states of a chunk speak of."""
    here = [each for each in found if each.chunk == place]
    if here:
        plural = bool(chunks[place].of("are"))
        return [*here, *(_backwards(chunks, place, found) if plural else ())]
    ahead = [each for each in found if each.chunk == place + 1]
    starts = place == 0 or chunks[place].joined == "stop"
    forward = place + 1 < len(chunks) and chunks[place + 1].joined in ("and", "comma")
    tied = place + 1 < len(chunks) and chunks[place + 1].joined == "and" and chunks[place].joined == "comma"
    if forward and ahead and (starts or (tied and chunks[place + 1].pieces[0].sort == "state")):
        return ahead
    return _before(chunks, place, found)


def _before(chunks: Sequence[Chunk], place: int, found: Sequence[Found]) -> list[Found]:
    """The areas just before a stretch that names none: one chunk of them, or all for "they are all …"."""
    everything = bool(chunks[place].of("are"))
    for back in range(place - 1, -1, -1):
        held = [each for each in found if each.chunk == back]
        if held:
            return [*held, *(_backwards(chunks, back, found) if everything else ())]
    return []


def _backwards(chunks: Sequence[Chunk], place: int, found: Sequence[Found]) -> list[Found]:
    """Areas named before in the same list that nothing was said about."""
    reached: list[Found] = []
    while place and chunks[place].joined in ("and", "comma"):
        place -= 1
        if chunks[place].of("state", "number") or not chunks[place].of("area", "group", "side"):
            break
        reached += [each for each in found if each.chunk == place]
    return reached


def _itch(chunk: Chunk, lexicon: Lexicon) -> int | None:
    """The itch from 0 to 10 that a chunk says: "8/10", "itchy 7"; None when a number may mean something else."""
    words = {piece.name for piece in chunk.pieces if piece.sort in ("state", "word", "itch", "notitch")}
    itches = bool(chunk.of("itch")) or "itchy" in words
    if "sore" in words or chunk.of("notitch"):
        return None
    found = [_amount(piece.name, itches) for piece in chunk.of("number")]
    amounts = [amount for amount in found if amount is not None]
    return amounts[0] if len(amounts) == 1 else None


def _amount(said: str, itches: bool) -> int | None:
    number, slash, _ = said.partition("/")
    if said.endswith("%") or not (slash or itches):
        return None
    value = float(number.replace(",", "."))
    # Half a point up: of two readings the stricter.
    return int(-(-value // 1)) if 0 <= value <= 10 else None


# Together.


def _reading(found: Sequence[Found], everywhere: bool, lexicon: Lexicon) -> Reading:
    out = [each for each in found if each.negated]
    mentions: dict[tuple[str, str, tuple[Side, ...]], Mention] = {}
    for each in (each for each in found if not each.negated):
        kind: Kind = "area" if each.piece.sort == "area" else "group"
        sides = each.sides if _paired(each.piece, lexicon) else ()
        key = (kind, each.piece.name, sides)
        held = mentions.get(key, Mention(kind, each.piece.name, sides))
        itch = max((i for i in (held.itch, each.itch) if i is not None), default=None)
        states = tuple(dict.fromkeys((*held.states, *each.states)))
        mentions[key] = replace(held, states=states, itch=itch)
    kept = [_without(mention, out) for mention in mentions.values()]
    return Reading(tuple(_settled(kept)), tuple(dict.fromkeys(each.piece.name for each in out)), everywhere)


def _without(mention: Mention, out: Sequence[Found]) -> Mention:
    """An area of which one side is meant and the other not: taken as unclear where the two meet."""
    for each in out:
        if each.piece.name == mention.name and set(each.sides) & set(mention.sides):
            return replace(mention, sides=())
    return mention


def _settled(mentions: Sequence[Mention]) -> list[Mention]:
    """Without an unsided mention of an area that is named with its side elsewhere and nothing more is said of it."""
    sided = {mention.name for mention in mentions if mention.sides}
    return [m for m in mentions if m.sides or m.name not in sided or m.states or m.itch is not None]


def keys_named(mention: Mention, body: Body) -> tuple[str, ...]:
    """The keys an area mention stands for; none while its side is not known."""
    keys = body.keys_of(mention.name)
    if len(keys) < 2:
        return keys
    return tuple(key for key in keys if body.areas[key].side in mention.sides)
