"""Errors of what comes in: chats, what is worth keeping of them, and how good their answers are."""

from selfimprove.errors.base import SelfImproveError


class ChatUnknown(SelfImproveError):
    """{found} redacted chats have an id that begins with {given!r}. `selfimprove chats list` shows them."""


class FileUnreadable(SelfImproveError):
    """{file} cannot be read ({reason}); nothing of it was imported. Check the file, then run `selfimprove chats import {file}` again."""


class CritiqueMissing(SelfImproveError):
    """No single chat's critiques have an id that begins with {chat!r}. List a day's with `selfimprove critiques list --day YYYY-MM-DD`."""


class SampleTooShort(SelfImproveError):
    """The sample household needs {days} days from {start} on. Run `selfimprove chats sample --last-day {last}`, or with a later day, once that has come."""


class KeyRetired(SelfImproveError):
    """The vault's key was exchanged while this was being stored, and nothing of it was. Run it again."""


class NothingEmbedded(SelfImproveError):
    """No chat has an embedding by {model}, so there is nothing to search. Run `selfimprove night`, which makes them."""
