"""How a value is joined to the word that names it: within marks, or on a line below, in a fence or a list."""

from __future__ import annotations

import re

from selfimprove.privacy.rules import vocabulary

MARKS = r"(?:\\?[\"'`]|[*_~(\[]){0,5}"
_FENCE = r"(?:[ \t>]{0,8}+(?:`{3,4}|~{3})[\w+-]{0,12}+[ \t]{0,4}+\n)?"
BELOW = (
    rf"(?:[ \t]{{0,4}}+\n(?:[ \t>]{{0,8}}+\n){{0,2}}{_FENCE}"
    r"[ \t>]{0,8}+(?:(?:[-*+•]|\d{1,2}[.)])[ ]{1,3})?"
    r"(?!(?:`{3}|~{3})[^\n`~]{0,40}\n))"  # the line that opens a fence is no value
)
# What is left of a line on which a word promises that a value comes on the next; whether it does, `leads` says.
REST = r"(?P<rest>[^\n:=!?;\"'`]{0,60}+(?:[:=]|->|→)?[*_~`)\"' \t]{0,6}+)"
_ALONE = re.compile(r"[*_~`\"')\].,;!|]{0,5}[ \t]{0,8}(?:\n|\Z)")
_MARKED = re.compile(r"(\*{1,3}|_{1,3}|~~)(.+)\1[.,;:?!)]*", re.DOTALL)
_THERE = (
    r"below|as follows|(?:the )?following|here|unten|hier|wie folgt|folgende[rs]?|ci-dessous|le suivant|"
    r"(?:el|la|o|a|il) (?:siguiente|seguinte|seguente)|abajo|a continuacion|abaixo|a seguir|qui sotto|di seguito|"
    r"hieronder|als volgt|ponizej|nastepujace"
)
_VERB = rf"(?:{vocabulary.verb()}|war|etait|era|sera|will be|are|sind|steht|staat)"
_LEADS = re.compile(
    r"(?!.*\.[ ])[^:=!?;\"'`\n]{0,60}?"
    rf"(?P<sign>[*_~`)]{{0,3}}[ ]{{0,2}}(?:[:=]|->|→|(?<=[ ])-)|(?:[ ]{_VERB})?[ ](?:{_THERE})[ ]?[:.]?|"
    rf"[ ]{_VERB}[ ]?:?)"
    r"[*_~`)]{0,3}[ \t]*",
    re.IGNORECASE,
)
OF = (
    "for|of|at|on|from|to|fur|von|vom|bei|beim|zu|zum|auf|de|du|des|pour|sur|del|para|en|do|da|di|per|su|voor|van|op|bij|"
    "dla|z|w|na"
)
_SAYS = re.compile(
    rf"(?:[ ](?:{OF})[ ][^:=,\n]{{1,40}}?)?(?P<is>(?:[ ]{_VERB})?(?:[ ](?:{_THERE}))?)"
    r"[ ]?(?:[:.=]|->|→|-)?[*_~`) \t]*",
    re.IGNORECASE,
)
# What has to do with passwords and keys and is none; such a word belongs to the one before it.
_ABOUT = re.compile(
    r"(?:'?s)?[ _-](?:managers?|generators?|hashing|requirements?|rules?|polic(?:y|ies)|criteria|strength|hints?|"
    r"length|encryption|algorithms?|crack\w*|attacks?|tools?|databases?|files?|fields?|forms?|formats?|types?|complexity|"
    r"options?|settings?|vaults?|detect\w*|scann\w*|providers?|variables?)\b",
    re.IGNORECASE,
)
_ANOTHER = re.compile(r"\b(?:and|or|und|oder|user\w*|login|e?-?mail)\b", re.IGNORECASE)
_HEADING = re.compile(
    r"[\s>•\d.)-]*(?:[#*_~`]+[ ]?(?:[\w-]{1,20}[ _-]){0,2}|(?:(?:my|your|the|our|mein|dein|ihr|unser|mon|votre|mi|"
    r"tu|minha|seu|sua|mijn|je|moje)[ ])?(?:[\w-]{1,20}-|"
    r"(?:new|temporary|wi-?fi|wlan|admin|api|neues|nouveau|nueva)[ ])?)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[ \t*_~`#]*(?:(?:number|no|nr|num|nummer|numero|code|key))?[.]?[ \t*_~`#]*", re.IGNORECASE)
_LONGEST_LINE = 60


def is_alone(match: re.Match[str]) -> bool:
    """Whether nothing else stands on the line of the group "value"."""
    return _ALONE.match(match.string, match.end("value")) is not None


def leads(rest: str) -> str:
    """What ends a line that promises a value on the next: a sign, a verb, a word such as "below"; empty if nothing."""
    found = _LEADS.fullmatch(rest)
    return "" if not found or _ANOTHER.search(rest) else found["sign"].strip() or ":"


def is_heading(match: re.Match[str]) -> bool:
    """Whether the match is all that its line says, up to the group "rest"."""
    return _NUMBER.fullmatch(match["rest"]) is not None and _begins_line(match)


def says(match: re.Match[str]) -> bool:
    """Whether the line says that this is it, and not what is done with one: "to reset your password, run:"."""
    found = _SAYS.fullmatch(match["rest"])
    return found is not None and (bool(found["is"]) or _begins_line(match))


def is_about(rest: str) -> bool:
    """Whether what is left of the line makes of the thing something else: its policy, its file, a program for it."""
    return _ABOUT.match(rest) is not None


def _begins_line(match: re.Match[str]) -> bool:
    text, start = match.string, match.start()
    begin = max(text.rfind("\n", 0, start) + 1, start - _LONGEST_LINE)
    return _HEADING.fullmatch(text, begin, start) is not None


def inside(match: re.Match[str]) -> str:
    """The value without the mark that ends a sentence and those that close the group "marks"."""
    opened = re.sub(r"[^*_~]", "", match["marks"])
    return match["value"].rstrip(".,;:?)]}|").removesuffix(opened[::-1])


def unmarked(given: str) -> tuple[int, str]:
    """What stands between Markdown's marks, and where; all of it when there are none."""
    found = _MARKED.fullmatch(given)
    return (found.start(2), found[2]) if found else (0, given)
