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
DRAWN_OUT = re.compile(r"([^\W_]|[@!$(*])\1{3,}")
MOST = 12  # signs in a row that stand for one letter, each in a spelling of its own
# Words that have a decent sense besides, and phrases that stand near where it is meant, in at most so many letters.
SENSES = {
    r"bitch(?:es)?": r"female (?:dog|wolf|fox|hound|canine|otter)s?|pupp(?:y|ies)|pups|whelp\w*|spayed"
    r"|litters? of (?:two|three|four|five|six|seven|eight|nine|ten|\d+)"
    r"|(?:is|was|are|were|comes?|came|goes|go|went|being|bitch(?:es)?) (?:in|into|on) heat",
    r"spic": r"spic(?: and | & |[ -]n'?[ -])span",
    r"kys": r"et kys|kys og kram|kram og kys|kysse\w{0,2}|(?:danish|norwegian) (?:word|noun|verb|for)"
    r"|(?:in|into|is) (?:danish|norwegian)|p[åa] (?:dansk|norsk)|dansk(?:e)? ord",
    r"faggots?": r"bundles? of (?:\w+ )?(?:sticks|twigs|branches|firewood|brushwood|wood|straw|iron|herbs)"
    r"|faggots? of (?:\w+ )?(?:sticks|twigs|branches|firewood|brushwood|wood|straw|iron|herbs)|meatballs?|offal"
    r"|(?:with|in|and|onion) gravy|mushy peas|(?:used (?:as|for)|gather\w*|collect\w*|cut) (?:firewood|brushwood)",
    r"trann(?:y|ies)": r"(?:transmission|tranny) (?:fluid|oil|cooler|pan|mount|case)|gear ?box(?:es)?"
    r"|(?:automatic|manual) transmissions?|for (?:the |a |an? \w+ )?transmissions?|clutch(?! (?:bag|purse))"
    r"|(?:motor|engine)s? (?:and|&) (?:trann(?:y|ies)|transmissions?)|torque converter"
    r"|(?:shift|change|grind|slip)\w* gears|(?:first|second|third|fourth|fifth|reverse) gear",
}  # fmt: skip
# A phrase that holds the word itself has no other sense, whoever's it is.
COMPOUND = re.compile(r"spic(?: and | & |[ -]n'?[ -])span\b|tranny (?:fluid|oil|cooler|pan|mount|case)\b", re.I)
# Whom a word is called is not saved by what stands near: "you disgusting …, in heat".
ADDRESSED = re.compile(
    r"\b(?:you|u|ya|du|tu|jij|ty)(?:(?:'?re| are| were| look| sound| r)\b[^.!?\n]{0,40}"
    r"|(?: (?!(?:an?|the|my|his|her|its?|their|our|this|that|have|own|keep|breed|spay)\b)[\w'-]+){0,3})[ ,]{1,2}\Z"
    r"|\b(?:your?|ur|dein\w?|stupid|dumb|ugly|fat|filthy|dirty|disgusting|worthless|pathetic|useless|vile|nasty|lazy"
    r"|crazy|damn|goddamn|bloody|fucking?|fuckin|little|silly|hey|those|them|shut up)[ ,]{1,2}\Z",
    re.IGNORECASE,
)
ADDRESSES = re.compile(r"[ ,!]{1,3}(?:you|u|ur|your|yourself|ya)\b", re.IGNORECASE)
NEAR = 80
# A single letter before letters set apart is as likely a word of its own: "a b i t c h", "I h a t e".
ALONE = re.compile(r"(?<![^\W_])(?<!\W\w )(?<!^\w )([aiyou]) (?=(?:[^\W_] ){2})")


def worst(text: str) -> Tier | None:
    """A slur before a curse, if the text has either as a word of its own."""
    tiers = {match.lastgroup for match in _automaton().finditer(_read_in(text))}
    return "slur" if "slur" in tiers else "curse" if "curse" in tiers else None


def words_in(text: str) -> frozenset[str]:
    """The listed words of a text, as they are spelled there."""
    return frozenset(match[0] for match in _automaton().finditer(_read_in(text)))


def _read_in(text: str) -> str:
    """What the automaton reads: it would take the square of a run of one sign, which is as telling when it is short."""
    return DRAWN_OUT.sub(r"\1\1\1", decent(folded(text)))


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
        if COMPOUND.match(text, match.start()):
            return ""
        before, after = text[max(0, match.start() - NEAR) : match.start()], text[match.end() : match.end() + NEAR]
        if ADDRESSED.search(before) or ADDRESSES.match(after):
            return match[0]
        meant = SENSES[next(word for word in SENSES if re.fullmatch(word, match[0], re.IGNORECASE))]
        near = re.search(rf"\b(?:{meant})\b", before + match[0] + after, re.IGNORECASE)
        return "" if near else match[0]

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
    return f"{spelled.replace('*', '') if first else spelled}{{1,{MOST}}}"
