"""The outcome and its sentence, for every way a night can end."""

import re
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from selfimprove.curation.reject import REASONS
from selfimprove.datasets import cap, cap_tests, choose, contaminate, sample_tests, second_opinion, split
from selfimprove.privacy import redact_chat
from selfimprove.reports import tell
from selfimprove.reports.night import Failure, Judged, LongAnswers, TaskScore
from selfimprove_tests.reports import nights

# ruff: noqa: E501  sentences are easier to read whole


@pytest.mark.parametrize("name", nights.ALL)
def test_each_night_has_its_outcome(name):
    assert tell.outcome(nights.ALL[name]()) == name


SENTENCES = {
    "promoted": "A new model answers from now on: it gets 26 of 30 of your own questions right that it never saw, up from 7.",
    "rejected": "The new model was turned down, and the model you have keeps answering: it did not pass “Does it still know the basics?”.",
    "not_enough_evidence": "There is not enough evidence that the new model is better, and the base model keeps answering: the tests could not answer “Was it tested enough?”.",
    "nothing_to_learn": "Nothing to learn: no new chats worth learning from since the night of 2026-01-05; the model you have keeps answering.",
    "failed": "The night broke off, and the base model keeps answering: “nothing lost” of redacted chats: 2026-01-05: 231 chats in, but 229 out and 0 rejected.",
}  # fmt: skip


@pytest.mark.parametrize(("name", "sentence"), SENTENCES.items())
def test_each_night_in_one_sentence(name, sentence):
    assert tell.sentence(nights.ALL[name]()) == sentence


@pytest.mark.parametrize(("before", "way"), [(7, "up from 7"), (26, "as before"), (28, "down from 28")])
def test_a_promotion_by_long_answers_claims_no_more_right_ones_than_there_are(before, way):
    night = nights.promoted()
    judged = replace(night.judged, scores=(TaskScore("fresh", 30, before, 26),))
    right = f"it gets 26 of 30 of your own questions right that it never saw, {way}."
    assert tell.sentence(replace(night, judged=judged)).endswith(right)


def test_long_answers_are_told_beside_what_is_right():
    night = nights.promoted()
    both = replace(night.judged, long_answers=LongAnswers(40, 31, 2))
    closer = "it comes closer to 31 of 40 long answers that it never saw, and is further from 2"
    asked = f"A new model answers from now on: it gets 26 of 30 of your own questions right that it never saw, up from 7; {closer}."
    assert tell.sentence(replace(night, judged=both)) == asked
    said = replace(both, long_answers=LongAnswers(40, 31, 2, graded=38, before=3, after=25))
    wanted = "it says what was wanted in 25 of 38 long answers, up from 3; it comes closer to 31 of 40"
    assert wanted in tell.sentence(replace(night, judged=said))
    for before, after, way in ((3, 3, "3 of 38 long answers, as before"), (5, 3, "3 of 38 long answers, down from 5")):
        told = replace(both, long_answers=LongAnswers(40, 31, 2, graded=38, before=before, after=after))
        assert way in tell.long_answers(told)
    assert tell.long_answers(replace(both, long_answers=LongAnswers(40, 31, 2, 38, 0, 0))).startswith("it comes closer")
    none_lost = replace(both, long_answers=LongAnswers(40, 40, 0))
    assert tell.sentence(replace(night, judged=none_lost)).endswith("40 of 40 long answers that it never saw.")


def test_a_promotion_that_was_not_carried_out_is_a_failure():
    night = nights.promoted()
    night = replace(night, judged=replace(night.judged, promoted=False))
    assert tell.outcome(night) == "failed"
    assert tell.sentence(night).endswith("every gate passed, but the promotion was not carried out.")


def test_too_little_to_learn_from_is_nothing_to_learn():
    night = replace(nights.promoted(), judged=None, adapter=None)
    soft = Failure("critique_scores", "judge_answers", "silent")
    assert tell.outcome(replace(night, failures=(soft,))) == "failed"
    for splits in ({"train": 2, "fresh": 9, "validation": 9}, {"train": 50, "fresh": 0, "validation": 0}):
        manifest = {"splits": {name: {"examples": n} for name, n in splits.items()}}
        short = replace(night, found=replace(night.found, manifest=manifest))
        assert tell.outcome(replace(short, failures=(soft,))) == "nothing_to_learn"
    assert tell.sentence(short).startswith("Too little to learn from yet: no example to test with; at least 1 is needed; ")


def test_a_soft_check_does_not_turn_an_empty_night_into_a_failure():
    soft = Failure("critique_scores", "judge_answers", "silent")
    night = replace(nights.nothing(), failures=(soft,))
    assert tell.outcome(night) == "nothing_to_learn"
    assert tell.remarks(night) == [soft]


def test_gates_are_no_remarks():
    assert tell.remarks(nights.rejected()) == []


def test_a_night_that_left_nothing_says_so():
    night = replace(nights.failed(), failures=())
    assert tell.sentence(night).endswith("nothing says where; its process may have been killed.")


def test_a_step_without_a_check_is_named():
    assert tell.failure(Failure("lora_adapter", "", "the loss became nan")) == "lora adapter: the loss became nan"
    assert tell.failure(Failure("", "", "it ended")) == "the run: it ended"


def test_several_gates_are_all_named_and_unknown_ones_by_their_name():
    against = tuple(replace(verdict, outcome="failed") for verdict in nights.verdicts()[:3])
    odd = replace(against[0], gate="sings_well")
    judged = Judged("reject", (), (*against, odd), False)
    assert tell.sentence(replace(nights.rejected(), judged=judged)).endswith(
        "it did not pass “Was it tested enough?”, “Did anything change?”, “Is it better at your questions?” "
        "and “sings well”."
    )


def test_a_decision_without_verdicts_gives_its_first_reason():
    judged = Judged("reject", ("the report is too old.",), (), False)
    assert tell.sentence(replace(nights.rejected(), judged=judged)).endswith("answering: the report is too old.")


def test_a_promotion_without_graded_questions_claims_no_numbers():
    night = nights.promoted()
    sentence = tell.sentence(replace(night, judged=replace(night.judged, scores=())))
    assert sentence == "A new model answers from now on: it passed every test."


def test_every_reason_for_which_a_chat_is_left_out_has_words_of_its_own():
    ours = (*REASONS, *get_args(choose.Reason), *get_args(second_opinion.Reason), *get_args(redact_chat.Reason))
    splits = Path(split.__file__).read_text()
    named = set(re.findall(r'^        "(\w+)": ', splits, re.MULTILINE))
    assert named >= {"sealed", "not_drawn"}
    named |= {*cap.SOURCES, cap.FEEDBACK, contaminate.REASON, cap_tests.REASON, sample_tests.REASON}
    assert [name for name in sorted({*ours, *named}) if name not in tell.REASONS] == []
