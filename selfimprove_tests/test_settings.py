"""The environment is read once; a value that cannot be used names its variable."""

from datetime import date
from pathlib import Path

import pytest

from selfimprove.errors import SettingInvalid
from selfimprove.settings import CHECKOUT, private, read


def test_defaults_need_no_environment() -> None:
    settings = read({})
    assert settings.home == CHECKOUT / ".selfimprove"
    assert (settings.database_url, settings.base_model, settings.port) == (None, "tiny", 3000)
    assert settings.alert_urls == ()


def test_values_are_taken_and_blank_ones_are_not() -> None:
    settings = read(
        {
            "SELFIMPROVE_HOME": "/srv/house",
            "SELFIMPROVE_DATABASE_URL": "  ",
            "SELFIMPROVE_FIRST_DAY": "2025-01-31",
            "SELFIMPROVE_ALERT_URLS": "json://a mailto://b",
        }
    )
    assert settings.home == Path("/srv/house")
    assert settings.database_url is None
    assert settings.first_day == date(2025, 1, 31)
    assert settings.alert_urls == ("json://a", "mailto://b")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("SELFIMPROVE_CRON", "at two", "five cron fields"),
        ("SELFIMPROVE_CRON", "61 2 * * *", "five cron fields"),
        ("SELFIMPROVE_CRON", "0 0 2 * * *", "five cron fields"),
        ("SELFIMPROVE_CRON", "0 2 L * *", "five cron fields"),
        ("SELFIMPROVE_CRON", "0 2 * * 5L", "five cron fields"),
        ("SELFIMPROVE_TIMEZONE", "Mars/Olympus", "a time zone"),
        ("SELFIMPROVE_FIRST_DAY", "yesterday", "a day"),
        ("SELFIMPROVE_FIRST_DAY", "0999-01-01", "a day between"),
        ("SELFIMPROVE_PORT", "70000", "a port"),
        ("SELFIMPROVE_PORT", "²", "a port"),
        ("SELFIMPROVE_MEMORY_GB", "plenty", "gigabytes"),
        ("SELFIMPROVE_MEMORY_GB", "-4", "gigabytes"),
        ("SELFIMPROVE_PORT", "http", "a port"),
        ("SELFIMPROVE_JUDGE_URL", "localhost:8080", "an address"),
        ("SELFIMPROVE_JUDGE_URL", "http://", "an address"),
        ("SELFIMPROVE_JUDGE_URL", "http://me:secret@host/v1", "an address"),
        ("SELFIMPROVE_GATEWAY_PORT", "0", "a port"),
        ("SELFIMPROVE_GATEWAY_HOST", "http://here", "an address or name"),
        ("SELFIMPROVE_GATEWAY_HOST", "-x", "an address or name"),
        ("SELFIMPROVE_UPSTREAM_URL", "ollama+ftp://host", "an address"),
        ("SELFIMPROVE_UPSTREAM_URL", "ollama+", "an address"),
        ("SELFIMPROVE_UPSTREAM_URL", "127.0.0.1:1234/v1", "an address"),
        ("SELFIMPROVE_CHALLENGER_SHARE", "1.01", "a share from 0 to 1"),
        ("SELFIMPROVE_CHALLENGER_SHARE", "half", "a share from 0 to 1"),
        ("SELFIMPROVE_SHADOW_SHARE", "-0.1", "a share from 0 to 1"),
        ("SELFIMPROVE_APPROVAL", "maybe", "yes or no"),
        ("SELFIMPROVE_KEEP_ADAPTERS", "0", "a number from 1"),
        *(("SELFIMPROVE_GATEWAY_NAMES", name, "names of hosts") for name in (
            "https://llm.example.com", "llm.example.com:443", "*.example.com", "a..b", "-a.example", "a b/c", "ü.de",
            "a" * 64, ".".join(["a" * 60] * 5), "a,b", "::1",
        )),
        *(("SELFIMPROVE_ORIGINS", origin, "origins of pages") for origin in (
            "*", "null", "obsidian.md", "app://obsidian.md/", "https://*.example.com", "https://a/b", "https://a?b",
            "app://a app://b", "app://a,", "https://me@a", "https://ü.de", "https://", "://a", "https://a:b",
        )),
    ],
)
def test_a_value_that_cannot_be_used_names_its_variable(name: str, value: str, expected: str) -> None:
    with pytest.raises(SettingInvalid, match=f"{name} is '.*', which is not {expected}"):
        read({name: value})


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "::1", "fe80::1", "localhost", "my-mac.local"])
def test_the_gateway_may_listen_on_any_address_or_name(host: str) -> None:
    assert read({"SELFIMPROVE_GATEWAY_HOST": host}).gateway_host == host


