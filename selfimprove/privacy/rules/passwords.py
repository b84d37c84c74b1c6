"""Passwords: said in a sentence (eight languages), assigned in code and configuration, given on a command line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfimprove.privacy.rules.rule import Bounds, Rule

_KEY = (
    r"(?:pass ?words?(?:'s)?|pass(?=[ ]{0,2}[:=])|psw|passwds?|pass ?codes?|pass ?phrases?|pwd|\bpw\b|pin(?:[ -]?(?:code|number|nummer))?|passwort|kennwort|zugangscode|"
    r"mot de passe|\bmdp\b|code secret|contrasena|\bclave|senha|palavra[ -]passe|parola d'ordine|parola chiave|codice (?:pin|segreto)|"
    r"wachtwoord|pincode|toegangscode|haslo|kod pin)"
)
_NEEDS = (
    "pass", "pwd", "pw", "psw", "pin", "kennwort", "zugangscode", "mdp", "code secret", "contrasena", "clave", "senha", "palavra", "parola",
    "codice", "wachtwoord", "toegangscode", "haslo", "kod",
)  # fmt: skip
_LINK = (
    r"(?:[ ]{0,2}(?::|=>|->|→|=(?!=)|-[ ])[ ]{0,2}|[ ](?:is|was|will be|to|ist|lautet|war|est|etait|c'est|es|era|e|sera|jest|brzmi|luidt)[ ]"
    r"(?:now[ ]|still[ ]|just[ ]|jetzt[ ]|maintenant[ ]|ahora[ ]|agora[ ]|teraz[ ])?(?::[ ]?)?)"
)
_VALUE = r"(?:\"(?P<double>[^\"\n\x00]{3,100})\"|'(?P<single>[^'\n\x00]{3,100})'|`(?P<tick>[^`\n\x00]{3,100})`|(?P<bare>[^\s\"'`\x00<>]{3,64}))"
_OWNED = re.compile(r"\b(?:my|our|his|her|their|your|the|use|with|mein|meine|unser|das|dein|ihr|mon|ma|notre|votre|son|le|mi|su|tu|nuestra|la|minha|meu|nossa|a|sua|mia|mio|nostra|il|mijn|ons|het|moje|nasze|twoje)(?: \w+){0,2} ?\Z", re.IGNORECASE)
_PLAIN_WORD = re.compile(r"[A-Za-z]?[a-z'-]+\Z|[A-Z][A-Z'-]+\Z")

# What follows "my password is" without being one.
_NOT_ONE = frozenset(
    """not the a an in on at no so too very also only never always now still being been set stored saved kept hashed encrypted required
    needed missing wrong incorrect correct invalid valid empty blank null none true false undefined expired expiring weak strong strongest
    secure insecure safe unsafe short long longer old new same different unique unknown changed reset compromised leaked stolen exposed
    protected protecting forgotten lost broken working accepted rejected denied failing failed visible hidden shown displayed sent
    something nothing anything everything what that this it your my his her their our you me them important easy hard difficult
    simple complex random generated optional mandatory used use case part just exactly about like between more less at least
    nicht kein keine falsch richtig ungultig abgelaufen vergessen verloren zu sehr leer neu alt sicher unsicher gespeichert erforderlich
    pas trop incorrect incorrecte oublie oubliee perdu vide expire valide invalide faux faible requis securise
    no incorrecta incorrecto correcta valida invalida olvidada muy debil segura vacia requerida necesaria
    nao incorreta correta fraca forte segura vazia obrigatoria esquecida muito
    non errata sbagliata corretta scaduta debole sicura vuota richiesta dimenticata molto
    niet onjuist verkeerd verlopen vergeten zwak sterk leeg vereist te
    nie bledne niepoprawne poprawne wygaslo slabe silne puste wymagane za
    string str text varchar password passwd passphrase secret changeme change yourpassword your_password example placeholder
    redacted todo tbd""".split()
)
_LOOK_UP = re.compile(
    r"[$%{<\[(]|[A-Za-z_][\w.]*[(\[{]|os\.|env\b|env\.|process\.|getenv|self\.|this\.|request|config|settings|options|args|params|input|getpass|prompt|"
    r"user\.|data\.|form|cfg|ctx|\*{3}|x{4}|X{4}|\.{3}|_{3}|-{3}|your|example|https?:|/"
)
_WORDS_IN_CODE = re.compile(r"(?i)(?:enter|type|confirm|invalid|wrong|incorrect|forgot|show|hide|new|old|current|repeat|user|your|hash|salt|field|label|input|min|max|text|test|example|change|string|required|reset)\w*")


def _said(match: re.Match[str]) -> Iterator[Bounds]:
    quoted = match["double"] or match["single"] or match["tick"]
    group = next(name for name in ("double", "single", "tick", "bare") if match[name])
    start, end = match.span(group)
    said = quoted or match["bare"].rstrip(".,;:?)]}")
    owned = bool(_OWNED.search(match.string[max(0, match.start() - 40) : match.start()]))
    if said.lower().strip("!*_") in _NOT_ONE or _LOOK_UP.match(said) or len(said) < 3:
        return
    if is_complex(said) or (quoted and not _WORDS_IN_CODE.match(said)) or (owned and _could_be_one(said, match)):
        yield start, start + len(said)


def _could_be_one(said: str, match: re.Match[str]) -> bool:
    """A plain word counts only when nothing follows it that would make it part of a sentence."""
    follows = match.string[match.end() :][:2]
    is_participle = said.lower().endswith(("ed", "ing", "ly"))
    return len(said) >= 4 and not is_participle and (not follows.strip() or not follows[0].isspace() or match["bare"] != said)


def _beside(match: re.Match[str]) -> Iterator[Bounds]:
    """No word links the two, so the value must look like nothing else: letters, digits, and capitals or signs."""
    given = match["value"].rstrip(".,;:?)]}")
    mixed = re.search(r"[a-z]", given) and re.search(r"\d", given) and re.search(r"[A-Z!@#$%^&*?+]", given)
    if mixed and len(given) >= 6 and not _LOOK_UP.match(given) and not re.search(r"[(){}\[\]=/\\]", given):
        yield match.start("value"), match.start("value") + len(given)


def _pin(match: re.Match[str]) -> Iterator[Bounds]:
    yield match.span("value")


def _assigned(match: re.Match[str]) -> Iterator[Bounds]:
    assigned = match["value"]
    quoted = bool(match["quote"])
    shell = match["key"].isupper() and match["equals"] == "="
    if assigned.lower() in _NOT_ONE or _LOOK_UP.match(assigned) or _WORDS_IN_CODE.fullmatch(assigned) or len(assigned) < 4:
        return
    if is_complex(assigned) if not shell else not (quoted and " " in assigned):
        yield match.span("value")


def _on_command_line(match: re.Match[str]) -> Iterator[Bounds]:
    given = match["value"]
    if not _LOOK_UP.match(given) and given.lower() not in _NOT_ONE:
        yield match.span("value")


def is_complex(text: str) -> bool:
    """Not a word: a digit or sign among letters, capitals inside, or digits alone that are long enough."""
    if " " in text or _PLAIN_WORD.match(text) or re.fullmatch(r"[A-Za-z_][a-z_]*(?:\.[A-Za-z_]+)*", text):
        return False
    letters, digits = bool(re.search(r"[^\W\d_]", text)), bool(re.search(r"\d", text))
    signs = bool(re.search(r"[^\w.,:;]", text))
    capitals_inside = bool(re.search(r"[a-z][A-Z]", text)) and not re.fullmatch(r"[a-z]+(?:[A-Z][a-z]+)+", text)
    return (digits and (letters or len(text) >= 4)) or (signs and letters) or capitals_inside


RULES = (
    Rule(
        "password_said", "PASSWORD", rf"(?<![A-Za-z_-]){_KEY}(?![A-Za-z_-])[^\n\x00:=.!?\"'`;,()]{{0,40}}?{_LINK}{_VALUE}", _said,
        needs=_NEEDS, flags=re.IGNORECASE,
    ),
    Rule(
        "password_beside", "PASSWORD",
        r"(?:(?<![\w-])(?:pass(?:word|wd|code|phrase|wort)?|pwd|kennwort|mot de passe|contrasena|senha|wachtwoord|haslo)(?:'s)?[ ]{1,2}|"
        r"\b(?:credentials|login|logins|zugangsdaten|identifiants|credenciales|credenziali)(?:[ ](?:are|is|sind))?[ ]?:?[ ][^\s/:\x00]{2,64}[ ]?[/:][ ]?)"
        r"(?P<value>[^\s\"'`\x00<>]{6,64})", _beside,
        needs=("pass", "pwd", "kennwort", "contrasena", "senha", "wachtwoord", "haslo", "credential", "login", "zugangsdaten", "identifiants", "credenciales", "credenziali"),
        flags=re.IGNORECASE,
    ),
    Rule(
        "pin", "PASSWORD", r"\b(?:pin(?:[ -]?(?:code|number|nummer))?|pincode|passcode|otp|one[ -]time (?:code|password)|verification code|security code|cvv2?|cvc)\b"
        r"[^\n\x00.!?\d]{0,24}?(?:[ ](?:is|was|ist|lautet|est|es|e|to|jest)[ ]|[:=#][ ]?|[ ])(?P<value>\d{3,8})(?![\w.-]?\d|[A-Za-z])", _pin,
        needs=("pin", "passcode", "otp", "one time", "one-time", "code", "cvv", "cvc"), digits=3, flags=re.IGNORECASE,
    ),
    Rule(
        "password_assigned", "PASSWORD",
        r"(?P<key>[\w\-.]{0,24}(?:password|passwd|passphrase|passwort|pwd|secret_key|contrasena|senha|wachtwoord|haslo|PASS(?=\s?=)))(?P<close>\\?[\"']?\]?)"
        r"(?P<equals>[ \t]{0,4}(?::=|=>|=(?!=)|:(?!:))[ \t]{0,4})(?P<quote>\\?[\"'`]?)(?P<value>(?<=[\"'`])[^\"'`\n\x00\\]{3,100}|[^\s\"'`\x00,;&\\<>(){}]{3,100})", _assigned,
        needs=("password", "passwd", "passphrase", "passwort", "pwd", "secret_key", "contrasena", "senha", "wachtwoord", "haslo", "pass"), flags=re.IGNORECASE,
    ),
    Rule(
        "password_option", "PASSWORD",
        r"(?<![\w-])(?:--(?:[a-z]{1,12}-)?(?:password|passwd|pass|pwd|token|secret|api-key|auth-token)(?:[= ])|sshpass[ ]-p[ ]?|mysql\w{0,8}[ ][^\n\x00|]{0,60}?-p(?=[^\s-])|-p(?=[A-Za-z]*[\d!@#$%^&*][^\s]*[A-Za-z!@#$%^&*]))"
        r"[\"']?(?P<value>[^\s\"'\x00-][^\s\"'\x00]{2,99})", _on_command_line,
        needs=("--", "-p"), flags=re.IGNORECASE,
    ),
    Rule(
        "curl_user", "PASSWORD", r"\bcurl\b[^\n\x00]{0,120}?(?:-u|--user)[ =]?[\"']?(?P<value>[^\s\"':\x00]{1,64}:[^\s\"'\x00]{1,99})", _on_command_line,
        needs=("curl",), flags=re.IGNORECASE,
    ),
)  # fmt: skip
