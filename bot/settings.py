"""Settings from the environment and `.env`, checked whole before anything starts.

The names are a contract with operators: a test compares README, `.env.example` and `--help` with `SETTINGS`.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from dotenv.parser import Binding, parse_stream
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

CONTENT = Path(__file__).resolve().parent.parent / "content"
# The folder in CONTENT_DIR with the letters that pages are printed in.
FONTS = "fonts"
# Variables of the environment that begin like ours must be ours: a misspelt name is not quietly ignored.
OURS = re.compile(r"^(TELEGRAM|WEBHOOK|METRICS|RETENTION|DATA_(DIR|KEY)|SEND_RATE|CONTENT_DIR)")


class SettingsProblem(Exception):
    """Settings that cannot be used; `sentences` name each of them and the form expected."""

    def __init__(self, sentences: list[str]) -> None:
        self.sentences = sentences
        super().__init__("\n".join(sentences))


def _token(value: str) -> str:
    if value and not re.fullmatch(r"\d{5,20}:[A-Za-z0-9_-]{20,100}", value):
        raise ValueError
    return value


def _web(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", value):
        raise ValueError
    return value.rstrip("/")


def _not_built(value: str) -> str:
    if value:
        raise ValueError("not built")
    return value


NotBuilt = Annotated[str, AfterValidator(_not_built)]


class Settings(BaseModel):
    """Everything an operator can set; frozen once read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    telegram_bot_token: Annotated[str, AfterValidator(_token)] = Field("", repr=False)
    telegram_api_url: Annotated[str, AfterValidator(_web)] = "https://api.telegram.org"
    data_dir: Path = Path("data")
    content_dir: Path = CONTENT
    retention_days: int = Field(365, ge=30, le=3650)
    send_rate: float = Field(25, ge=0, le=1000)
    send_rate_per_chat: float = Field(1, ge=0, le=1000)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    database_url: NotBuilt = ""
    webhook_url: NotBuilt = ""
    webhook_secret: NotBuilt = ""
    webhook_listen: NotBuilt = ""
    metrics_listen: NotBuilt = ""
    data_key: NotBuilt = ""
    data_key_old: NotBuilt = ""


@dataclass(frozen=True)
class Setting:
    """One setting as operators read about it."""

    name: str
    default: str
    means: str
    form: str


_NOT_YET = "must stay empty: it is not built yet"
SETTINGS: tuple[Setting, ...] = (
    Setting(
        "TELEGRAM_BOT_TOKEN",
        "",
        "the token @BotFather gave you; empty means: talk in the terminal",
        "digits, a colon and letters, such as 123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11",
    ),
    Setting(
        "TELEGRAM_API_URL",
        "https://api.telegram.org",
        "base address of the Bot API server",
        "an address that begins with http:// or https://",
    ),
    Setting("DATA_DIR", "./data", "folder with everything kept about people; made with mode 0700", "a path"),
    Setting(
        "CONTENT_DIR",
        "the content/ beside bot/",
        "folder with flows, pages and rules",
        "a path to a folder that exists",
    ),
    Setting(
        "RETENTION_DAYS",
        "365",
        "days without contact after which a person is told and then erased",
        "a whole number from 30 to 3650",
    ),
    Setting(
        "SEND_RATE",
        "25",
        "messages a second to all chats together; 0 lifts the limit (for benchmarks)",
        "a number from 0 to 1000",
    ),
    Setting(
        "SEND_RATE_PER_CHAT",
        "1",
        "messages a second to one chat, after a burst of 5; 0 lifts the limit",
        "a number from 0 to 1000",
    ),
    Setting("LOG_LEVEL", "INFO", "how much is logged", "DEBUG, INFO, WARNING or ERROR"),
    Setting("DATABASE_URL", "", "PostgreSQL instead of files", _NOT_YET),
    Setting("WEBHOOK_URL", "", "public address for webhooks instead of polling", _NOT_YET),
    Setting("WEBHOOK_SECRET", "", "secret token of the webhook", _NOT_YET),
    Setting("WEBHOOK_LISTEN", "", "address and port the webhook listens on", _NOT_YET),
    Setting("METRICS_LISTEN", "", "address and port for metrics", _NOT_YET),
    Setting("DATA_KEY", "", "key that encrypts records at rest", _NOT_YET),
    Setting("DATA_KEY_OLD", "", "the key before the present one, while records are re-encrypted", _NOT_YET),
)


def read_settings(environ: Mapping[str, str] | None = None, dotenv: Path = Path(".env")) -> Settings:
    """The settings in force: the environment before `.env`; raises SettingsProblem with every fault."""
    environ = os.environ if environ is None else environ
    names = {setting.name for setting in SETTINGS}
    written, wrong = _written(dotenv)
    wrong += [f".env: {_unknown(name, names)}" for name in written if name not in names]
    wrong += [_unknown(name, names) for name in environ if OURS.match(name) and name not in names]
    chosen = {**written, **{name: environ[name] for name in names if name in environ}}
    return _checked({name.lower(): value.strip() for name, value in chosen.items() if name in names}, wrong)


def _written(dotenv: Path) -> tuple[dict[str, str], list[str]]:
    """What `.env` sets, and its bad lines by number; a line is never repeated: it may be a bare token."""
    if not dotenv.is_file():
        return {}, []
    try:
        text = dotenv.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return {}, [".env: this file must be UTF-8 text."]
    lines = list(parse_stream(StringIO(text)))
    wrong = [line for line in lines if line.error or (line.key is not None and line.value is None)]
    sound = "".join(line.original.string for line in lines if line not in wrong)
    values = {name: value or "" for name, value in dotenv_values(stream=StringIO(sound)).items()}
    return values, [f".env: line {_number(line)} must be NAME=value." for line in wrong]


def _number(line: Binding) -> int:
    # The parser counts the empty lines before a line to that line.
    string = line.original.string
    return line.original.line + string[: len(string) - len(string.lstrip())].count("\n")


def _unknown(name: str, names: set[str]) -> str:
    close = get_close_matches(name.upper(), names, n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    return f"{name} is not a setting of this bot.{hint}"


def _checked(values: dict[str, Any], wrong: list[str]) -> Settings:
    # An empty value means "not set": that is how .env.example is meant to be copied.
    given = {name: value for name, value in values.items() if value != ""}
    folder = Path(given.get("content_dir", CONTENT))
    if not folder.is_dir():
        wrong = [*wrong, f"CONTENT_DIR: there is no folder {folder}."]
    try:
        settings = Settings(**given)
    except ValidationError as error:
        named = sorted({str(fault["loc"][0]).upper() for fault in error.errors()})
        forms = {setting.name: setting.form for setting in SETTINGS}
        # The value itself is not repeated: it may be a token.
        raise SettingsProblem(wrong + [_malformed(name, forms[name]) for name in named]) from None
    if wrong:
        raise SettingsProblem(wrong)
    return settings


def _malformed(name: str, form: str) -> str:
    return f"{name} {form}." if form == _NOT_YET else f"{name} must be {form}."
