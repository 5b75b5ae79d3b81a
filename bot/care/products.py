"""Products for massage, and what testing them on the person's own skin has shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

ProductKind = Literal["cream", "oil", "blend", "therapist"]
PRODUCT_KINDS: tuple[ProductKind, ...] = get_args(ProductKind)
Standing = Literal["untested", "running", "held", "unsuitable", "no_reaction", "short", "not_finished", "reacted"]
STANDINGS: tuple[Standing, ...] = get_args(Standing)


@dataclass(frozen=True)
class Product:
    """One product: what the person calls it, its kind, the ingredient list as they pasted it, and which batch it is."""

    id: str
    name: str
    kind: ProductKind
    ingredients: str = ""
    added_at: datetime | None = None
    batch: int = 1


@dataclass(frozen=True)
class Tested:
    """What may be said of a product elsewhere (card, session): `day` is the counted day of a reaction or of the end.

    no_reaction: ten counted days without one; short: seven to nine; not_finished: ended before seven.
    """

    product: Product
    standing: Standing
    day: int | None = None
    on: datetime | None = None
