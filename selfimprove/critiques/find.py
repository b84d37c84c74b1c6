"""Every rule finding about one answer."""

from collections.abc import Mapping
from types import MappingProxyType

from selfimprove.critiques import contradict, flaws, formats
from selfimprove.critiques.exchange import Exchange, Finding, Rule

RULES: Mapping[str, Rule] = MappingProxyType({
    "empty": flaws.empty,
    "not_json": formats.not_json,
    "not_a_table": formats.not_a_table,
    "not_a_list": formats.not_a_list,
    "wrong_number_of_items": formats.wrong_number_of_items,
    "more_than_one_word": formats.more_than_one_word,
    "not_yes_or_no": formats.not_yes_or_no,
    "too_many_words": formats.too_many_words,
    "no_code": formats.no_code,
    "code_does_not_parse": formats.code_does_not_parse,
    "other_language": flaws.other_language,
    "repeats_question": flaws.repeats_question,
    "empty_promise": flaws.empty_promise,
    "contradicts_itself": contradict.contradicts_itself,
    "truncated": flaws.truncated,
    "looping": flaws.looping,
})
VERSIONS: Mapping[str, int] = MappingProxyType({
    **dict.fromkeys(RULES, 1),
    **dict.fromkeys((
        "not_json", "not_a_table", "not_a_list", "wrong_number_of_items", "more_than_one_word", "not_yes_or_no",
        "too_many_words", "contradicts_itself",
    ), 2),
    "code_does_not_parse": 3,
})


def find(exchange: Exchange) -> tuple[Finding, ...]:
    """The findings on one answer, each with its rule and reason; none for an answer that no rule objects to."""
    found = ((name, rule(exchange)) for name, rule in RULES.items())
    return tuple(Finding(name, reason, VERSIONS[name]) for name, reason in found if reason is not None)
