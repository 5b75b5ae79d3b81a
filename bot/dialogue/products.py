"""The person's products: added with a name, a kind and the list of ingredients, compared, and taken away again."""

from dataclasses import replace
from datetime import datetime

from bot.care.patch_test import running, verdict_on
from bot.care.products import PRODUCT_KINDS, Product, ProductKind
from bot.dialogue.effects import SendFile
from bot.dialogue.events import Event, Wrote
from bot.dialogue.patch_test import product_of, tested
from bot.dialogue.person import Person
from bot.dialogue.world import Decision, Item, Items, Moment, Outcome, Reader, Unclear, Understood

NAME_LENGTH = 60
LIST_LENGTH = 3000
PRODUCTS_AT_MOST = 12
# Ids count the seconds from here: short enough for a button, and never given twice.
EPOCH = 1_735_689_600


def new_id(person: Person, now: datetime) -> str:
    """An id that no product of the person has."""
    number = int(now.timestamp()) - EPOCH
    while any(product.id == f"p{number:x}" for product in person.products):
        number += 1
    return f"p{number:x}"


def product_door(moment: Moment) -> Outcome:
    """Products are kept with consent only, and only so many."""
    if not moment.person.consented:
        return Outcome("no_consent", moment.person)
    return Outcome("full" if len(moment.person.products) >= PRODUCTS_AT_MOST else "ask", moment.person)


def read_name(event: Event, moment: Moment) -> Understood | Unclear:
    """What the person calls the product, on one line."""
    words = " ".join(event.text.split()) if isinstance(event, Wrote) else ""
    if not any(letter.isalnum() for letter in words):
        return Unclear("product_name_unclear")
    return Understood(words) if len(words) <= NAME_LENGTH else Unclear("product_name_long")


def read_ingredients(event: Event, moment: Moment) -> Understood | Unclear:
    """The list as it was pasted."""
    words = event.text.strip() if isinstance(event, Wrote) else ""
    if not any(letter.isalpha() for letter in words):
        return Unclear("ingredients_unclear")
    return Understood(words) if len(words) <= LIST_LENGTH else Unclear("ingredients_long")


def take_name(moment: Moment) -> Outcome:
    """The name goes on to be asked for its kind; nothing is kept yet."""
    return Outcome("named", moment.person, given=moment.given)


def kind_said(kind: ProductKind) -> Decision:
    """The product is whole enough to keep: its name and its kind."""

    def decide(moment: Moment) -> Outcome:
        person, name = moment.person, moment.person.given[:NAME_LENGTH]
        if not person.consented or not name:
            return Outcome("lost", person)
        product = Product(new_id(person, moment.now), name, kind, added_at=moment.now)
        return Outcome("kept", replace(person, products=(*person.products, product)), given=product.id)

    return Decision(decide, frozenset({"kept", "lost"}))


def product_here(moment: Moment) -> Outcome:
    """The product just named, or that of this screen, handed on to the next."""
    product = product_of(moment.person, moment.given) or product_of(moment.person, moment.person.given)
    return Outcome("here", moment.person, given=product.id) if product else Outcome("gone", moment.person)


def open_product(moment: Moment) -> Outcome:
    """The product that was picked."""
    product = product_of(moment.person, moment.given)
    return Outcome("here", moment.person, given=product.id) if product else Outcome("gone", moment.person)


def take_ingredients(moment: Moment) -> Outcome:
    """The list kept with its product."""
    product = product_of(moment.person, moment.person.given)
    if product is None:
        return Outcome("gone", moment.person)
    person = with_product(moment.person, replace(product, ingredients=moment.given[:LIST_LENGTH]))
    return Outcome("kept", person, given=product.id)


def with_product(person: Person, product: Product) -> Person:
    """The person with this product in place of the one of its id."""
    return replace(person, products=tuple(product if p.id == product.id else p for p in person.products))


def new_batch(moment: Moment) -> Outcome:
    """A new bottle: what the old one showed no longer counts, unless it was a reaction."""
    product = product_of(moment.person, moment.person.given)
    if product is None:
        return Outcome("gone", moment.person)
    test = verdict_on(moment.person.tests, product.id, product.batch)
    if test and not test.end:
        return Outcome("running", moment.person)
    if test and test.end == "reacted":
        return Outcome("reacted", moment.person, given=product.id)
    person = with_product(moment.person, replace(product, batch=product.batch + 1))
    return Outcome("kept", person, given=product.id)


def remove_product(moment: Moment) -> Outcome:
    """The product and all its tests go."""
    product = product_of(moment.person, moment.person.given)
    if product is None:
        return Outcome("gone", moment.person)
    products = tuple(each for each in moment.person.products if each.id != product.id)
    tests = tuple(test for test in moment.person.tests if test.product != product.id)
    return Outcome("removed", replace(moment.person, products=products, tests=tests))


def print_checklist(moment: Moment) -> Outcome:
    """The checklist to print."""
    return Outcome("sent", moment.person, (SendFile("checklist.pdf"),))


def my_products(moment: Moment) -> tuple[Item, ...]:
    """Every product with how it stands."""
    found = tested(moment.world, moment.person, moment.now)
    return tuple(Item(each.product.id, {"product": each.product.id}) for each in found)


def product_actions(moment: Moment) -> tuple[Item, ...]:
    """What can be done with the product on this screen, the likeliest first."""
    product = product_of(moment.person, moment.given)
    return tuple(Item(action, {"action": action}) for action in actions(moment.person, product)) if product else ()


def actions(person: Person, product: Product) -> tuple[str, ...]:
    """The keys of what can be done with a product."""
    test = verdict_on(person.tests, product.id, product.batch)
    now_running = running(person.tests)
    first: tuple[str, ...] = ("today",) if test and now_running == test else ("start",)
    if test and test.end == "reacted":
        first = ("verdict",)
    elif test and test.end:
        first = ("verdict", "start")
    lists = ("result", "paste") if product.ingredients else ("paste",)
    batch = ("batch",) if test and test.end else ()
    return (*first, *lists, *batch, "remove")


DECISIONS: dict[str, Decision] = {
    "product_door": Decision(product_door, frozenset({"no_consent", "full", "ask"})),
    "take_name": Decision(take_name, frozenset({"named"})),
    **{f"kind_{kind}": kind_said(kind) for kind in PRODUCT_KINDS},
    "product_here": Decision(product_here, frozenset({"here", "gone"})),
    "open_product": Decision(open_product, frozenset({"here", "gone"})),
    "take_ingredients": Decision(take_ingredients, frozenset({"kept", "gone"})),
    "new_batch": Decision(new_batch, frozenset({"kept", "reacted", "running", "gone"})),
    "remove_product": Decision(remove_product, frozenset({"removed", "gone"})),
    "print_checklist": Decision(print_checklist, frozenset({"sent"})),
}
READERS: dict[str, Reader] = {"product_name": read_name, "product_ingredients": read_ingredients}
ITEMS: dict[str, Items] = {"my_products": my_products, "product_actions": product_actions}
