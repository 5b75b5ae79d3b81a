"""Settings: what operators may write, what is refused, and that a refusal never repeats a secret."""

from pathlib import Path

import pytest

from bot.settings import SETTINGS, Settings, SettingsProblem, read_settings

TOKEN = "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11"
NOWHERE = Path("no such folder/.env")
FORMS = {setting.name: setting.form for setting in SETTINGS}
NOT_BUILT = [name for name, form in FORMS.items() if "not built" in form]

GOOD = [
    ("TELEGRAM_BOT_TOKEN", TOKEN, TOKEN),
    ("TELEGRAM_API_URL", "http://localhost:8081", "http://localhost:8081"),
    ("TELEGRAM_API_URL", "https://bots.example.org/api/", "https://bots.example.org/api"),
    ("DATA_DIR", "/var/lib/guide", Path("/var/lib/guide")),
    ("RETENTION_DAYS", "30", 30),
    ("RETENTION_DAYS", "3650", 3650),
    ("SEND_RATE", "0", 0),
    ("SEND_RATE", "1000", 1000),
    ("SEND_RATE_PER_CHAT", "0.5", 0.5),
    ("LOG_LEVEL", "DEBUG", "DEBUG"),
    ("LOG_LEVEL", "ERROR", "ERROR"),
]

BAD = [
    ("TELEGRAM_BOT_TOKEN", "my secret token"),
    ("TELEGRAM_BOT_TOKEN", "123456:short"),
    ("TELEGRAM_BOT_TOKEN", TOKEN + " and more"),
    ("TELEGRAM_API_URL", "api.telegram.org"),
    ("TELEGRAM_API_URL", "ftp://api.telegram.org"),
    ("TELEGRAM_API_URL", "https://"),
    ("TELEGRAM_API_URL", "https://two words"),
    ("RETENTION_DAYS", "29"),
    ("RETENTION_DAYS", "3651"),
    ("RETENTION_DAYS", "30.5"),
    ("RETENTION_DAYS", "a year"),
    ("SEND_RATE", "-1"),
    ("SEND_RATE", "1001"),
    ("SEND_RATE", "nan"),
    ("SEND_RATE", "fast"),
    ("SEND_RATE_PER_CHAT", "-0.1"),
    ("SEND_RATE_PER_CHAT", "inf"),
    ("LOG_LEVEL", "info"),
    ("LOG_LEVEL", "LOUD"),
]


def faults(environ: dict[str, str], dotenv: Path = NOWHERE) -> list[str]:
    with pytest.raises(SettingsProblem) as problem:
        read_settings(environ, dotenv)
    assert str(problem.value).splitlines() == problem.value.sentences
    return problem.value.sentences


def env_file(folder: Path, text: str) -> Path:
    path = folder / ".env"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_any_setting_the_defaults_hold() -> None:
    assert read_settings({}, NOWHERE) == Settings()


@pytest.mark.parametrize(("name", "value", "means"), GOOD)
def test_a_good_value_is_taken_from_the_environment_and_from_the_file(
    name: str, value: str, means: object, tmp_path: Path
) -> None:
    assert getattr(read_settings({name: value}, NOWHERE), name.lower()) == means
    assert getattr(read_settings({}, env_file(tmp_path, f"{name}={value}\n")), name.lower()) == means


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_value_is_refused_by_name_with_the_expected_form_and_is_not_repeated(name: str, value: str) -> None:
    assert faults({name: value}) == [f"{name} must be {FORMS[name]}."]


def test_every_setting_has_values_that_are_tried_here() -> None:
    tried = {name for name, *_ in GOOD} & ({name for name, _ in BAD} | {"DATA_DIR"})
    assert tried | {"CONTENT_DIR", *NOT_BUILT} == set(FORMS)
    assert {name.lower() for name in FORMS} == set(Settings.model_fields)


def test_a_content_folder_must_exist(tmp_path: Path) -> None:
    assert read_settings({"CONTENT_DIR": str(tmp_path)}, NOWHERE).content_dir == tmp_path
    missing = tmp_path / "missing"
    assert faults({"CONTENT_DIR": str(missing)}) == [f"CONTENT_DIR: there is no folder {missing}."]


@pytest.mark.parametrize("name", NOT_BUILT)
def test_a_setting_that_is_not_built_yet_is_refused_when_set_and_fine_when_empty(name: str) -> None:
    assert faults({name: "https://example.org"}) == [f"{name} must stay empty: it is not built yet."]
    assert read_settings({name: ""}, NOWHERE) == Settings()


