"""Words that swear or demean, in several languages and spellings, found by one automaton.

The list is short on purpose: of the usual long ones, half of what they flag in code and manuals is harmless.
"""

import codecs
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any, Literal

Tier = Literal["slur", "curse"]
FILE = Path(__file__).parent / "words.txt"
# How a letter is written to get past a list; a word may have any of its inner letters starred out.
SPELLINGS = {
    "a": "[a@4áàä*]", "e": "[e3éè*]", "i": "[i1!íî*]", "o": "[o0óö*]", "u": "[uúüv*]",
    "s": "[s$5]", "t": "[t7]", "c": "[c(*]",
}  # fmt: skip
END = ""


def worst(text: str) -> Tier | None:
    """A slur before a curse, if the text has either as a word of its own."""
    tiers = {match.lastgroup for match in _automaton().finditer(folded(text))}
    return "slur" if "slur" in tiers else "curse" if "curse" in tiers else None


def words_in(text: str) -> frozenset[str]:
    """The listed words of a text, as they are spelled there."""
    return frozenset(match[0] for match in _automaton().finditer(folded(text)))


def folded(text: str) -> str:
    """Caseless, in compatibility form, without invisible characters."""
    if text.isascii():
        return text.casefold()
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if unicodedata.category(c) != "Cf")


@cache
def _automaton() -> re.Pattern[str]:
    """Both tiers as tries in one expression: each branch is entered by its first letter alone."""
    tiers = "|".join(f"(?P<{tier}>{_expression(_trie(words))})" for tier, words in _read().items())
    return re.compile(rf"(?<![^\W_])(?:{tiers})(?![^\W_])")


def _read() -> dict[Tier, list[str]]:
    """The list's words by tier. In the file they are in rot13, so that nobody meets them by accident."""
    found: dict[Tier, list[str]] = {"slur": [], "curse": []}
    for line in codecs.decode(FILE.read_text(), "rot13").splitlines():
        tier, _, words = line.partition(": ")
        for name in found:
            found[name] += words.split(", ") if tier == name else []
    return found


def _trie(words: list[str]) -> dict[str, Any]:
    """The words letter by letter; `END` marks where one ends."""
    root: dict[str, Any] = {}
    for word in words:
        node = root
        for letter in word:
            node = node.setdefault(letter, {})
        node[END] = {}
    return root


def _expression(node: dict[str, Any], first: bool = True) -> str:
    """A trie as an expression; a letter may be drawn out ("sooo"), the first one is never starred out."""
    branches = [_letter(letter, first) + _expression(after, first=False) for letter, after in node.items() if letter]
    if END in node:
        branches.append("")  # last, so that a longer word goes first
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


def _letter(letter: str, first: bool) -> str:
    if letter == " ":
        return r"\W{1,2}"
    spelled = SPELLINGS.get(letter, re.escape(letter))
    return f"{spelled.replace('*', '') if first else spelled}+"
