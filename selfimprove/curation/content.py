"""What of a chat is compared with other chats, and when two that look alike teach the same."""

import re
from collections import Counter
from dataclasses import dataclass

from selfimprove.curation.reason import taught
from selfimprove.curation.sketch import normalise, text_hash
from selfimprove.privacy.redacted_chat import RedactedChat

# The share of words that may differ in a turn: below 50 words one other word easily makes another fact.
LONG = 50
CHANGED_SHORT, CHANGED_LONG = 0.05, 0.15
# A word that turns the meaning wherever it stands: a number, a pseudonym, a negation, also that of code, a comparison.
TELLING = re.compile(
    r"\d|^!|[=<>]=|&&|\|\||^[=<>!]+$|^(?:not?|never|without|cannot|\w+n't|nicht|kein\w*|nie|niemals|ohne|non?"
    r"|pas|jamais|sans"
    r"|nunca|sin|não|sem|mai|senza|niet|geen|nooit|zonder|nigdy|bez|nessun\w*|ningun\w*|nenhum\w*)$"
)


@dataclass(frozen=True)
class Content:
    """Normalised turns of user and assistant, corrections in place, and the owner's verdicts ("1+": liked answer 1)."""

    id: str
    turns: tuple[str, ...]
    verdicts: str = ""

    @property
    def text(self) -> str:
        """All turns as one text."""
        return "\n".join(self.turns)

    @property
    def hash(self) -> str:
        """Equal for contents that differ in nothing that is learned."""
        return text_hash(f"{self.text}\0{self.verdicts}" if self.verdicts else self.text)


def content_of(chat: RedactedChat) -> Content:
    """What the chat teaches. System prompts and tool output are left out: chats of one client share them."""
    turns = tuple(normalise(m.content) for m in taught(chat) if m.role in ("user", "assistant"))
    rated = {(f.position, f.value) for f in chat.feedback if f.kind in ("thumbs", "rating") and f.value}
    verdicts = {f"{position}{'+' if value > 0 else '-'}" for position, value in rated}
    verdicts |= {f"{f.position}>" for f in chat.feedback if f.kind == "preference"}
    return Content(chat.id, turns, " ".join(sorted(verdicts)))


def teaches_the_same(new: Content, old: Content) -> bool:
    """Whether the old chat may stand for a new one that is alike: turn by turn, and the owner's verdict adds nothing.

    A short turn that differs in one word, a number or a negation says something else: "my dog's name", "my cat's name".
    """
    if new.verdicts not in ("", old.verdicts) or len(new.turns) != len(old.turns):
        return False
    pairs = zip(new.turns, old.turns, strict=True)
    return all(one == other or _same_turn(one.split(), other.split()) for one, other in pairs)


def _same_turn(one: list[str], other: list[str]) -> bool:
    """Whether two turns, as words, differ in little that tells."""
    before, after = Counter(one), Counter(other)
    changed = (before - after) + (after - before)
    if any(TELLING.search(word) for word in changed):
        return False
    allowed = CHANGED_LONG if min(len(one), len(other)) >= LONG else CHANGED_SHORT
    return changed.total() <= allowed * (len(one) + len(other))
