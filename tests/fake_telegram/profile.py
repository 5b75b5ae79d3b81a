"""What the bot is told to say about itself: names, descriptions, commands, the menu button."""

from collections.abc import Callable

from .errors import bad
from .kinds import Params
from .limits import check_commands, check_language
from .sending import known_chat
from .updates import Raw
from .world import World

ABOUT_BOT = {
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_guest_queries": False,
    "supports_inline_queries": False,
    "can_connect_to_business": False,
    "has_main_web_app": False,
    "has_topics_enabled": False,
    "allows_users_to_create_topics": False,
    "can_manage_bots": False,
    "supports_join_request_queries": False,
}


def get_me(world: World, params: Params) -> Raw:
    """The bot as a user."""
    return world.me_in_chats | ABOUT_BOT


def set_my_commands(world: World, params: Params) -> bool:
    """The list behind the menu button, for a scope and a language."""
    check_commands(params["commands"])
    world.profile.commands[_scope(params)] = params["commands"]
    return True


def get_my_commands(world: World, params: Params) -> list[Params]:
    """The list of exactly this scope and language."""
    return world.profile.commands.get(_scope(params), [])


def delete_my_commands(world: World, params: Params) -> bool:
    """No list of its own for this scope and language."""
    world.profile.commands.pop(_scope(params), None)
    return True


def _scope(params: Params) -> tuple[str, str]:
    scope = params.get("scope", {"type": "default"})
    needs = {"chat": {"chat_id"}, "chat_administrators": {"chat_id"}, "chat_member": {"chat_id", "user_id"}}
    if scope.keys() - {"type"} != needs.get(scope["type"], set()):
        raise bad("can't parse BotCommandScope: wrong fields for its type")
    return str(sorted(scope.items())), _language(params)


def _language(params: Params) -> str:
    code: str = params.get("language_code", "")
    check_language(code)
    return code


def setter(name: str) -> Callable[[World, Params], bool]:
    """The method that sets this text, in a language or for all others."""

    def set_text(world: World, params: Params) -> bool:
        world.profile.texts[name, _language(params)] = params.get(name, "")
        return True

    return set_text


def getter(name: str) -> Callable[[World, Params], Raw]:
    """The method that gets this text, in a language or else the one for all others."""

    def get_text(world: World, params: Params) -> Raw:
        texts = world.profile.texts
        return {name: texts.get((name, _language(params))) or texts.get((name, ""), "")}

    return get_text


def set_chat_menu_button(world: World, params: Params) -> bool:
    """The button beside the field for words, in one private chat or in all."""
    button = params.get("menu_button", {"type": "default"})
    if (button["type"] == "web_app") != ("text" in button and "web_app" in button):
        raise bad("can't parse menu button: wrong fields for its type")
    if "chat_id" in params:
        known_chat(world, params["chat_id"])
    world.profile.menu_buttons[params.get("chat_id")] = button
    return True


def get_chat_menu_button(world: World, params: Params) -> Params:
    """The button of that chat, or the one of all."""
    buttons = world.profile.menu_buttons
    return buttons.get(params.get("chat_id")) or buttons.get(None) or {"type": "commands"}
