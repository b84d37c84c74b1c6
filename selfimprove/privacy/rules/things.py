"""Numbers of things and facts that point at one person: cars, wallets' seed phrases, coordinates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfimprove.privacy.rules.rule import Bounds, Check, Rule, either, near, whole, words

_SEED = (
    r"(?:seed|recovery|mnemonic|back-?up|wallet|secret|metamask|ledger|trezor|phrase|words|wiederherstellung\w{0,8}|"
    r"semilla|recuperacion|recuperation|recupero|recuperacao|herstel\w{0,8}|odzyskiwania|frase|fraza)"
)
_SEED_NEEDS = either(
    "seed|recover|mnemonic|backup|back-up|wallet|secret|metamask|ledger|trezor|phrase|words|wiederherstellung|semilla|"
    "recuper|herstel|odzyskiwania|frase|fraza"
)
_BETWEEN_WORDS = r"(?:[ ]|,[ ]?|[ ]?\n[ ]?)(?:\d{1,2}[.):][ ]?)?"
_SMALL = words(
    """
    the and for with was are his her has had not but from were have been their them our out would which into your
    its who she him could should because these those also very just
    """
)
_SEED_LENGTHS = (12, 24)
_PLATE = (
    r"(?:(?:licen[cs]e|number|registration|car)[ ]plates?|\bplates?|kennzeichen|nummernschild|immatriculation|"
    r"matricula|\btarga|kenteken|rejestracyjn\w{1,3}|\bplaca|licen[cs]e[ ]tag)"
)
_PLATE_IS = r"is|was|number|no|nr|num|nummer|ist|lautet|est|es|e|to|jest|brzmi|luidt"
_NUMBER = r"-?\d{1,3}\.\d{4,12}"
_GLOBE = (
    r"\bgeo(?!m)|\bgps|coord|koord|(?<![a-z])lat(?![a-z])|latitud|(?<![a-z])lon(?![a-z])|(?<![a-z])lng(?![a-z])|longitud|"
    r"\bmaps?\b|[?&]q="
)
_WHERE = (
    r"locat|locali|standort|ubicac|posizion|position|place|home|\blive|address|wohn|where|\bhere\b|\bat\b|@"
)
_DIRECTED = re.compile(r"\d[ ]?°?[ ]?[NS]\b.*\d[ ]?°?[ ]?[EWO]\b")
_DRAWN = r"\b(?:plot|chart|graph|axis|axes|pixel|canvas|screen|mouse|cursor|vector|matrix|tensor|loss|weight|step)"


def _plate(match: re.Match[str]) -> Iterator[Bounds]:
    written = match["value"]
    letters, digits = (len(re.findall(kind, written)) for kind in ("[A-Za-z]", "[0-9]"))
    if letters and digits >= 2 and 5 <= letters + digits <= 8 and not re.search(r"[a-z]", written):
        yield match.span("value")


def _seed(match: re.Match[str]) -> Iterator[Bounds]:
    """Twelve words or more without the small words of sentences; no dictionary, no list of names."""
    said = re.findall(r"[a-z]{3,8}", match["value"].lower())
    listed = said == sorted(said) or (", " in match["value"] and re.search(r"[A-Z][a-z]+ [A-Z]", match["value"]))
    if not listed and len(set(said)) >= _SEED_LENGTHS[0] - 2 and not _SMALL.intersection(said[: _SEED_LENGTHS[0]]):
        yield match.span("value")


def vin_check(number: str) -> str:
    """The ninth character that the others of a 17-character vehicle number ask for (ISO 3779, North America)."""
    values = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", map(int, "123456781234579234567890123456789"), strict=True))
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
    total = sum(values[character] * weight for character, weight in zip(number, weights, strict=True))
    return "0123456789X"[total % 11]


def _vin(match: re.Match[str]) -> Iterator[Bounds]:
    number = match[0]
    named = near(match, r"\bvin\b|fahrgestell|\bfin\b|chassis|bastidor|telaio|vehicle")
    digits = sum(character.isdigit() for character in number)
    if 2 <= digits <= 15 and (named or (digits >= 4 and number[8] == vin_check(number))):
        yield match.span()


def _coordinates(match: re.Match[str]) -> Iterator[Bounds]:
    latitude, longitude = float(match["latitude"]), float(match["longitude"])
    named = match["named"] or _DIRECTED.search(match[0]) or near(match, _GLOBE, before=60, after=20)
    if abs(latitude) <= 90 and abs(longitude) <= 180 and (named or _is_somewhere(match, latitude, longitude)):
        yield match.span()


def _is_somewhere(match: re.Match[str], latitude: float, longitude: float) -> bool:
    """Beside a word for places that also has other uses: not for two fractions, nor for points of a drawing."""
    fractions = abs(latitude) < 1 and abs(longitude) < 1
    return not fractions and near(match, _WHERE, before=60) and not near(match, _DRAWN, before=60, after=30)


def _keyed(match: re.Match[str]) -> Iterator[Bounds]:
    """As exact as a house needs: four decimals of one of them."""
    latitude, longitude = match["latitude"], match["longitude"]
    decimals = max(len(number.partition(".")[2]) for number in (latitude, longitude))
    if decimals >= 4 and abs(float(latitude)) <= 90 and abs(float(longitude)) <= 180:
        yield match.start("latitude"), match.end("longitude")


def _rule(name: str, type_: str, pattern: str, check: Check, digits: int, needs: tuple[str, ...] = ()) -> Rule:
    return Rule(name, type_, pattern, check, needs, digits, flags=re.IGNORECASE)


RULES = (
    _rule(
        "seed_phrase",
        "SECRET",
        rf"\b{_SEED}\b[^\n\x00]{{0,60}}?[\s:=\"'](?P<value>(?:1[.):][ ]?)?[a-z]{{3,8}}"
        rf"(?:{_BETWEEN_WORDS}[a-z]{{3,8}}\b){{11,23}})",
        _seed,
        0,
        _SEED_NEEDS,
    ),
    Rule("vin", "VEHICLE", r"(?<![\w-])[A-HJ-NPR-Z0-9]{17}(?![\w-])", _vin, digits=2),
    _rule(
        "plate",
        "VEHICLE",
        rf"{_PLATE}(?:[ ](?:{_PLATE_IS})\b\.?){{0,2}}[ ]?[:#]?[ ]?"
        r"(?P<value>[A-Z0-9]{1,4}(?:[ -][A-Z0-9]{1,4}){0,3})(?![\w-])",
        _plate,
        2,
    ),
    _rule(
        "coordinates",
        "COORDINATES",
        rf"(?P<named>lat(?:itude)?[\"']?[ ]?[:=]?[ ]?)?(?<![\w.])(?P<latitude>{_NUMBER})(?:[ ]?°)?(?:[ ]?[NS]\b)?"
        rf"(?:[ ]?[,;/][ ]?|[ ])(?:[\"']?(?:lon|lng|long|longitude)[\"']?[ ]?[:=]?[ ]?)?"
        rf"(?P<longitude>{_NUMBER})(?:[ ]?°)?(?:[ ]?[EWO]\b)?(?![\w.])",
        _coordinates,
        10,
    ),
    _rule(
        "coordinates_keyed",
        "COORDINATES",
        r"(?<![a-z])lat(?:itude)?[\"']?[ ]?[:=][ ]?[\"']?(?P<latitude>-?\d{1,2}\.\d{1,16})[\"']?[ ]?[,;&]?\s{0,16}"
        r"[\"']?(?:lon|lng|long|longitude)[\"']?[ ]?[:=][ ]?[\"']?(?P<longitude>-?\d{1,3}\.\d{1,16})(?![\w.])",
        _keyed,
        6,
        ("lat",),
    ),
    _rule(
        "coordinates_degrees",
        "COORDINATES",
        r"\d{1,3}[ ]?°[ ]?\d{1,2}[ ]?'[ ]?\d{1,2}(?:\.\d{1,6})?[ ]?(?:\"|'')[ ]?[NS][ ,;]{0,3}"
        r"\d{1,3}[ ]?°[ ]?\d{1,2}[ ]?'[ ]?"
        r"\d{1,2}(?:\.\d{1,6})?[ ]?(?:\"|'')[ ]?[EWO]\b",
        whole,
        6,
        ("°",),
    ),
)
