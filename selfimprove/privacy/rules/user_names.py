"""Names of users in paths and at prompts: `/home/…`, `C:\\Users\\…`, `…@host:~$`; never those that software goes by."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfimprove.privacy.rules import guess
from selfimprove.privacy.rules.nobodys import is_nobodys
from selfimprove.privacy.rules.rule import Bounds, Rule, near

_NAME = r"(?P<value>\w[\w.-]{1,31})"
_HOME = (
    rf"(?<![\w.~/}}>$-])(?:file://)?(?:/(?:usr|var|export|mnt/[a-z]|host_mnt|[a-z]))?/(?:home|Users)/{_NAME}"
    r"(?=/|[\s\"'`),;:\]}>\x00]|\Z)"
)
_WINDOWS = (
    r"(?<![\w.])[a-z]:(?:\\{1,2}|/)(?:users|documents and settings)(?:\\{1,2}|/)"
    r"(?P<value>[^\W_](?:[\w.-]|[ ](?=[\w.-]{1,20}(?:[ ][\w.-]{1,20}){0,2}[\\/])){1,31})(?=[\\/\s\"'`),;:\]}>\x00]|\Z)"
)
_BEFORE_PROMPT = re.compile(r"(?:^|\n)(?:\([\w.-]{1,30}\)[ ])?\[?(\w[\w.-]{1,31})\Z")
_PROMPT = (
    r"@(?P<host>[\w-][\w.-]{1,63})"
    r"(?::[ ]?[~/][^\n\x00$#%>]{0,100}|[ ](?:MINGW\d\d[ ]|MSYS[ ])?[~/\w.-]{1,80}\]?)[ ]?(?:[$%#>](?=\s|\Z)|\n\$[ ])"
)
_LONGEST_BEFORE = 70
_CONTAINER = re.compile(r"[0-9a-f]{12}")  # who is logged in there is the image's user
_MACHINE = re.compile(
    r"(?:macbook|mac|imac|mbp|mba|mini|studio|pro|air|max|local|lan|home|pc|laptop|notebook|desktop|thinkpad|dell|hp|asus|"
    r"lenovo|surface|ubuntu|debian|fedora|arch|linux|[a-z]*\d+\w*|von|de|di|van|s)",
    re.IGNORECASE,
)
_OWNED = re.compile(r"macbook|imac|\bmbp\b|mac-?mini|laptop|notebook|-pc\b|thinkpad", re.IGNORECASE)
# Without a folder below it, it could be a page of a web site; these stand before folders.
_FOLDER_BEFORE = (
    r"(?:(?:^|\n)[ \t]{0,8}|[:=]|\b(?:cd|ls|cp|mv|rm|du|cat|find|ssh|scp|sudo|chown|chmod|mkdir|rsync|home|homedir|cwd|"
    r"chdir|dir|path|folder|directory|pwd|in|under|unter|dans|en|is|ist)\W{1,3}|[ ]-\w[ ])\Z"
)


def _home(match: re.Match[str]) -> Iterator[Bounds]:
    below = match.string[match.end() : match.end() + 1] == "/"
    if below or near(match, _FOLDER_BEFORE, before=16):
        yield from _in_path(match)


def _in_path(match: re.Match[str]) -> Iterator[Bounds]:
    """A folder that begins like a hidden file, or ends like one of a web site, is no user's."""
    name = match["value"].rstrip(".-")
    if not is_nobodys(name) and not (guess.is_file(name) or re.search(r"\.(?:aspx?|jsp)\Z", name)):
        yield match.start("value"), match.start("value") + len(name)


def _at_prompt(match: re.Match[str]) -> Iterator[Bounds]:
    """The user, and the computer where it bears its owner's name."""
    begin = max(0, match.start() - _LONGEST_BEFORE)
    user = _BEFORE_PROMPT.search(match.string[begin : match.start()])
    if not user or (begin and not user.start() and match.string[begin] != "\n"):
        return
    if not (is_nobodys(user[1]) or _CONTAINER.fullmatch(match["host"])):
        yield begin + user.start(1), match.start()
    host = match["host"]
    if _OWNED.search(host) and not all(_MACHINE.fullmatch(part) for part in re.split(r"[-.]", host) if part):
        yield match.span("host")


RULES = (
    Rule("user_home", "USERNAME", _HOME, _home, needs=("/home/", "/users/")),
    Rule(
        "user_windows", "USERNAME", _WINDOWS, _in_path, needs=("users\\", "users/", "and settings"), flags=re.IGNORECASE
    ),
    Rule("user_prompt", "USERNAME", _PROMPT, _at_prompt, needs=("@",)),
)
