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
        port=_port(get("PORT", "3000")),
        judge_url=_url("SELFIMPROVE_JUDGE_URL", get("JUDGE_URL", "")) or None,
        judge_model=get("JUDGE_MODEL", "default"),
        judge_key=get("JUDGE_KEY", "") or None,
        alert_urls=tuple(get("ALERT_URLS", "").split()),
        memory_gb=_gigabytes("SELFIMPROVE_MEMORY_GB", get("MEMORY_GB", "0")),
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
    home = Path(value).expanduser().resolve()
    there = next(folder for folder in (home, *home.parents) if folder.exists())
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


def _port(value: str) -> int:
    if not (value.isascii() and value.isdigit()) or not 1 <= int(value) <= 65535:
        raise SettingInvalid(name="SELFIMPROVE_PORT", value=value, expected="a port from 1 to 65535")
    return int(value)


def _gigabytes(name: str, value: str) -> float:
    if not NUMBER.fullmatch(value):
        raise SettingInvalid(name=name, value=value, expected="gigabytes, such as 12, or 0 for what the machine has")
    return float(value)
