"""What is wrong with a day's stored critiques, in words; nothing when all is well."""

from collections.abc import Iterator, Mapping
from typing import Any

JUDGE_FLOOR = 0.9  # share of the judge's verdicts that must have come back


def lost(counts: Mapping[str, Any], stored: Mapping[str, int]) -> Iterator[str]:
    """Chats in = chats scored + chats rejected, in the counts and in the tables, and every answer has a score."""
    rejected = sum(counts["rejected"].values())
    if counts["in"] != counts["out"] + rejected:
        yield f"{counts['in']} chats in, but {counts['out']} out and {rejected} rejected"
    if stored["chats"] != stored["criticised"] + stored["rejected"]:
        yield f"{stored['chats']} filtered chats, but {stored['criticised']} scored and {stored['rejected']} rejected"
    if stored["unscored"]:
        yield f"{stored['unscored']} answers without a score"


def unsound(counts: Mapping[str, Any], stored: Mapping[str, int]) -> Iterator[str]:
    """Every score is a number from 0 to 1, of the present rules, and as many are stored as were counted."""
    if stored["in_range"] != stored["answers"]:
        yield f"{stored['answers'] - stored['in_range']} scores outside 0 to 1"
    if stored["outdated"]:
        yield f"{stored['outdated']} scores of other rules"
    if stored["answers"] != counts["answers"]:
        yield f"{counts['answers']} answers were scored, {stored['answers']} are stored"


def silent_judge(counts: Mapping[str, Any], stored: Mapping[str, int]) -> Iterator[str]:
    """A judge that was asked has answered nearly always; without one there is nothing to check."""
    asked, missing = counts["judge"]["asked"], sum(counts["judge"]["missing"].values())
    if asked and asked - missing < JUDGE_FLOOR * asked:
        yield f"the judge gave no usable verdict on {missing} of {asked} answers"


def unfit_judge(counts: Mapping[str, Any], stored: Mapping[str, int]) -> Iterator[str]:
    """A judge that was asked agrees with the owner well enough to weigh something, or too little is known to say."""
    yield from (f"the judge {judge} has {verdict}" for judge, verdict in counts["judge"].get("below_floor", {}).items())
