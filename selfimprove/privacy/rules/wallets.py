"""Addresses of crypto currencies, with their checksums where they have one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from selfimprove.privacy.rules.rule import Bounds, Rule

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ADDRESS = re.compile(rf"[{_BASE58}]{{26,35}}(?!\w)")


def _base58(match: re.Match[str]) -> Iterator[Bounds]:
    address = _ADDRESS.match(match.string, match.start())
    if address is None:
        return
    number = 0
    for character in address[0]:
        number = number * 58 + _BASE58.index(character)
    if number < 1 << 200:
        decoded = number.to_bytes(25, "big")
        if hashlib.sha256(hashlib.sha256(decoded[:-4]).digest()).digest()[:4] == decoded[-4:]:
            yield address.span()


RULES = (
    # only its begin: with all of it, Hyperscan took quadratic time on runs of digits
    Rule("bitcoin", "WALLET", rf"(?<!\w)[13LMD][{_BASE58}]{{12}}", _base58, long=True),
    Rule("bitcoin_segwit", "WALLET", r"(?<!\w)bc1[02-9ac-hj-np-z]{25,62}(?!\w)", needs=("bc1",), long=True),
    Rule("ethereum", "WALLET", r"(?<!\w)0x[0-9a-fA-F]{40}(?!\w)", needs=("0x",), long=True),
)
