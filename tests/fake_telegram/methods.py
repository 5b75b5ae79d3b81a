"""Which function does what a method promises, and the methods about updates themselves."""

from collections.abc import Awaitable, Callable
from typing import Any

from . import editing, profile, sending
from .errors import bad, webhook_is_active, webhook_set_meanwhile
from .kinds import Params
from .updates import ALLOWED_BY_DEFAULT, Raw
from .world import Webhook, World


async def get_updates(world: World, params: Params) -> list[bytes]:
    """The updates from `offset` on, confirming those before; see `updates`. The items are JSON already."""
    if world.webhook.url:
        raise webhook_is_active()
    world.updates.allow(params.get("allowed_updates"))
    wait = max(params.get("timeout", 0), 0)
    return await world.updates.take(params.get("offset", 0), params.get("limit", 100), wait)


def set_webhook(world: World, params: Params) -> bool:
    """Remember the address; nothing is delivered there."""
    if not params["url"]:
        return delete_webhook(world, params)
    if not params["url"].startswith("https://"):
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    secret = params.get("secret_token", "")
    if len(secret) > 256:
        raise bad("secret token is too long")
    if not secret.replace("-", "_").replace("_", "a").isalnum() and secret:
        raise bad("secret token contains unallowed characters")
    connections = min(max(params.get("max_connections", 40), 1), 100)
    world.webhook = Webhook(params["url"], connections, secret, "certificate" in params)
    world.updates.allow(params.get("allowed_updates"))
    _drop_if_asked(world, params)
    world.updates.stop_poll(webhook_set_meanwhile())
    return True


def delete_webhook(world: World, params: Params) -> bool:
    """Forget the address."""
    world.webhook = Webhook()
    _drop_if_asked(world, params)
    return True


def _drop_if_asked(world: World, params: Params) -> None:
    if params.get("drop_pending_updates"):
        world.updates.clear()


def get_webhook_info(world: World, params: Params) -> Raw:
    """The address, and how much waits."""
    hook = world.webhook
    info = {"url": hook.url, "has_custom_certificate": hook.certificate}
    info |= {"pending_update_count": world.updates.pending}
    if hook.url:
        info |= {"max_connections": hook.max_connections, "ip_address": "203.0.113.7"}
    if world.updates.allowed != ALLOWED_BY_DEFAULT:
        info["allowed_updates"] = sorted(world.updates.allowed)
    return info


DOES: dict[str, Callable[[World, Params], Any]] = {
    "getMe": profile.get_me,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "sendMessage": sending.send_message,
    "sendPhoto": sending.send_photo,
    "sendDocument": sending.send_document,
    "editMessageText": editing.edit_message_text,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "editMessageMedia": editing.edit_message_media,
    "deleteMessage": editing.delete_message,
    "answerCallbackQuery": editing.answer_callback_query,
    "setMyCommands": profile.set_my_commands,
    "getMyCommands": profile.get_my_commands,
    "deleteMyCommands": profile.delete_my_commands,
    "setMyDescription": profile.setter("description"),
    "getMyDescription": profile.getter("description"),
    "setMyShortDescription": profile.setter("short_description"),
    "getMyShortDescription": profile.getter("short_description"),
    "setMyName": profile.setter("name"),
    "getMyName": profile.getter("name"),
    "setChatMenuButton": profile.set_chat_menu_button,
    "getChatMenuButton": profile.get_chat_menu_button,
    "sendChatAction": sending.send_chat_action,
    "getFile": sending.get_file,
}
WAITS: dict[str, Callable[[World, Params], Awaitable[list[bytes]]]] = {"getUpdates": get_updates}
