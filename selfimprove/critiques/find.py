"""Every rule finding about one answer."""

from collections.abc import Mapping
from types import MappingProxyType

from selfimprove.critiques import flaws, formats
from selfimprove.critiques.exchange import Exchange, Finding, Rule

RULES: Mapping[str, Rule] = MappingProxyType({
    "empty": flaws.empty,
    "not_json": formats.not_json,
    "not_a_table": formats.not_a_table,
    "not_a_list": formats.not_a_list,
    "wrong_number_of_items": formats.wrong_number_of_items,
    "more_than_one_word": formats.more_than_one_word,
    "code_does_not_parse": formats.code_does_not_parse,
    "other_language": flaws.other_language,
    "repeats_question": flaws.repeats_question,
    "empty_promise": flaws.empty_promise,
    "truncated": flaws.truncated,
    "looping": flaws.looping,
})


def find(exchange: Exchange) -> tuple[Finding, ...]:
    """The findings on one answer, each with its rule and reason; none for an answer that no rule objects to."""
    return tuple(Finding(name, reason) for name, rule in RULES.items() if (reason := rule(exchange)) is not None)
