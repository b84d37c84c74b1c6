"""The environment, read once into one frozen value."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from selfimprove.errors import SettingInvalid

CRON_FIELD = re.compile(r"(?:[\d*,/-]|[a-z]{3})+", re.IGNORECASE)  # Dagster knows no L, W or #
URL = re.compile(r"https?://[^\s/?#@]+(?:/\S*)?", re.IGNORECASE)  # a key belongs into SELFIMPROVE_JUDGE_KEY
NUMBER = re.compile(r"[0-9]{1,6}(?:\.[0-9]+)?")
HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|[0-9a-f:.]*:[0-9a-f:.]*", re.IGNORECASE)  # IPv4 and IPv6 too
LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
NAME = re.compile(rf"(?=[a-z0-9.-]{{1,253}}\Z)(?:{LABEL}\.)*{LABEL}", re.IGNORECASE)
ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://(?:[a-z0-9_.-]{1,253}|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
YES, NO = ("yes", "true", "on", "1"), ("no", "false", "off", "0")
CHECKOUT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """What a user may set; README.md has the table."""

    home: Path
    database_url: str | None
    base_model: str
    cron: str
    timezone: str
    first_day: date
    port: int
    judge_url: str | None
    judge_model: str
    judge_key: str | None
    alert_urls: tuple[str, ...]
    memory_gb: float = 0.0  # 0: what the machine has
    gateway_port: int = 4646
    gateway_host: str = "127.0.0.1"
    upstream_url: str | None = None
    upstream_model: str = ""
    upstream_key: str | None = None
    challenger_share: float = 0.5
    shadow_share: float = 0.0
    approval: bool = False
    keep_adapters: int = 7
    fallback_url: str | None = None
    gateway_names: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()

    @property
    def gateway_reached(self) -> str:
        """The address by which this machine reaches the gateway, which may listen on all of them."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.gateway_host, self.gateway_host)  # noqa: S104

    @property
    def gateway_url(self) -> str:
        """Where this machine reaches the gateway, without a slash at the end."""
        host = self.gateway_reached
        return f"http://{f'[{host}]' if ':' in host else host}:{self.gateway_port}"


def read(environment: Mapping[str, str]) -> Settings:
    """Settings from an environment.

    Raises:
        SettingInvalid: a value cannot be used; the message names the variable.
    """

    def get(name: str, default: str) -> str:
        return environment.get(f"SELFIMPROVE_{name}", "").strip() or default

    return Settings(
        home=_home(get("HOME", str(CHECKOUT / ".selfimprove")), is_embedded=not get("DATABASE_URL", "")),
        database_url=get("DATABASE_URL", "") or None,
        base_model=get("BASE_MODEL", "tiny"),
        cron=_cron(get("CRON", "0 2 * * *")),
        timezone=_timezone(get("TIMEZONE", "UTC")),
        first_day=_day("SELFIMPROVE_FIRST_DAY", get("FIRST_DAY", "2022-11-30")),
        port=_port("SELFIMPROVE_PORT", get("PORT", "3000")),
        judge_url=_url("SELFIMPROVE_JUDGE_URL", get("JUDGE_URL", "")) or None,
        judge_model=get("JUDGE_MODEL", "default"),
        judge_key=get("JUDGE_KEY", "") or None,
        alert_urls=tuple(get("ALERT_URLS", "").split()),
        memory_gb=_gigabytes("SELFIMPROVE_MEMORY_GB", get("MEMORY_GB", "0")),
        gateway_port=_port("SELFIMPROVE_GATEWAY_PORT", get("GATEWAY_PORT", "4646")),
        gateway_host=_host("SELFIMPROVE_GATEWAY_HOST", get("GATEWAY_HOST", "127.0.0.1")),
        upstream_url=_upstream("SELFIMPROVE_UPSTREAM_URL", get("UPSTREAM_URL", "")) or None,
        upstream_model=get("UPSTREAM_MODEL", ""),
        upstream_key=get("UPSTREAM_KEY", "") or None,
        challenger_share=_share("SELFIMPROVE_CHALLENGER_SHARE", get("CHALLENGER_SHARE", "0.5")),
        shadow_share=_share("SELFIMPROVE_SHADOW_SHARE", get("SHADOW_SHARE", "0")),
        approval=_yes_or_no("SELFIMPROVE_APPROVAL", get("APPROVAL", "no")),
        keep_adapters=_count("SELFIMPROVE_KEEP_ADAPTERS", get("KEEP_ADAPTERS", "7")),
        fallback_url=_url("SELFIMPROVE_FALLBACK_URL", get("FALLBACK_URL", "")) or None,
        gateway_names=_names("SELFIMPROVE_GATEWAY_NAMES", get("GATEWAY_NAMES", "")),
        origins=_origins("SELFIMPROVE_ORIGINS", get("ORIGINS", "")),
    )


