"""Passwords and PINs said in a sentence, in eight languages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfimprove.privacy.rules import guess, vocabulary
from selfimprove.privacy.rules.joined import OF, unmarked
from selfimprove.privacy.rules.rule import Bounds, Rule, either, near

PLAIN_KEY = (
    r"pass ?words?|wi-?fi (?:key|code|pass)|code wi-?fi|cle wi-?fi|clave (?:del )?wi-?fi|wlan-?schlussel|"
    r"psw|passwds?|pass ?codes?|pass ?phrases?|pwd|\bpw\b|"
    r"passwort|kennwort|zugangscode|mot de passe|\bmdp\b|code secret|contrasena|senha|palavra[ -]passe|"
    r"parola d'ordine|parola chiave|wachtwoord|toegangscode|haslo"
)
KEY = (
    rf"(?P<key>{PLAIN_KEY}|pass(?=[ ]{{0,2}}[:=])|"
    r"(?P<vague>pin(?:[ -]?(?:code|number|nummer))?|\bclave|codice (?:pin|segreto)|pincode|kod pin))"
)
KEY_NEEDS = either(
    "pass|pwd|pw|psw|pin|kennwort|zugangscode|mdp|secret|contrasena|clave|senha|palavra|parola|codice|wachtwoord|"
    "toegangscode|haslo|kod|wi-fi|wifi|wlan"
)
START = r"(?:(?<![A-Za-z_])(?<!--)|(?<=[a-z])(?=passwort|kennwort|wachtwoord))"  # compounds are one word
_BETWEEN = (
    r"[^\n\x00:=.!?\"'`;,()]{0,40}?"
    r"(?:(?:https?://[^\s\x00\"'`<>:]{3,100}(?=:?[ ])|"  # what it is the password of; redacted, when found before
    rf"(?<=[ ])(?:{OF})[ ](?:\x00|[\w@-]{{1,63}}+(?:\.[\w@-]{{1,63}}+){{1,5}})(?=:?[ ]|:\d)"
    r"(?::\d{2,5})?|\((?<=[ ].)[^()\n:=]{1,60}\)|\x00(?=:[ ]))"
    r"[^\n\x00:=.!?\"'`;,()]{0,20}?)?"
)
_LINK = (
    r"(?P<link>'s[ ]|[ ]{0,2}(?::(?!//)|=>|->|→|=(?!=)|-[ ])[ ]{0,2}|"
    r"[ ](?:is|was|will be|to|from|ist|lautet|war|est|etait|c'est|es|era|e|sera|jest|brzmi|luidt)(?:[ ]|[ ]?:[ ]?))"
    r"(?:(?:now|still|just|currently|jetzt|maintenant|ahora|agora|teraz|nu|nun|ora|adesso)[ ]:?[ ]?)?"
    r"(?!(?:set|changed|reset|updated|gesetzt|geandert)[ ]|[\"'`<(\[]?(?:[a-z]{2,12}://|www\.))"  # not a link
)
_VALUE = (
    r"(?:\"(?P<double>[^\"\n\x00]{3,100})\"|'(?P<single>[^'\n\x00]{3,100})'|`(?P<tick>[^`\n\x00]{3,100})`|"
    r"(?P<bare>[^\s\"'`\x00<>]{3,64}))"
)
_OWNER = re.compile(
    r"\b(?:my|our|his|her|their|your|the|mein|meine|unser|das|dein|ihr|mon|ma|notre|votre|son|le|mi|su|tu|nuestra|"
    r"la|minha|meu|nossa|a|sua|mia|mio|nostra|il|mijn|ons|het|moje|nasze|twoje)(?: \w+){0,2} ?\Z",
    re.IGNORECASE,
)
_BESIDE = (
    r"(?:(?<![\w-])(?:pass(?:word|wd|code|phrase|wort)?|pwd|pw|kennwort|mot de passe|contrasena|senha|wachtwoord|haslo)"
    r"[ ]{1,2}[\"'`]?|"
    r"\b(?:log|sign)[ ]?in[ ](?:with|as|using)[ ][^\s/:\x00]{2,64}[ ]?[/:][ ]?|"
    r"\b(?:credentials|creds|logins?|zugangsdaten|identifiants|credenciales|credenziali)(?:[ ](?:are|is|sind))?"
    r"[ ]?(?::|->)?[ ]"
    r"[^\s/:\x00]{2,64}[ ]?[/:][ ]?)"
    r"(?P<value>[^\s\"'`\x00<>]{6,64})"
)
_BESIDE_NEEDS = either(
    "log|sign|pass|pwd|pw|kennwort|contrasena|senha|wachtwoord|haslo|credential|creds|login|zugangs|identifiants|creden"
)
_GIVEN = re.compile(
    r"\b(?:wlan|wi-?fi|wireless|router|with|using|enter|my|our|mein|unser|mon|ma|notre|mi|minha|meu|mijn|moje|"
    r"login \S{1,64}|user(?:name)? \S{1,64})[ -]\Z",
    re.IGNORECASE,
)
_ANOTHER_SENTENCE = re.compile(
    r"[ ](?:and|but|und|aber|et|mais|y|pero|e|mas|ma|en|maar|i|ale)[ ]"
    r"(?:it|i|that|this|they|he|she|es|er|ich|das|il|je|j'|elle|no|yo|ella|eu|nao|ele|non|io|het|ik|hij|nie|ja)\b",
    re.IGNORECASE,
)
_AS = (
    r"[ ](?:as|for|als|comme|como|come|jako)[ ](?:my|the|our|a|mein|das|mon|mi|minha|la mia|mijn|moje)[ "
    r"](?:\w{1,20}[ ])?"
    r"(?:pass ?(?:word|code|phrase)|pwd|pin\b|passwort|kennwort|mot de passe|contrasena|clave|senha|wachtwoord|haslo)"
)
_TOKEN_BEFORE = re.compile(r"[\"'`]?([^\s\"'`\x00]{4,64})[\"'`]?\Z")
_BOARD_BEFORE = (
    r"\b(?:gpio|arduino|esp\d{2,4}|raspberry|header|connector|connect|solder|wire|led|digital|analog|input|output)"
    r"[ ](?:the[ ])?\Z"
)
_NOT_AFTER = (
    r"^[ ](?:(?:seconds?|minutes?|min|hours?|digits?|sekunden|minuten|stunden|ziffern|secondes|chiffres|segundos|"
    r"minutos|secondi|minuti|seconden|cijfers|sekund|minut|cyfr)\b|"
    r"(?:to|and|on)[ ](?:the[ ])?(?:ground|gnd|vcc|5v|3\.3v|board|header|pin)\b|(?:high|low)\b)"
)
CODE = (
    rf"\b(?:{vocabulary.pattern('one_time_code', 'card_code', 'card_pin', 'door_code')}|pin-(?:code|number|nummer)|"
    r"m?tan(?=[ ]?(?:[:=]|ist\b|lautet\b))|"
    r"code[ ](?:for|to|fur|zu[mr]?|von)[ ](?:(?:the|my|our|die|das|den|der|unsere?\w?|front)[ ]){0,2}"
    r"(?:door|gate|alarm|safe|garage|building|lockbox|haustur|tur|tor|tresor|alarmanlage))\b"
)
CODE_NEEDS = ("tan", "code", *vocabulary.needs("one_time_code", "card_code", "card_pin", "door_code"))
DIGITS = r"(?P<value>\d{3,8})(?![\w.-]?\d|[A-Za-z])"
_PIN = (
    rf"{CODE}[^\n\x00.!?\d]{{0,24}}?"
    rf"(?:[ ](?:{vocabulary.verb()})[ ]|[:=#][ ]?|[ ])[*_~`\"'(]{{0,3}}{DIGITS}"
)


def _said(match: re.Match[str]) -> Iterator[Bounds]:
    quoted = match["double"] or match["single"] or match["tick"]
    group = next(name for name in ("double", "single", "tick", "bare") if match[name])
    at, said = (0, quoted) if quoted else unmarked(match["bare"].rstrip(".,;:?)]}"))
    quoted = quoted or at > 0
    owned = is_owned(match)
    if len(said) < 3 or guess.is_none(said) or (guess.is_code(said) and not owned) or _is_pinned(match, said, owned):
        return
    if (
        guess.is_complex(said)
        or guess.is_phrase(said)
        or (quoted and not guess.is_field(said))
        or (owned and _ends_sentence(match, said))
    ):
        yield match.start(group) + at, match.start(group) + at + len(said)


def is_owned(match: re.Match[str]) -> bool:
    """Whether a word before the match says whose it is."""
    return _OWNER.search(match.string[max(0, match.start() - 40) : match.start()]) is not None


def _is_pinned(match: re.Match[str], said: str, owned: bool) -> bool:
    """Whether software is pinned to a version."""
    pinned = match["key"].lower() == "pin" and match["link"].strip() == "to" and not said.isdigit()
    return not owned and bool(pinned or (match["vague"] and guess.is_version(said)))


def _ends_sentence(match: re.Match[str], said: str) -> bool:
    """A plain word counts only when nothing goes on after it."""
    further = goes_on(match) and match["bare"] == said
    purpose = match["link"].strip() in ("to", "from") and not match["key"].lower().startswith("haslo")
    return guess.is_word(said) and not further and not match["vague"] and not purpose


def goes_on(match: re.Match[str]) -> bool:
    """Whether a word of the same sentence follows the match."""
    rest = match.string[match.end() : match.end() + 24]
    return re.match(r"[ ]\w", rest) is not None and not _ANOTHER_SENTENCE.match(rest)


def _beside(match: re.Match[str]) -> Iterator[Bounds]:
    """No word links the two, so the value must look like nothing but a password."""
    given = match["value"].rstrip(".,;:?)]}")
    logged = match.group().lower().startswith(("log", "sign"))
    theirs = logged or _GIVEN.search(match.string[max(0, match.start() - 80) : match.start()])
    short = match.group().lower().startswith(("pw", "mdp"))  # nobody writes about passwords with these
    looks = guess.is_mixed(given) or (
        (theirs or short) and (guess.is_complex(given) or guess.is_phrase(given)) and not given.isdigit()
    )
    if looks and not guess.is_none(given) and not guess.is_code(given):
        yield match.start("value"), match.start("value") + len(given)


def _used_as(match: re.Match[str]) -> Iterator[Bounds]:
    """The password comes first: "I use … as my password"."""
    begin = max(0, match.start() - 70)
    before = _TOKEN_BEFORE.search(match.string[begin : match.start()])
    if before and guess.is_complex(before[1].lstrip("(")) and not guess.is_none(before[1]):
        yield begin + before.start(1), begin + before.end(1)


def _pin(match: re.Match[str]) -> Iterator[Bounds]:
    """A number that opens something, not one of the pins of a chip or a board, nor how long a code is good for."""
    if not (near(match, _BOARD_BEFORE, before=24) or near(match, _NOT_AFTER, before=0, after=24)):
        yield match.span("value")


RULES = (
    Rule(
        "password_said",
        "PASSWORD",
        rf"{START}{KEY}(?![A-Za-z_-]|@[\w.-]{{1,80}}:\d){_BETWEEN}{_LINK}{_VALUE}",  # `password@host:5432` is a place
        _said,
        needs=KEY_NEEDS,
        flags=re.IGNORECASE,
    ),
    Rule(
        "password_beside",
        "PASSWORD",
        _BESIDE,
        _beside,
        needs=_BESIDE_NEEDS,
        flags=re.IGNORECASE,
    ),
    Rule("password_used", "PASSWORD", _AS, _used_as, needs=KEY_NEEDS, flags=re.IGNORECASE),
    Rule(
        "pin",
        "PASSWORD",
        _PIN,
        _pin,
        needs=CODE_NEEDS,
        digits=3,
        flags=re.IGNORECASE,
    ),
)
