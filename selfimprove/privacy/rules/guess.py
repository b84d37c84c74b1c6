"""Whether a piece of text could be a password: what the rules that find passwords share."""

from __future__ import annotations

import re

from selfimprove.privacy.rules.rule import words

# What follows "my password is" without being one.
NOT_ONE = words(
    """
    not the a an in on at no so too very also only never always now still being been set stored saved kept
    hashed encrypted required needed missing wrong incorrect correct invalid valid empty blank null none true
    false undefined expired expiring weak strong strongest secure insecure safe unsafe short long longer old new
    same different unique unknown changed reset compromised leaked stolen exposed protected protecting forgotten
    lost broken working accepted rejected denied failing failed visible hidden shown displayed sent something
    nothing anything everything what that this it your my his her their our you me them important easy hard
    difficult simple complex random generated optional mandatory used use case part just exactly about like
    between more less at least nicht kein keine falsch richtig ungultig abgelaufen vergessen verloren zu sehr
    leer neu alt sicher unsicher gespeichert erforderlich pas trop incorrect incorrecte oublie oubliee perdu
    vide expire valide invalide faux faible requis securise no incorrecta incorrecto correcta valida invalida
    olvidada muy debil segura vacia requerida necesaria nao incorreta correta fraca forte segura vazia
    obrigatoria esquecida muito non errata sbagliata corretta scaduta debole sicura vuota richiesta dimenticata
    molto niet onjuist verkeerd verlopen vergeten zwak sterk leeg vereist te nie bledne niepoprawne poprawne
    wygaslo slabe silne puste wymagane za string str text varchar password passwd passphrase secret changeme
    passwort kennwort contrasena senha wachtwoord haslo
    change yourpassword your_password example placeholder redacted todo tbd case-sensitive
    """
)
# What else is said of one in a sentence; a phrase of words may hold some of these.
_SAID = words(
    """
    gone dead public private shared ready fine okay good bad here there below above follows following back back-up
    base64 sha1 sha256 sha512 md5 utf8
    unten folgendes oben wie suivant ci-dessous siguiente abajo seguinte abaixo seguente sotto hieronder ponizej
    geandert verandert zuruckgesetzt gesperrt lang kurz einfach schwer leicht geheim verschlusselt pflicht notig korrekt
    obligatoire facultatif change modifie perime expiree perdue bloque enregistre chiffre long court facile difficile
    sur secret correct bon mauvais egal nouveau ancien identique
    obligatoria obligatorio cambiada modificada caducada perdida bloqueada guardada cifrada larga corta facil dificil
    mala buena nueva antigua distinta igual privada publica secreta
    alterada mudada expirada perdida bloqueada salva longa curta nova antiga diferente igual boa ruim secreta
    obbligatoria cambiata modificata persa bloccata salvata cifrata lunga corta breve semplice difficile facile nuova
    vecchia diversa uguale giusta segreta
    verplicht gewijzigd veranderd kwijt geblokkeerd opgeslagen versleuteld lang kort makkelijk moeilijk eenvoudig nieuw
    oud anders gelijk juist geheim nodig
    pbkdf2 argon2 argon2i argon2d argon2id aes128 aes256 aes-128 aes-256 sha-1 sha-256 sha-512 sha3 hs256 rs256
    hmac-sha256 hmacsha256 ntlmv2 aes-256-gcm aes-256-cbc stdin stdout stderr
    login logon submit cancel username signin signup log-in sign-in anmelden einloggen benutzername connexion connecter
    identifiant entrar acceder usuario accedi inloggen gebruikersnaam zaloguj
    1password keepass2 keepassx keepassxc keepass2android
    nieprawidlowe prawidlowe zmienione zablokowane zapomniane zgubione zapisane zaszyfrowane dlugie krotkie latwe trudne
    proste nowe stare inne takie dobre zle tajne
    """
)
_SAID_OF = re.compile(
    r"[\w-]{2,30}-(?:encoded|encrypted|hashed|protected|based|only|sensitive|generated|specific|dependent|salted|bit)",
    re.IGNORECASE,
)
_PLAIN_WORD = re.compile(r"[A-Za-z]?[a-z'-]+\Z|[A-Z][A-Z'-]+\Z")
_ADJECTIVE = re.compile(r"(?:ed|ing|ly|able|ible|ive|ful|less|ous|ent|ant|ary|ory|ic|al)\Z", re.IGNORECASE)
_CLOSING = "\"'`.,;:?!)]}"
_PLACEHOLDER = re.compile(
    r"\$?[$#]\{.*|\$?\$\([a-z]*|\$_?[A-Z][A-Z0-9_]*(?:\[.*|/.*|:\$\{?[A-Z][A-Z0-9_]*)?|\$[a-z_]*(?:pass|pw|secret)[a-z_]*|%s|%\([a-z_]*\)?s?|%[A-Z_]{2,}%?|"
    r"[\w:/.=-]*\{\{.*|\^\w+\^|(?:required|nullable|sometimes|string|bail)\|.*|(?:min|max|size):\d+(?:\|.*)?|"
    r"[{\[]+[A-Za-z _.-]*|[{\[]+[A-Za-z_][\w .-]*[}\]].*|<[^<>]*>?|[*xX._•#-]{3,}|your[a-z_-]*|example[a-z_-]*\d{0,3}"
)
_NAME = r"(?:(?:[a-z]{2}|[A-Z][a-z]|[A-Z]{2}|_)[A-Za-z_]*\d{0,3}|[a-z])"
# Whole values only: random ones begin with any of these. A call's brackets may have been cut off at a quote or space.
_LOOK_UP = re.compile(
    r"[A-Z_]\w*(?:Str|String|Type|Field|Schema|Bytes|Control|Input|Dto)|DataTypes?\.\w+|"  # types
    r"!(?:vault|secret|Ref|Sub|GetAtt|ImportValue|env\w*)|(?:static|self|parent|\$this)(?:::|->?)\$?\w*|"
    r".*\\[sSwWdD][*+{].*|(?:\\[\w.-]+){2,}|"  # an expression that matches one, a path
    rf"[!(]{{0,2}}[$]?{_NAME}(?:(?:\??\.|->|::){_NAME})*[(\[{{][()\[\]{{}}:.,$=>-]*"
    rf"(?:(?:{_NAME}|\d+)(?:[.,:=\[\](){{}}>-]+(?:{_NAME}|\d+))*)?[()\[\]{{}}.,:=>-]*|"
    r"(?:os|env|process|self|this|user|data|req|request|config|settings|options|args|params|form|cfg|ctx)\??\.[A-Za-z_].*|"
    r"(?:env|getenv|request|config|settings|options|args|params|input|getpass|prompt|form|cfg|ctx)[A-Za-z_]*|"
    r"https?:.*|[~.]{0,2}/[\w.-]*(?:/[\w.*-]*)*|\([^\w]*(?:[A-Za-z]+|\d+)\W*|[(~]+"
)
_FILE = re.compile(
    r"[\w.-]+\.(?:py|js|mjs|ts|tsx|jsx|rb|go|rs|c|h|cc|cpp|cs|java|php|pl|sh|ps1|bat|sql|md|rst|txt|csv|tsv|json|ya?ml|toml|"
    r"ini|cfg|conf|env|xml|html?|css|log|lock|key|pem|crt|zip|gz|tar|exe|jar|docx?|xlsx?|pdf|png|jpe?g|db|kdbx)"
)
_FIELD = re.compile(
    r"(?:enter|type|confirm|invalid|wrong|incorrect|forgot|show|hide|new|old|current|repeat|user|your|hash|salt|field|"
    r"label|input|min|max|text|test|example|change|string|required|reset)\w*",
    re.IGNORECASE,
)