def test_the_gateway_may_be_asked_by_other_names() -> None:
    assert read({}).gateway_names == ()
    found = read({"SELFIMPROVE_GATEWAY_NAMES": " LLM.example.com  box.tail-net.ts.net box 192.0.2.7 "})
    assert found.gateway_names == ("llm.example.com", "box.tail-net.ts.net", "box", "192.0.2.7")


def test_pages_of_other_origins_may_ask() -> None:
    assert read({}).origins == ()
    found = read({"SELFIMPROVE_ORIGINS": " app://obsidian.md,https://Chat.example.com:8443 , http://[::1]:5173"})
    assert found.origins == ("app://obsidian.md", "https://chat.example.com:8443", "http://[::1]:5173")


def test_the_day_is_set_by_words_and_numbers() -> None:
    upstream = "ollama+http://127.0.0.1:11434"
    words = {"APPROVAL": "Yes", "CHALLENGER_SHARE": "0", "SHADOW_SHARE": "1", "UPSTREAM_URL": upstream}
    settings = read({f"SELFIMPROVE_{name}": value for name, value in words.items()})
    assert (settings.approval, settings.challenger_share, settings.upstream_url) == (True, 0.0, upstream)
    assert (settings.shadow_share, read({}).shadow_share) == (1.0, 0.0)
    assert read({}) == read({"SELFIMPROVE_APPROVAL": "off", "SELFIMPROVE_GATEWAY_PORT": "4646"})


@pytest.mark.parametrize("value", ["0 2 * * *", "*/15 1-4 * * mon-fri"])
def test_cron_near_misses_are_taken(value: str) -> None:
    assert read({"SELFIMPROVE_CRON": value}).cron == value


def test_a_home_that_cannot_be_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for home in (file, file / "below"):
        with pytest.raises(SettingInvalid, match="is a file"):
            read({"SELFIMPROVE_HOME": str(home)})
    blank = {"SELFIMPROVE_HOME": str(tmp_path / "my house")}
    with pytest.raises(SettingInvalid, match="a folder without blanks"):
        read(blank)
    assert read({**blank, "SELFIMPROVE_DATABASE_URL": "postgresql://127.0.0.1/x"}).home == tmp_path / "my house"
    assert read({"SELFIMPROVE_HOME": str(tmp_path / "häuschen")}).home == tmp_path / "häuschen"
    for nowhere in ("~nobody-here/house", str(tmp_path / ("x" * 300))):
        with pytest.raises(SettingInvalid, match="a folder that can be on this machine"):
            read({"SELFIMPROVE_HOME": nowhere})


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:4646"), ("0.0.0.0", "http://127.0.0.1:4646"), ("::", "http://[::1]:4646"),
        ("fe80::1", "http://[fe80::1]:4646"), ("my-mac.local", "http://my-mac.local:4646"),
    ],
)
def test_the_gateway_is_asked_where_this_machine_reaches_it(host: str, url: str) -> None:
    assert read({"SELFIMPROVE_GATEWAY_HOST": host}).gateway_url == url


def test_folders_are_made_for_this_account_alone_and_others_stay_as_they_are(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    made = private(tmp_path / "home" / "reports")
    assert [path.stat().st_mode & 0o777 for path in (made, made.parent, tmp_path)] == [0o700, 0o700, 0o755]
    made.chmod(0o750)
    assert private(made).stat().st_mode & 0o777 == 0o750
