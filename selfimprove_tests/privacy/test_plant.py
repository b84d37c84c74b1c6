"""Made-up secrets through the redaction: all vanish, and one that does not is noticed however it is spelt."""

from collections.abc import Sequence

import pytest

from selfimprove.postgres import Connection
from selfimprove.privacy import plant
from selfimprove.privacy.canaries import EACH, FORMS, NAMES, Canary, Form, drawn, group
from selfimprove.privacy.plant import Trial, holds, seed_of, trial
from selfimprove.privacy.redact import Redacted, Span, identity, redact

ALL = {form.type: EACH for form in (*FORMS, *NAMES)}


def keyed_hash(data: bytes) -> str:
    return f"h{data.decode()}"


def names(texts: Sequence[str]) -> list[list[Span]]:
    """Finds the made-up names as the tagger should."""
    made = {canary.value for canary in drawn(NAMES[0], "seed", EACH)}
    places = [[(text.find(name), name) for name in made if name in text] for text in texts]
    return [[Span(at, at + len(name), "NAME", "test") for at, name in found] for found in places]


def nothing(texts: Sequence[str], found: object = None) -> Redacted:
    return Redacted(tuple(texts), {})


def test_every_secret_vanishes_and_names_do_where_they_are_found() -> None:
    assert trial("seed", names, keyed_hash) == Trial(ALL, {})


def test_names_that_the_tagger_misses_are_counted() -> None:
    assert trial("seed", lambda texts: [[] for _ in texts], keyed_hash) == Trial(ALL, {"NAME": EACH})


def test_a_redactor_that_does_nothing_lets_no_chat_pass_but_those_that_rules_do_not_know() -> None:
    assert trial("seed", names, keyed_hash, nothing).survived == {"NAME": EACH}


def test_a_secret_that_is_only_spelt_differently_is_still_there() -> None:
    phone = drawn(FORMS[0], "seed", 1)[0]
    digits = "".join(filter(str.isdigit, phone.value))
    spelt = [phone.value, f"call {digits[:3]}.{digits[3:6]}.{digits[6:]} now", digits]
    assert [holds([text], phone) for text in spelt] == [True, True, True]
    assert not holds(["Your phone number is [PHONE_1].", digits[:-1]], phone)


def test_canaries_are_the_same_for_one_seed_and_differ_for_another() -> None:
    one, again, other = (group(seed) for seed in ("a", "a", "b"))
    assert one == again
    assert len({canary.value for canary in (*one, *other)}) == 2 * len(FORMS) * EACH
    assert len(one) >= 32


def test_none_is_drawn_that_is_taken() -> None:
    first = drawn(FORMS[1], "s", 5)
    rest = drawn(FORMS[1], "s", 5, {canary.value for canary in first})
    assert not {canary.value for canary in first} & {canary.value for canary in rest}


def test_the_rules_know_every_form_wherever_it_is_said() -> None:
    canaries = [canary for form in FORMS for canary in drawn(form, "many", 40)]
    assert [canary.form.type for canary in canaries if _left(canary)] == []


@pytest.mark.parametrize("form", FORMS, ids=[form.type for form in FORMS])
def test_an_answer_keeps_all_but_its_secret(form: Form) -> None:
    """With the sentence's stop in it, the secret would not be known again where it stands alone."""
    canaries = [canary for seed in range(20) for canary in drawn(form, str(seed), EACH)]
    redacted = [redact([message["content"] for message in canary.messages]) for canary in canaries]
    name = f"[{form.type}_1]"
    assert {one.texts for one in redacted} == {(form.question, form.answer.format(name))}
    assert [one.originals[name] for one in redacted] == [identity(form.type, canary.value) for canary in canaries]


def test_a_trial_is_kept_for_its_version(connection: Connection) -> None:
    assert plant.newest(connection, "1") is None
    plant.keep(connection, "r1", "1", Trial(ALL, {}))
    plant.keep(connection, "r2", "1", Trial(ALL, {"NAME": 1}))
    assert plant.newest(connection, "1") == ("r2", Trial(ALL, {"NAME": 1}))
    assert plant.newest(connection, "2") is None
    assert seed_of("r1", keyed_hash) != seed_of("r2", keyed_hash)


def _left(canary: Canary) -> bool:
    return holds(redact([message["content"] for message in canary.messages]).texts, canary)