@cache
def current() -> Settings:
    """The settings of this process."""
    return read(os.environ)


def private(folder: Path) -> Path:
    """The folder, made where it is not there, with what is missing above it: this account alone can open it."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(mode=0o700, exist_ok=True)
    return folder


def _home(value: str, *, is_embedded: bool) -> Path:
    try:
        home = Path(value).expanduser().resolve()
        there = next(folder for folder in (home, *home.parents) if folder.exists())
    except (OSError, RuntimeError) as exc:  # too long a name, or somebody's folder whom this machine does not know
        expected = "a folder that can be on this machine"
        raise SettingInvalid(name="SELFIMPROVE_HOME", value=value, expected=expected) from exc
    if not there.is_dir():
        raise SettingInvalid(name="SELFIMPROVE_HOME", value=value, expected=f"a folder, and {there} is a file")
    if is_embedded and any(map(str.isspace, str(home))):
        expected = "a folder without blanks in its path, which the embedded PostgreSQL cannot start in"
        raise SettingInvalid(name="SELFIMPROVE_HOME", value=value, expected=expected)
    return home


def _cron(value: str) -> str:
    from cronsim import CronSim, CronSimError

    expected = "five cron fields, such as '0 2 * * *'"
    fields = value.split()
    if len(fields) != 5 or not all(map(CRON_FIELD.fullmatch, fields)):
        raise SettingInvalid(name="SELFIMPROVE_CRON", value=value, expected=expected)
    try:
        CronSim(value, datetime(2026, 1, 1, tzinfo=UTC))
    except CronSimError as exc:
        raise SettingInvalid(name="SELFIMPROVE_CRON", value=value, expected=expected) from exc
    return value


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as exc:
        expected = "a time zone, such as 'Europe/London'"
        raise SettingInvalid(name="SELFIMPROVE_TIMEZONE", value=value, expected=expected) from exc
    return value


def _day(name: str, value: str) -> date:
    try:
        day = date.fromisoformat(value)
    except ValueError as exc:
        raise SettingInvalid(name=name, value=value, expected="a day, such as 2022-11-30") from exc
    if not 1970 <= day.year <= 2100:
        raise SettingInvalid(name=name, value=value, expected="a day between 1970 and 2100")
    return day


def _url(name: str, value: str) -> str:
    if value and not URL.fullmatch(value):
        raise SettingInvalid(name=name, value=value, expected="an address, such as http://127.0.0.1:8080/v1")
    return value


def _upstream(name: str, value: str) -> str:
    """An OpenAI-compatible server's address, or, beginning with "ollama+", that of Ollama's own interface."""
    if value and not URL.fullmatch(value.removeprefix("ollama+")):
        raise SettingInvalid(name=name, value=value, expected="an address, such as http://127.0.0.1:1234/v1")
    return value


def _port(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit()) or not 1 <= int(value) <= 65535:
        raise SettingInvalid(name=name, value=value, expected="a port from 1 to 65535")
    return int(value)


def _host(name: str, value: str) -> str:
    if not HOST.fullmatch(value):
        raise SettingInvalid(name=name, value=value, expected="an address or name of this machine, such as 127.0.0.1")
    return value


def _names(name: str, value: str) -> tuple[str, ...]:
    if not all(map(NAME.fullmatch, value.split())):
        expected = "names of hosts, such as 'llm.example.com box.tailnet.ts.net', without http:// and port"
        raise SettingInvalid(name=name, value=value, expected=expected)
    return tuple(value.lower().split())


def _origins(name: str, value: str) -> tuple[str, ...]:
    found = tuple(one.strip().lower() for one in value.split(",")) if value else ()
    if not all(map(ORIGIN.fullmatch, found)):
        expected = "origins of pages, such as 'app://obsidian.md, https://chat.example.com', without a path"
        raise SettingInvalid(name=name, value=value, expected=expected)
    return found


def _share(name: str, value: str) -> float:
    if not NUMBER.fullmatch(value) or float(value) > 1:
        raise SettingInvalid(name=name, value=value, expected="a share from 0 to 1, such as 0.5")
    return float(value)


def _count(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit()) or not 1 <= int(value) <= 10_000:
        raise SettingInvalid(name=name, value=value, expected="a number from 1 to 10000")
    return int(value)


def _yes_or_no(name: str, value: str) -> bool:
    if value.lower() not in YES + NO:
        raise SettingInvalid(name=name, value=value, expected="yes or no")
    return value.lower() in YES


def _gigabytes(name: str, value: str) -> float:
    if not NUMBER.fullmatch(value):
        raise SettingInvalid(name=name, value=value, expected="gigabytes, such as 12, or 0 for what the machine has")
    return float(value)
