"""Rules about where a lesson belongs: some exclude a memory for certain, the others vote, in English and German."""

import re
from collections.abc import Mapping

from selfimprove.datasets.prompts import SHORT, normalise
from selfimprove.datasets.routes.route import Lesson, Where
from selfimprove.privacy.fold import PLACEHOLDER

LONGEST_FACT = 40  # words: what is longer is shown how, not what


def _words(*words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)


# What each kind of lesson is told by. A stem ends in \w*.
CUES: Mapping[str, re.Pattern[str]] = {
    "asks": re.compile(
        r"^\W*(?:(?:and|so|und|also|please|bitte)\W+)*(?:what|who|whose|where|when|which|was|wer|wem|wessen|wo|wann"
        r"|welche\w*|how (?:old|many|tall|long|big|often)|wie (?:heißt|heißen|alt|viele|groß|lange|oft|lautet)"
        r"|do you (?:know|remember)|weißt du|can you tell me|kannst du mir sagen|tell me|sag mir)(?!\w)",
        re.IGNORECASE,
    ),
    "own": _words("my", "mine", "our", "ours", r"mein\w*", r"unser\w*", "i", "ich", "we", "wir"),
    "task": _words(
        r"writ(?:e|ing)", "rewrite", r"summari[sz]e", "translate", "explain", "list", "draft", "shorten", "rephrase",
        "proofread", "convert", "sort", "compose", "describe", "compare", "suggest", "improve", "fix", "refactor",
        "how do i", "how would you", "how can i", r"schreib\w*", r"übersetz\w*", r"fass\w*", r"erklär\w*",
        r"formulier\w*", r"kürz\w*", r"verbesser\w*", r"beschreib\w*", r"vergleich\w*", r"sortier\w*", "wie kann ich",
        r"dicht\w*", r"korrigier\w*",
    ),
    "style": _words(
        "polite(?:ly)?", "formal(?:ly)?", "friendly", "tone", "bullet(?:s| points)?", "one (?:word|sentence)", "json",
        "table", r"rhym\w+", "shorter", "briefly", "simple words", "from now on", "always answer", r"höflich\w*",
        r"förmlich\w*", "freundlich", "stichpunkte\\w*", r"ein(?:em|en) (?:wort|satz)", r"tabelle\w*", "ab jetzt",
        "antworte immer", r"reim\w*", r"einfache\w* worte\w*", "kürzer",
    ),
    "now": _words(
        "today", "tonight", "tomorrow", "yesterday", "right now", "just now", "at the moment", "currently",
        r"remind me(?! (?:of (?:my|our|the)|what|who|where|when|how))",
        "this (?:morning|afternoon|evening|week|weekend)", "in (?:ten|five|twenty|an?|[0-9]+) (?:minutes?|hours?)",
        "timer", "alarm", "next (?:week|monday|friday)", "heute", "gestern", "übermorgen", "gerade",
        "morgen (?:früh|abend|nachmittag|um)",
        "jetzt", "diese[ns]? (?:woche|wochenende|abend|nachmittag)", "im moment", r"in (?:zehn|fünf|einer|[0-9]+) \w+",
        r"erinner\w* mich(?!,? (?:an (?:mein|unser)|was|wer|wo|wie))", "wecker", "nächste\\w* (?:woche|montag|freitag)",
    ),
    "habit": _words(
        "every", "usually", "always", "weekly", r"(?:mon|tues|wednes|thurs|fri|satur|sun)days", r"jede[nrsm]?", "immer",
        "gewöhnlich", r"(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)s",
    ),
    "sum": re.compile(
        r"\d\s*[-+*/x×÷]\s*\d|\b(?:plus|minus|times|divided by|percent|mal|geteilt durch|prozent)\b", re.IGNORECASE
    ),
    "to_you": re.compile(r"^\W*(?:your|you|yours|dein\w*|du|ihr\w*)(?!\w)", re.IGNORECASE),
}  # fmt: skip


def must_be_learned(lesson: Lesson) -> str | None:
    """Why no memory row can hold a lesson, and weights are all that is left; None where one might."""
    if lesson.turns != 1:
        return "several_turns"
    if len(normalise(lesson.question).split()) < SHORT:
        return "question_too_short"
    if PLACEHOLDER.search(lesson.question) or PLACEHOLDER.search(lesson.fact):
        return "pseudonym"  # it names another person in each chat
    if "```" in lesson.question or "```" in lesson.fact:
        return "code"
    return "long_answer" if len(lesson.fact.split()) > LONGEST_FACT else None


def cues(lesson: Lesson) -> dict[str, bool]:
    """Which cues the question holds; `to_you` is of the answer."""
    found = {name: bool(cue.search(lesson.question)) for name, cue in CUES.items()}
    return {**found, "to_you": bool(CUES["to_you"].search(lesson.fact))}


def vote(lesson: Lesson) -> Where | None:
    """Where the rules would put a lesson; None where none of them speaks, or two disagree."""
    held = cues(lesson)
    votes: set[Where] = set()
    if held["task"] or held["style"] or held["sum"]:
        votes.add("weights")
    if held["now"] and not held["habit"]:
        votes.add("nowhere")
    elif held["asks"] and not votes and (held["own"] or held["to_you"]):
        votes.add("memory")
    return votes.pop() if len(votes) == 1 else None
