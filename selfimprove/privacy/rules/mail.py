"""E-mail addresses: plain, international, encoded, and written so that a harvester would miss them."""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise

from selfimprove.privacy.rules.rule import Bounds, Rule, either, words

_MARKS = r"\u0900-\u0963\u0966-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17d3"  # scripts whose vowels are no letters
LABEL = rf"(?:[^\W_]|[{_MARKS}])[\w{_MARKS}-]{{0,62}}"
_OPEN, _CLOSE = r"[ ]?[\[({<|*][ ]?", r"[ ]?[\])}>|*][ ]?"
_DOT_WORD = r"(?:dot|punkt|punto|ponto|point|punt|kropka|pont)"
_DOT = (
    rf"(?:\.[ ](?=(?:com|org|net|de|fr|es|it|nl|pl|uk)\b)|\.|{_OPEN}(?:{_DOT_WORD}|\.){_CLOSE}|"
    rf"[ ]{_DOT_WORD}[ ]|[ ]\.[ ])"
)
_AT_WORD = r"(?:arobase|arroba|chiocciola|malpa|apenstaartje|klammeraffe)"
_OBFUSCATED_AT = rf"(?:[\[({{<|*][ ]?(?:at|(?<![{{<][ ])@|arroba|arobase|kukac|malpa){_CLOSE}|(?<=\w)[\[(]a[\])](?=\w))"
_PROVIDERS = r"(?:gmail|googlemail|yahoo|hotmail|outlook|live|icloud|proton|protonmail|gmx|web|aol|mail|posteo|yandex)"

_LOCAL = re.compile(rf"(?:\"[^\"\n\x00]{{1,62}}\"|[\w{_MARKS}.!#$%&'*+/=?^`{{|}}~-]+)")
_OBFUSCATED_LOCAL = re.compile(rf"[\w.+'-]{{1,64}}(?:{_DOT}[\w.+'-]{{1,64}}){{0,3}}\Z", re.IGNORECASE)
_KEY = re.compile(r"(?:.*[?&;]|^)[\w.-]+=|.*//")
_PLAIN = re.compile(r"@[^\s\[\](){}<>]+")
_MIXED_END = re.compile(r"\.?[a-z]{2,24}(?=[^\x00-\x7f])", re.IGNORECASE)  # a domain, then a script without spaces
_CJK = re.compile(r".*[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af](?=[!-~])")

TOP_LEVEL = words(
    """
    com net org edu gov mil int info biz name pro aero coop museum arpa mobi jobs tel travel post asia cat xxx
    app dev page web site online store shop blog tech cloud email mail live life world today news media agency
    studio design digital group company global team work works tools systems solutions services support center
    network host hosting website space club social chat games game fun art photo photos photography video music
    movie film fashion style health care clinic dental hospital doctor law legal lawyer finance financial bank
    money capital credit loan tax school college university academy education institute training science
    engineering energy green farm garden food restaurant cafe bar pub wine beer pizza hotel tours holiday
    flights cars auto bike taxi house home homes land estate properties rent apartments city town london paris
    berlin wien hamburg koeln bayern amsterdam brussels nyc tokyo swiss scot wales irish cymru eus gal xyz top
    icu vip one zone link click download buzz guru ninja rocks expert partners consulting ventures international
    foundation charity church family kids baby love dating wedding gift gifts toys shoes jewelry watch clothing
    beauty salon spa yoga fit fitness run bet poker casino codes software computer technology data science
    security systems google apple amazon microsoft bmw ovh gmbh ltd inc llc sarl local localdomain localhost
    internal intranet intra corp lan home private test example invalid onion
    """
)
# New top-level domains come every year, so beside a plain at sign any word ends a domain but these, which end file
# names or stand in code: `icon@2x.png`, `x@self.weight`, `this@Outer.field`.
_NO_END = words(
    """
    png jpg jpeg gif svg webp bmp ico pdf tiff avif heic js jsx ts tsx mjs cjs css scss less json yaml yml toml xml html
    htm txt csv tsv log lock map min tar gz tgz bz2 exe dll jar war deb rpm apk dmg iso img mp3 mp4 wav service target
    socket timer mount conf cfg ini env git transpose mean sum std var max min argmax argmin reshape view shape size
    dtype device grad values value weight weights bias conj inv inverse pinv det norm detach clone numpy tensor flatten
    ravel squeeze unsqueeze astype float half double cpu cuda real imag diag trace copy dot length name type key index
    items keys node next prev left right parent child children field method state props
    """
)
_NO_DOMAIN = words("self this super cls np numpy torch tf jnp params model layer")
_LOGIN = re.compile(r"://[^\s@\x00]*:\Z")  # `postgres://user:password@db.intern`
_NO_LOCAL = words("this super return break continue")


def _plain(match: re.Match[str]) -> Iterator[Bounds]:
    start = _plain_local(match)
    known = list(_address(match, start, r"\."))
    yield from known or _of_any_end(match, start)


def _of_any_end(match: re.Match[str], start: int | None) -> Iterator[Bounds]:
    """An address whose end is on no list, as long as it is written like one and not like code."""
    text, labels = match.string, match["domain"].split(".")
    if start is None or start == match.start() or text[match.end() : match.end() + 1] in ("(", "[", "="):
        return
    local, last, one = text[start : match.start()], labels[-1], labels[-1].lower()
    written = last.isascii() and last.isalpha() and 3 <= len(last) <= 24 and (last.islower() or last.isupper())
    plain = local[-1].isalnum() or local[-1] in "_-+\"'~"
    is_code = one in _NO_END or labels[0].lower() in _NO_DOMAIN or local.lower() in _NO_LOCAL
    is_code = is_code or _LOGIN.search(text, max(0, start - 80), start) is not None
    if written and plain and not is_code and not labels[0].isdigit() and not _is_repository(text, start, match.end()):
        yield start, match.end()


