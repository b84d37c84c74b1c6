"""Passwords given to programs: assigned in code and configuration, or on a command line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfimprove.privacy.rules import guess
from selfimprove.privacy.rules.rule import Bounds, Rule, ended

_ASSIGNED = (
    r"(?P<key>password|passwd|passphrase|passwort|pwd|secret_key|contrasena|senha|wachtwoord|haslo|"
    r"(?:become|ssh|sudo|db|smtp|mail|ftp|ldap|root|admin|bind|user)_(?:pass|pw)(?=[ ]?:)|"
    r"(?<![A-Za-z])(?:pass|pw|psw)(?=\\?[\"']?\]?[ ]?=|\\?[\"'][ ]?:))\\?[\"']?\]?"
    r"(?P<equals>[ \t]{0,20}(?::=|=>|=(?!=)|:(?!:))[ \t]{0,4})(?P<quote>\\?[\"'`]?)"
    r"(?P<value>(?<=[\"'`])[^\"'`\n\x00\\]{3,100}|"
    r"(?:[^\s\"'`\x00,;&\\<>(){}]|[(){}]{1,3}(?=[A-Za-z0-9!@#$%^&*_+])|&(?![\w&]{0,30}=|&)){3,100})"
)
_OPTION = (
    r"(?<![\w-])(?:--(?:[a-z]{1,12}-)?(?:password|passwd|passphrase|pass|pwd|token|secret|api-key|auth-token)"
    r"(?:[= ]|[\"'],[ ]?(?=[\"']))|"
    r"sshpass[ ]-p[ ]?|mysql\w{0,8}[ ][^\n\x00|]{0,60}?(?<=[ ])-p(?=[^\s-])|"
    r"(?<=[\w\"'.:/}\])\\ ][ ])-p(?!(?:i|hi|si)?\d?[*/^(]|ath\w{0,9}[/.=])"
    r"(?=[A-Za-z]{0,64}[\d!@#$%^&*][^\s\x00]{0,64}[A-Za-z!@#$%^&*]))"
    r"[\"']?(?P<value>[^\s\"'\x00-][^\s\"'\x00]{2,99})"
)
_CURL = r"\bcurl\b[^\n\x00]{0,120}?(?:-u|--user)[ =]?[\"']?(?P<value>[^\s\"':\x00]{1,64}:[^\s\"'\x00]{1,99})"
_COMMAND = (
    r"(?:\bredis-cli\b[^\n\x00|]{0,80}?[ ]-a[ ]|\bnet[ ]use\b[^\n\x00]{0,120}?/user:[^\s\x00]{1,64}[ ]|"
    r"\b(?:echo|printf)[ ](?=[^\n\x00|]{1,100}\|[ ]{0,2}(?:sudo[ ](?:-\w{1,4}[ ]){0,2}-\w{0,3}S|passwd|chpasswd|"
    r"docker[ ]login|gh[ ]auth|kinit|su|cryptsetup|gpg[ ][^\n\x00|]{0,80}?passphrase)\b)|"
    r"\b(?:7z|7za|zip|unzip|rar|unrar)\b[^\n\x00|]{0,60}?[ ]-(?:p|P[ ]|hp)|\bldap\w{3,8}\b[^\n\x00|]{0,120}?[ ]-w[ ]|"
    r"-passin[ ]pass:|-passout[ ]pass:|\bplink\b[^\n\x00|]{0,60}?-pw[ ]|"
    r"\b(?:(?:docker|podman|az|oc|helm[ ]registry)[ ]login|mongo(?:sh)?|twine|rdesktop|useradd|usermod)\b"
    r"[^\n\x00|]{0,80}?[ ]-p[ ]|"
    r"\bhtpasswd[ ]-\w{0,6}b\w{0,6}[ ][^\s\x00]{1,80}[ ][^\s\x00]{1,64}[ ]|"
    r"\bsqlcmd\b[^\n\x00|]{0,80}?[ ]-P[ ]?|\bmosquitto_\w{3}\b[^\n\x00|]{0,80}?[ ]-P[ ]|"
    r"\bnet[ ]user[ ][^\s/\x00]{1,40}[ ](?!/)|"
    r"\b[xw]?freerdp\b[^\n\x00|]{0,80}?[ ]/p:|\bkeytool\b[^\n\x00|]{0,120}?[ ]-(?:store|key)pass[ ]|"
    r"\bsqlplus[ ](?:-\w{1,8}[ ])?[^\s/\x00]{1,40}/|"
    r"\bwpa_passphrase[ ][^\s\x00]{1,40}[ ]|\bsetx[ ]\w{0,30}(?:pass|pwd)\w{0,20}[ ]|"
    r"\bhttps?[ ][^\n\x00|]{0,60}?(?:-a|--auth)[ =][^\s:\x00]{1,64}:|"
    r"\bchpasswd[ ]?<<<[ ]?[\"']?[^\s:\x00]{1,40}:|"
    r"\bsmbclient\b[^\n\x00|]{0,80}?-U[ ][^\s%\x00]{1,64}%)"
    r"[\"']?(?P<value>[^\s\"'\x00-][^\s\"'\x00]{2,99})"
)
_COMMAND_NEEDS = (
    " -", "/user:", "echo ", "printf ", "-passin", "-passout", "net user ", "freerdp ", "sqlplus ", "wpa_passphrase ",
    "setx ", "<<<",
)  # fmt: skip
_TAG = (
    r"<(?P<tag>(?:\w{1,20}[:_.-])?(?:password|passwd|pwd|passwort|secret|apikey|api_key|token))(?:[ ][^<>\x00]{0,80})?>"
    r"[ ]?(?P<value>[^<>\s\x00]{4,100})[ ]?</"
)
_MARKS = ".,;"  # a password may end in "!" or "?"
_ASSIGNED_NEEDS = ("pass", "pwd", "secret_key", "contrasena", "senha", "wachtwoord", "haslo")


def _assigned(match: re.Match[str]) -> Iterator[Bounds]:
    given = match["value"]
    shell = match["key"].isupper() and match["equals"] == "="
    stands_in = guess.is_none(given) or guess.is_code(given) or (guess.is_field(given) and given.isalpha())
    if len(given) < 4 or stands_in:
        return
    if guess.is_complex(given) or (shell and not (match["quote"] and " " in given)):
        yield ended(match, _MARKS)


def _option(match: re.Match[str]) -> Iterator[Bounds]:
    given = match["value"]
    if not guess.is_none(given) and not guess.is_code(given):
        yield ended(match, _MARKS)


def _user(match: re.Match[str]) -> Iterator[Bounds]:
    if not guess.is_none(match["value"].partition(":")[2]):
        yield from _option(match)


def _tagged(match: re.Match[str]) -> Iterator[Bounds]:
    given = match["value"]
    if not guess.is_none(given) and not guess.is_code(given) and guess.is_complex(given):
        yield match.span("value")


RULES = (
    Rule("password_assigned", "PASSWORD", _ASSIGNED, _assigned, needs=_ASSIGNED_NEEDS, flags=re.IGNORECASE),
    Rule("password_option", "PASSWORD", _OPTION, _option, needs=("--", "-p"), flags=re.IGNORECASE),
    Rule("password_command", "PASSWORD", _COMMAND, _option, needs=_COMMAND_NEEDS, flags=re.IGNORECASE),
    Rule("password_tag", "PASSWORD", _TAG, _tagged, needs=("</",), flags=re.IGNORECASE),
    Rule("curl_user", "PASSWORD", _CURL, _user, needs=("curl",), flags=re.IGNORECASE),
)
