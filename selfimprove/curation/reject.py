"""Which chats are left out, and why: the rules in the order they speak."""

from collections.abc import Callable
from dataclasses import dataclass

from selfimprove.curation.reason import Reason
from selfimprove.curation.rules.broken import broken
from selfimprove.curation.rules.errand import errand
from selfimprove.curation.rules.error_string import error_string
from selfimprove.curation.rules.left_over_secret import left_over_secret
from selfimprove.curation.rules.no_train import no_train
from selfimprove.curation.rules.profanity import profanity
from selfimprove.curation.rules.refusal import refusal
from selfimprove.curation.rules.smuggled_instruction import smuggled_instruction
from selfimprove.curation.rules.too_long import too_long
from selfimprove.curation.rules.too_short import too_short
from selfimprove.curation.rules.wrong_language import wrong_language
from selfimprove.privacy.redact import RULE_VERSION as REDACTION
from selfimprove.privacy.redacted_chat import RedactedChat


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule and its version: a number that grows when what it rejects changes."""

    version: str
    find: Callable[[RedactedChat], Reason | None]

    @property
    def name(self) -> str:
        """The reason it gives."""
        return self.find.__name__


# The owner's veto speaks first, then what no rule has to read, then what must not be learned and what is not worth it.
RULES = (
    Rule("3", no_train),
    Rule("1", too_long),
    Rule(REDACTION, left_over_secret),
    Rule("4", smuggled_instruction),
    Rule("1", errand),
    Rule("2", too_short),
    Rule("4", broken),
    Rule("2", error_string),
    Rule("3", refusal),
    Rule("3", profanity),
    Rule("3", wrong_language),
)
DUPLICATES = "4"
RULE_VERSION = ".".join([*(rule.version for rule in RULES), DUPLICATES])
REASONS = (*(rule.name for rule in RULES), "exact_duplicate", "near_duplicate")


def reject(chat: RedactedChat) -> Reason | None:
    """Why the chat is left out; None when nothing speaks against it."""
    return next((reason for rule in RULES if (reason := rule.find(chat))), None)