def _obfuscated(match: re.Match[str]) -> Iterable[Bounds]:
    if _PLAIN.fullmatch(match[0]):
        return ()  # the other rule's
    begin = max(0, match.start() - 80)
    local = _OBFUSCATED_LOCAL.search(match.string[begin : match.start()].rstrip(" "))
    return _address(match, begin + local.start() if local else None, _DOT)


def _wrapped(match: re.Match[str]) -> Iterator[Bounds]:
    """Base64 whose bytes are an address, perhaps with a name around it."""
    encoded = match[0].rstrip("=")
    if len(encoded) % 4 == 1:
        return
    decoded = base64.b64decode(encoded + "=" * (-len(encoded) % 4))
    if (
        b"@" in decoded
        and re.search(rb"[\w.+-]+@[\w-]+\.[a-zA-Z]{2}", decoded)
        and decoded.isascii()
        and decoded.decode().isprintable()
    ):
        yield match.span()


def _address(match: re.Match[str], start: int | None, dot: str) -> Iterator[Bounds]:
    domain = match["domain"]
    if domain.startswith("[") and start is not None:
        yield start, match.end()
        return
    cuts = [m.start() for m in re.finditer(dot, domain, re.IGNORECASE)] + [len(domain)]
    ends = [before + length for before, end in pairwise(cuts) if (length := _top_level(domain[before:end], dot))]
    if start is None or start == match.start() or not ends:
        return
    end = match.start("domain") + ends[-1]
    if match.string[end : end + 1] != "(" and not _is_repository(match.string, start, end):
        yield start, end


def _top_level(label: str, dot: str) -> int:
    """How much of a label, its dot included, can end an address; 0 for nothing."""
    mixed = _MIXED_END.match(label)
    name = re.sub(dot, "", mixed[0] if mixed else label, flags=re.IGNORECASE)
    return (mixed.end() if mixed else len(label)) if _is_top_level(name) else 0


def _plain_local(match: re.Match[str]) -> int | None:
    """Where the local part starts, read backwards from the at sign; None when there is none."""
    backwards = match.string[max(0, match.start() - 64) : match.start()][::-1]
    found = _LOCAL.match(backwards)
    if not found:
        return None
    local = found[0][::-1]
    for prefix in (_KEY, _CJK):
        skipped = prefix.match(local) if prefix is _CJK or "/" not in local or "?" in local or "//" in local else None
        local = local[skipped.end() :] if skipped else local
    if not local.startswith('"'):
        local = re.sub(r"^[^\w$!]+", "", local)
    return match.start() - len(local)


def _is_top_level(name: str) -> bool:
    if len(name) == 2 and name.isascii():
        return name.isalpha() and (name.islower() or name.isupper())
    if name.isascii():
        return name.lower() in TOP_LEVEL or name.lower().startswith("xn--")
    return all(unicodedata.category(character)[0] in "LM" for character in name)


def _is_repository(text: str, start: int, end: int) -> bool:
    return text[start:end].lower().startswith(("git@", "hg@", "svn@")) and text[end : end + 1] in (":", "/")


_BRACKETED = (
    *(f"{mark}{space}{word}" for mark in "[({<|*" for space in ("", " ") for word in ("at", "@", "arroba", "arobase")),
    *(f"{mark}{space}{word}" for mark in "[({<|*" for space in ("", " ") for word in ("kukac", "malpa")),
    "(a)",
    "[a]",
)

RULES = (
    Rule(
        "email",
        "EMAIL",
        rf"@(?P<domain>{LABEL}(?:\.{LABEL}){{1,8}}|\[[0-9a-f.:]{{3,45}}\])",
        _plain,
        needs=("@",),
        flags=re.IGNORECASE,
    ),
    Rule("email_base64", "EMAIL", r"[A-Za-z0-9+/](?<![A-Za-z0-9+/].)[A-Za-z0-9+/]{17,400}={0,2}", _wrapped, long=True),
    Rule(
        "email_bracketed_at",
        "EMAIL",
        rf"{_OBFUSCATED_AT}(?P<domain>{LABEL}(?:{_DOT}{LABEL}){{1,6}})",
        _obfuscated,
        needs=_BRACKETED,
        flags=re.IGNORECASE,
    ),
    Rule(
        "email_spelled_at",
        "EMAIL",
        rf"(?:[ ]at[ ](?P<domain>{LABEL}(?:[ ](?:dot|punkt)[ ]{LABEL}){{1,6}}|{_PROVIDERS}\.{LABEL}))",
        _obfuscated,
        needs=(" at ",),
        flags=re.IGNORECASE,
    ),
    Rule(
        "email_spelled",
        "EMAIL",
        rf"[ ]{_AT_WORD}[ ](?P<domain>{LABEL}(?:{_DOT}{LABEL}){{1,6}})",
        _obfuscated,
        needs=either("arobase|arroba|chiocciola|malpa|apenstaartje|klammeraffe"),
        flags=re.IGNORECASE,
    ),
    Rule(
        "email_spaced_dot",
        "EMAIL",
        rf"(?:[ ]@[ ]|@[ ]?)(?P<domain>{LABEL}(?:{_DOT}{LABEL}){{1,6}})",
        _obfuscated,
        needs=("@",),
        flags=re.IGNORECASE,
    ),
)
