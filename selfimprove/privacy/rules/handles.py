"""Handles that people go by on social networks, beside the network's name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfimprove.privacy.rules.profiles import handle, is_handle
from selfimprove.privacy.rules.rule import Bounds, Rule, either, near
from selfimprove.privacy.rules.said import goes_on

_NETWORKS = (
    r"insta(?:gram)?|twitter|telegram|discord|snap(?:chat)?|tik ?tok|skype|steam|psn|xbox|gamer ?tag|github|"
    r"gitlab|linkedin|facebook|messenger|mastodon|bluesky|\bbsky\b|threads|\bkik\b|we ?chat|twitch|reddit|"
    r"youtube|onlyfans|vinted|battle\.?net|roblox"
)
_NEEDS = either(
    "insta|twitter|telegram|discord|snap|tiktok|tik tok|skype|steam|psn|xbox|gamer|github|gitlab|linkedin|facebook|"
    "messenger|mastodon|bluesky|bsky|threads|kik|wechat|we chat|twitch|reddit|youtube|onlyfans|vinted|battle|roblox"
)
_KINDS = (
    r"handle|(?:user ?|nick ?|screen ?|profil-?)?name|user|account|id|tag|profile?|konto|benutzername|nutzername|"
    r"pseudo|compte|cuenta|usuario|conta|perfil|utilizador|profilo|nome utente|account|gebruikersnaam|nazwa|nick|"
    r"nom d'utilisateur|nombre de usuario|nome de usuario"
)
_MY = r"(?:my|our|mein|meine|mon|ma|mi|meu|minha|mio|il mio|mijn|moj|moja|moje|his|her|sein|ihr|son|su|seu|suo|zijn)"
_IS = r"(?:[ ]?[:=][ ]?|[ ](?:is|ist|lautet|heisst|heet|est|c'est|es|e|to|jest|are|sind)[ ]:?|[ ]?[-(>]{1,2}[ ]?|[ ])"
_HANDLE = r"[A-Za-z0-9_](?:[\w.-]{0,30}[A-Za-z0-9_])?"
_BESIDE = (
    rf"\b(?:{_NETWORKS}|ig|fb|(?:user|my|mein|mon|mi|meu|mio|mijn|moj|twitter|x)[ ]?handle|"
    r"dm[ ]me|foll?owe?[ ]me|folgt?[ ]mir)"
    rf"(?:'s)?(?:[ ]?[-/&+]?[ ]?(?:and|und|et|y|e|en|i)?[ ]?(?:{_NETWORKS}))?(?:[ -]?(?:{_KINDS}))?"
    rf"(?:[ ](?:on|at|auf|bei|unter|sur|en|no|na|su|op|als|as|under|von|of|mir|me))?"
    rf"{_IS}[\"'`*]{{0,2}}@(?P<value>{_HANDLE})(?![\w@]|\.\w)"
)
_NAMED = (
    r"handle|(?:user ?|nick ?|screen ?|profil-?)?name|benutzername|nutzername|pseudo|usuario|utilizador|nome utente|"
    r"gebruikersnaam|nazwa|nick|tag|nom d'utilisateur|nombre de usuario|nome de usuario"
)
_OWN = (
    rf"\b{_MY}[ ](?:{_NETWORKS})(?:[ -](?:(?P<named>{_NAMED})|{_KINDS}))?"
    rf"(?:(?P<sign>[ ]?[:=][ ]?)|[ ](?:is|ist|lautet|est|c'est|es|e|to|jest)[ ]:?)"
    rf"[\"'`*]{{0,2}}(?P<link>(?:https?://)?(?:www\.)?git(?:hub|lab)\.com/)?(?P<value>{_HANDLE})(?![\w@/]|\.\w)"
)
# A network or a product, one that bears a word's name with its number, a part of a word, and what counts.
_PRODUCT = re.compile(
    rf"(?i:{_NETWORKS}|whatsapp|viber|playstation|nintendo|youtube|typescript|javascript|python|golang|php|node\.?js|"
    r"django|next\.?js|windows|linux|ubuntu|debian|mac ?os|android|iphone|ipad|chrome|firefox|safari|outlook|google|"
    r"microsoft|amazon|docker|kubernetes|jira|chatgpt)(?![a-z])|"
    r"(?i:one|series|switch|premium|nitro|signal|java|rust|react|angular|vue|edge|pixel|galaxy|apple|office|azure|"
    r"slack|teams|zoom|claude|gpt|html|css|es|utf|mp|oauth|ipv|http|win|ios|ps|gen|tier|level)-?[sxSX]?\d*\Z|"
    r"(?i:self|pre|multi|two|second|third|built|set|out|read|log)[_.-][a-z_.-]+\Z|"
    r"\d+[a-zA-Z]{0,3}(?:[-.][a-zA-Z]+)*\Z"
)
_SAID_ON = re.compile(
    r"[ ](?:and|or|if|so|but|und|oder|wenn|aber|et|ou|si|mais|y|o|e|se|ma|en|of|maar|i|lub|ale|"
    r"lol|btw|add|hmu|dm|pls|please|thanks|bitte)\b"
)
_TAG = r"#\d{4}(?![\w-])"
_BEFORE_TAG = re.compile(r"(?<![\w#&/.@-])[A-Za-z_][\w.]{1,31}\Z")
_TAGGED = r"discord|battle\.?net|battle ?tag|riot|valorant|overwatch"
_NO_TAG = re.compile(
    r"(?:issues?|pr|pull|bug|tickets?|orders?|case|room|invoice|no|nr|number|page|step|part|line|item|task|mr|commit|patch|"
    r"faqs?|chapters?|forum|version|button|section|question|topic|post|message|rule|level|build|release|"
    r"channel|server|id|error|code|color|colour|gh|role|general|thread)",
    re.IGNORECASE,
)


def _own(match: re.Match[str]) -> Iterator[Bounds]:
    """Without the sign before it: something that is no word of a sentence, and no product's name."""
    given = match["value"]
    if is_handle(given) and (match["link"] or (_is_odd(match, given) and not _PRODUCT.match(given))):
        yield match.span("value")


def _is_odd(match: re.Match[str], given: str) -> bool:
    """Nothing but a handle has a digit and an underscore; with less, the sentence has to end with it."""
    mixed = re.search(r"[A-Za-z].*[\d_]|[\d_].*[A-Za-z]", given)
    named = (match["named"] or match["sign"]) and re.search(r"[a-z]\.[a-z]|[a-z][A-Z]", given)
    further = goes_on(match) and not _SAID_ON.match(match.string, match.end())
    sure = mixed and "_" in given and re.search(r"\d", given)
    return bool(sure or ((mixed or named) and not further))


def _tag(match: re.Match[str]) -> Iterator[Bounds]:
    """The name before it, where the network is near."""
    begin = max(0, match.start() - 40)
    name = _BEFORE_TAG.search(match.string[begin : match.start()])
    if name and not _NO_TAG.fullmatch(name[0]) and near(match, _TAGGED, before=80, after=40):
        yield begin + name.start(), match.end()


RULES = (
    Rule("handle_beside", "USERNAME", _BESIDE, handle, needs=("@",), flags=re.IGNORECASE),
    Rule("handle_own", "USERNAME", _OWN, _own, needs=_NEEDS, flags=re.IGNORECASE),
    Rule("handle_tag", "USERNAME", _TAG, _tag, ("#",), 4),
)
