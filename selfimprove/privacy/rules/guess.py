"""Whether a piece of text could be a password: what the rules that find passwords share."""

from __future__ import annotations

import re

from selfimprove.privacy.rules.guess_words import NOT_ONE, SAID

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
    return plain in NOT_ONE or plain in SAID or (bool(bare) and stands_in is not None)


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
