"""Public IP addresses and those of network cards; private ranges, netmasks and version numbers are left alone."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from selfimprove.privacy.rules.rule import Bounds, Rule, compiled, near

_DOT = r"(?:\.|[ ]?(?:\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\))[ ]?)"
_VERSION = (
    r"(?:\bv|ver|version|versao|release|rev|revision|build|firmware|sections?|chapter|kapitel|figure|table|oid|§|"
    r"[=~><^]=)[\"']?\s*[:=]?\s*[\"']?\Z"
)
_ADDRESS = r"(?:\bip|addr|host|server|client|dns|ping|ssh|remote|from|peer|proxy|gateway|network|login|visitor|http)"
_FEWEST_DIGITS = 3  # of a network card's twelve, where words could be written with the others


def _ipv4(match: re.Match[str]) -> Iterator[Bounds]:
    octets = [int(octet) for octet in re.findall(r"\d+", match["address"])]
    if max(octets) > 255:
        return
    address = ipaddress.ip_address(".".join(map(str, octets)))
    if not address.is_global or address.is_multicast or near(match, _VERSION, before=16):
        return
    # dotted numbers this small are versions or sections, unless something says address
    if max(octets) <= 30 and not (
        near(match, _ADDRESS, before=24) or re.match(r":\d{2,5}\b|/\d\d?\b", match.string[match.end() :][:6])
    ):
        return
    yield match.span()


def _ipv6(match: re.Match[str]) -> Iterator[Bounds]:
    text = match["address"]
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        return
    if address.ipv4_mapped is not None:
        if address.ipv4_mapped.is_global:
            yield match.span()
    elif address.is_global and not address.is_multicast and _is_written_out(text, address):
        yield match.span()


def _is_written_out(text: str, address: ipaddress.IPv6Address) -> bool:
    """Fingerprints have two digits a group, scopes in code such as fe::add have few groups."""
    if "::" in text:
        return address in ipaddress.IPv6Network("2000::/3") and text.count(":") >= 3
    return any(len(group) > 2 for group in text.split(":"))


def _mac(match: re.Match[str]) -> Iterator[Bounds]:
    octets = {octet.lower() for octet in re.findall(r"[0-9a-fA-F]{2}", match[0])}
    if len(octets) > 1 and not compiled(r"^(?:00[:-]){5}").match(match[0]):
        yield match.span()


def _dotted_mac(match: re.Match[str]) -> Iterator[Bounds]:
    """As Cisco writes it: of digits alone only beside a word, for so are versions and dates."""
    written = match[0].lower()
    mixed = re.search(r"[a-f]", written) and len(re.findall(r"\d", written)) >= _FEWEST_DIGITS
    named = near(match, r"\bmac\b|address|interface|\barp\b|vlan")
    if len(set(written)) > 3 and (mixed or (named and written.replace(".", "").isdigit())):
        yield match.span()


RULES = (
    Rule(
        "ipv4",
        "IP",
        rf"(?P<address>\d(?<![\w.].)\d{{0,2}}(?:{_DOT}\d{{1,3}}){{3}})(?!\w|{_DOT}\w|-\w)",
        _ipv4,
        needs=(".", "[dot]", "(dot)"),
        digits=4,
    ),
    Rule(
        "ipv6",
        "IP",
        r"(?P<address>[0-9A-Fa-f:](?<![\w:.].)(?:(?<=:)|"
        r"[0-9A-Fa-f]{0,3}:)(?:[0-9A-Fa-f]{0,4}:){2,7}(?:(?:\d{1,3}\.){3}\d{1,3}|"
        r"[0-9A-Fa-f]{0,4}))(?:%\w{1,16})?(?![\w:])",
        _ipv6,
        needs=(":",),
        digits=2,
    ),
    Rule(
        "mac",
        "DEVICE",
        r"[0-9A-Fa-f](?<![\w:-].)[0-9A-Fa-f]([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![\w:-])",
        _mac,
        needs=(":", "-"),
        digits=1,
    ),
    Rule(
        "mac_dotted",
        "DEVICE",
        r"(?<![\w.-])[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}(?![\w-]|\.\w)",
        _dotted_mac,
        needs=(".",),
        digits=_FEWEST_DIGITS,
    ),
)
