"""The system's keychain as a place for the vault's keys; its file in the state folder then names the entry alone."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import orjson

from selfimprove.errors import KeychainUnusable

SERVICE = "selfimprove"


def read(entry: str) -> dict[str, Any]:
    """What an entry holds.

    Raises:
        KeychainUnusable: there is no keychain, no such entry, or it is locked.
    """
    text = _call("get_password", entry)
    if text is None:
        raise KeychainUnusable(entry=entry, reason="it has no such entry")
    content: dict[str, Any] = orjson.loads(text)
    return content


def write(entry: str, content: Mapping[str, Any]) -> None:
    """Keep an entry, and look whether it is there."""
    _call("set_password", entry, orjson.dumps(content).decode())
    if read(entry) != content:
        raise KeychainUnusable(entry=entry, reason="it gives back something else")


def delete(entry: str) -> None:
    """Take an entry away."""
    _call("delete_password", entry)


def _call(name: str, entry: str, *more: str) -> Any:
    try:
        keyring = importlib.import_module("keyring")
    except ModuleNotFoundError:
        raise KeychainUnusable(entry=entry, reason="the package keyring is not installed") from None
    try:
        return getattr(keyring, name)(SERVICE, entry, *more)
    except importlib.import_module("keyring.errors").KeyringError as exc:
        raise KeychainUnusable(entry=entry, reason=type(exc).__name__) from exc
