"""Words that swear or demean, in several languages and spellings, found by one automaton.

The list is short on purpose: of the usual long ones, half of what they flag in code and manuals is harmless.
"""

import codecs
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any, Literal

from selfimprove.curation.unspace import unspaced

Tier = Literal["slur", "curse"]
FILE = Path(__file__).parent / "words.txt"
# How a letter is written to get past a list; a word may have any of its inner letters starred out.
SPELLINGS = {
    "a": "[a@4áàä*]", "e": "[e3éè*]", "i": "[i1!íî*]", "o": "[o0óö*]", "u": "[uúüv*]",
    "s": "[s$5]", "t": "[t7]", "c": "[c(*]",
}  # fmt: skip
END = ""
# Words that have a decent sense besides, and what stands near where it is meant, in at most so many letters.
SENSES = {
    r"bitch(?:es)?": r"female (?:dog|wolf|fox|hound|canine|otter)|litter of|pupp(?:y|ies)|whelp|in heat\b|spayed",
    r"spic": r"\bspic(?: and | & |[ -]n'?[ -])span",
    r"kys": r"\bet kys|kys og kram|kram og kys|\bkysse|danish|norwegian|dansk|norsk",
    r"faggots?": r"bundle|sticks|twigs|firewood|brushwood|meatball|offal|gravy|mushy peas",
    r"trann(?:y|ies)": r"transmission|gearbox|clutch|fluid|gears\b",
}  # fmt: skip
NEAR = 80
# A single letter before letters set apart is as likely a word of its own: "a b i t c h", "I h a t e".
ALONE = re.compile(r"(?<![^\W_])(?<!\W\w )(?<!^\w )([aiyou]) (?=(?:[^\W_] ){2})")


def worst(text: str) -> Tier | None:
    """A slur before a curse, if the text has either as a word of its own."""
    tiers = {match.lastgroup for match in _automaton().finditer(decent(folded(text)))}
    return "slur" if "slur" in tiers else "curse" if "curse" in tiers else None


def words_in(text: str) -> frozenset[str]:
    """The listed words of a text, as they are spelled there."""
    return frozenset(match[0] for match in _automaton().finditer(decent(folded(text))))


def folded(text: str) -> str:
    """Caseless, in compatibility form, without invisible characters, letters set apart written together."""
    plain = text.casefold()
    if not text.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if unicodedata.category(c) != "Cf")
    together = unspaced(plain)
    return plain if together == plain else "\n".join([together, unspaced(ALONE.sub(r"\1  ", plain))])


def decent(text: str) -> str:
    """The text without the words that mean what a dictionary says first: a female dog, a bundle of sticks."""

    def kept(match: re.Match[str]) -> str:
        meant = SENSES[next(word for word in SENSES if re.fullmatch(word, match[0], re.IGNORECASE))]
        around = text[max(0, match.start() - NEAR) : match.end() + NEAR]
        return "" if re.search(meant, around, re.IGNORECASE) else match[0]

    return _senses().sub(kept, text)


@cache
def _senses() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(SENSES)})\b", re.IGNORECASE)


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