@pytest.mark.parametrize("name", FORMS)
def test_an_empty_value_means_not_set(name: str, tmp_path: Path) -> None:
    assert read_settings({name: ""}, NOWHERE) == Settings()
    assert read_settings({name: "  "}, NOWHERE) == Settings()
    assert read_settings({}, env_file(tmp_path, f"{name}=\n")) == Settings()


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    dotenv = env_file(tmp_path, f"TELEGRAM_BOT_TOKEN={TOKEN}\nLOG_LEVEL=DEBUG\n")
    settings = read_settings({"TELEGRAM_BOT_TOKEN": "", "LOG_LEVEL": "ERROR"}, dotenv)
    assert (settings.telegram_bot_token, settings.log_level) == ("", "ERROR")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("TELEGRAM_TOKEN", "TELEGRAM_BOT_TOKEN"),
        ("WEBHOOK_URI", "WEBHOOK_URL"),
        ("DATA_DIRECTORY", "DATA_DIR"),
        ("SEND_RATES", "SEND_RATE"),
        ("RETENTION_DAY", "RETENTION_DAYS"),
    ],
)
def test_a_misspelt_name_in_the_environment_is_named_with_the_likely_one(written: str, meant: str) -> None:
    assert faults({written: "1"}) == [f"{written} is not a setting of this bot. Did you mean {meant}?"]


def test_names_in_the_environment_that_are_not_like_ours_are_left_alone() -> None:
    assert read_settings({"PATH": "/bin", "BOT": "x", "PGDATA": "y"}, NOWHERE) == Settings()


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("LOGLEVEL", " Did you mean LOG_LEVEL?"),
        ("telegram_bot_token", " Did you mean TELEGRAM_BOT_TOKEN?"),
        ("COLOUR", ""),
    ],
)
def test_every_unknown_name_in_the_file_is_refused(written: str, hint: str, tmp_path: Path) -> None:
    said = faults({}, env_file(tmp_path, f"{written}=1\n"))
    assert said == [f".env: {written} is not a setting of this bot.{hint}"]


@pytest.mark.parametrize("line", [TOKEN, f"TELEGRAM_BOT_TOKEN: {TOKEN}", f"TELEGRAM_BOT_TOKEN {TOKEN}", "LOG_LEVEL"])
def test_a_line_of_the_file_that_is_no_setting_is_refused_by_number_and_not_repeated(line: str, tmp_path: Path) -> None:
    assert faults({}, env_file(tmp_path, f"# a comment\n\n{line}\n")) == [".env: line 3 must be NAME=value."]


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("LOG_LEVEL=INFO # gr\xfc\xdfe\n".encode("latin-1"))
    assert faults({}, tmp_path / ".env") == [".env: this file must be UTF-8 text."]


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    dotenv = env_file(tmp_path, f"COLOUR=red\n{TOKEN}\nCONTENT_DIR={tmp_path / 'missing'}\nSEND_RATE=fast\n")
    assert faults({"DATA_KEYS": "x", "LOG_LEVEL": "info"}, dotenv) == [
        ".env: line 2 must be NAME=value.",
        ".env: COLOUR is not a setting of this bot.",
        "DATA_KEYS is not a setting of this bot. Did you mean DATA_KEY?",
        f"CONTENT_DIR: there is no folder {tmp_path / 'missing'}.",
        f"LOG_LEVEL must be {FORMS['LOG_LEVEL']}.",
        f"SEND_RATE must be {FORMS['SEND_RATE']}.",
    ]


def test_no_refusal_and_no_print_of_the_settings_shows_a_token(tmp_path: Path) -> None:
    spoilt = TOKEN + "!"
    said = faults({"TELEGRAM_BOT_TOKEN": spoilt, "SEND_RATE": spoilt, "DATA_KEY": spoilt})
    said += faults({}, env_file(tmp_path, f"{TOKEN}\nTELEGRAM_BOT_TOKEN {TOKEN}\n"))
    assert TOKEN not in "\n".join(said).replace(FORMS["TELEGRAM_BOT_TOKEN"], "")
    assert TOKEN not in repr(read_settings({"TELEGRAM_BOT_TOKEN": TOKEN}, NOWHERE))
