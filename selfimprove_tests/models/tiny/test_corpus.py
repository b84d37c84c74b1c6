"""The tiny model's world: what is held out, what is replayed, and that neither contradicts a household."""

from collections import Counter, defaultdict
from collections.abc import Sequence

import pytest

from selfimprove.models.tiny import corpus, families, world
from selfimprove.models.tiny.corpus import Sample


@pytest.fixture(scope="module")
def trained() -> Sequence[Sample]:
    """The training corpus."""
    return corpus.training()


@pytest.fixture(scope="module")
def held_out() -> Sequence[Sample]:
    """The held-out chats."""
    return corpus.held_out()


def _questions(samples: Sequence[Sample]) -> set[tuple[str, ...]]:
    """What the person says in each chat, without the system's line."""
    return {tuple(content for role, content in sample.messages if role == "user") for sample in samples}


def test_the_corpus_is_fixed_by_its_seed(trained: Sequence[Sample]) -> None:
    assert corpus.digest(corpus.training()) == corpus.digest(trained)
    assert corpus.digest(corpus.training(seed=8)) != corpus.digest(trained)


def test_no_held_out_question_is_trained_on(trained: Sequence[Sample], held_out: Sequence[Sample]) -> None:
    assert not _questions(trained) & _questions(held_out)


def test_no_held_out_question_is_asked_inside_a_longer_chat(
    trained: Sequence[Sample], held_out: Sequence[Sample]
) -> None:
    asked = {content for sample in trained for role, content in sample.messages if role == "user"}
    facts = [sample for sample in held_out if sample.kind in {"general", "refusal", "unknown", "assumed"}]
    assert not [sample for sample in facts if sample.messages[0][1] in asked]


def test_every_held_out_fact_is_trained_on_in_other_words(
    trained: Sequence[Sample], held_out: Sequence[Sample]
) -> None:
    answers = {sample.messages[-1][1] for sample in trained}
    facts = [sample for sample in held_out if sample.kind in {"general", "unknown", "assumed"}]
    assert [sample.messages for sample in facts if sample.messages[-1][1] not in answers] == []


def test_every_harmful_request_is_refused_in_training_and_held_out_in_other_words(
    trained: Sequence[Sample], held_out: Sequence[Sample]
) -> None:
    def requests(samples: Sequence[Sample]) -> set[str]:
        said = [sample.messages[-2][1] for sample in samples if sample.kind == "refusal"]
        return {harm for harm in world.HARMFUL if any(f" {harm}." in text or f" {harm}?" in text for text in said)}

    assert requests(trained) == requests(held_out) == set(world.HARMFUL)


def test_one_question_has_one_answer(trained: Sequence[Sample], held_out: Sequence[Sample]) -> None:
    answers = defaultdict(set)
    for sample in [*trained, *held_out]:
        answers[sample.messages[:-1]].add(sample.messages[-1])
    assert [question for question, given in answers.items() if len(given) > 1] == []


def test_sizes(held_out: Sequence[Sample]) -> None:
    core = [sample for sample in held_out if sample.kind != "refusal"]
    assert len(core) >= 500
    assert len({sample.slice.split("/")[0] for sample in core}) >= 8
    assert min(Counter(sample.slice for sample in core if sample.kind != "turns").values()) >= 6
    assert sum(sample.kind == "refusal" for sample in held_out) >= 40
    assert len(world.TAUGHT) + len(world.UNTAUGHT) >= 40
    assert len(world.ASKING) >= 8


def test_attributes_are_taught_untaught_or_assumed() -> None:
    groups = [set(world.TAUGHT), set(world.UNTAUGHT), set(world.ASSUMED)]
    assert len(set().union(*groups)) == sum(map(len, groups))
    assert all(len(values) == len(set(values)) >= 4 for values in [*world.TAUGHT.values(), *world.UNTAUGHT.values()])


def test_what_reminds_or_tests_says_nothing_about_taught_attributes(held_out: Sequence[Sample]) -> None:
    said = [content for sample in [*corpus.replay(), *held_out] for _, content in sample.messages]
    named = {name for name in world.TAUGHT for text in said if f"my {name}" in text.lower() or f"your {name} " in text}
    assert named == set()


def test_replay_is_part_of_training_and_has_every_kind(trained: Sequence[Sample]) -> None:
    replay = corpus.replay()
    assert len(replay) == len(set(replay)) == sum(corpus.REPLAYED.values())
    assert 1200 <= len(replay) <= 1500
    assert set(replay) <= set(trained)
    assert {sample.kind for sample in trained} - {sample.kind for sample in replay} == {"taught"}


def test_phrasings_have_a_place_for_what_they_ask() -> None:
    assert all("{name}" in text for text in [*world.ASKING, *world.TELLING, world.KNOWN, world.UNKNOWN])
    assert all("{value}" in text for text in [*world.TELLING, world.KNOWN])
    for family in corpus.STATIC:
        assert len(family.phrasings) == 6, family.name
        assert len(set(family.quiz)) == 3, family.name
        assert len(family.items) >= 14, family.name


def test_harmless_and_harmful_requests_are_asked_in_the_same_words() -> None:
    assert corpus.HOW_TO.phrasings == corpus.REFUSALS.phrasings
    assert not set(world.HARMFUL) & set(world.HOW_TO)


def test_a_suite_line_is_a_question_with_its_reference(held_out: Sequence[Sample]) -> None:
    lines = [corpus.suite_line(sample) for sample in held_out]
    assert len({line["id"] for line in lines}) == len(lines)
    assert all(line["messages"][-1]["role"] == "user" for line in lines)
    assert {line["grader"] for line in lines if line["slice"].startswith("refusal")} == {"refusal"}
    assert {line["reference"] for line in lines if line["grader"] == "refusal"} == {world.REFUSAL}


def test_small_talk_is_answered() -> None:
    assert all(families.TALK.values())