def is_none(text: str) -> bool:
    """Whether it only stands where a password would: a word about passwords, a placeholder."""
    bare = text.rstrip(_CLOSING)
    plain = text.lower().strip("!*_")
    stands_in = _PLACEHOLDER.fullmatch(bare) or _SAID_OF.fullmatch(bare)
    return plain in NOT_ONE or plain in _SAID or (bool(bare) and stands_in is not None)


def is_code(text: str) -> bool:
    """Whether it is read from somewhere: a call, an index, a path, the environment."""
    line = text.partition("\\n")[0]  # code in JSON
    return _LOOK_UP.fullmatch(line.rstrip(_CLOSING)) is not None


def is_version(text: str) -> bool:
    """Whether it is the number of a version, such as v2.4.1."""
    return bool(re.fullmatch(r"[v^~=]{0,2}\d{1,3}(?:\.\d{1,3}){1,3}(?:[-.]?[a-z]{1,5}\.?\d{0,3})?", text))


def is_file(text: str) -> bool:
    """Whether it is the name of a file."""
    return _FILE.fullmatch(text) is not None


def is_field(text: str) -> bool:
    """Whether it begins like the label or name of an input field."""
    return bool(_FIELD.match(text))


def is_word(text: str) -> bool:
    """Whether it is a plain word that could be a password: long enough, and no adjective."""
    return len(text) >= 4 and not _ADJECTIVE.search(text)


def is_complex(text: str) -> bool:
    """Not a word: a digit or sign among letters, capitals inside, or digits alone that are long enough."""
    if " " in text or _PLAIN_WORD.match(text) or re.fullmatch(r"[A-Za-z_][a-z_]*(?:\.[A-Za-z_]+)*", text):
        return False
    letters, digits = bool(re.search(r"[^\W\d_]", text)), bool(re.search(r"\d", text))
    signs = bool(re.search(r"[^\w.,:;]", text))
    capitals_inside = bool(re.search(r"[a-z][A-Z]", text)) and not re.fullmatch(r"[a-z]+(?:[A-Z][a-z]+)+", text)
    return (digits and (letters or len(text) >= 4)) or (signs and letters) or capitals_inside


def is_phrase(text: str) -> bool:
    """Three or more words joined by dashes."""
    return bool(re.fullmatch(r"[A-Za-z]+(?:-[A-Za-z]+){2,}", text))


def is_mixed(text: str) -> bool:
    """Small letters and digits with capitals or signs: nothing but a password looks like that."""
    odd = re.search(r"[A-Z!@#$%^&*?+]", text) and not re.search(r"[(){}\[\]=/\\]", text)
    return len(text) >= 6 and bool(odd and re.search(r"[a-z]", text) and re.search(r"\d", text))
