"""By whose word an example is learned."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from selfimprove.chats.chat import Feedback
from selfimprove.chats.sample.household import household
from selfimprove.critiques.sources import provenance
from selfimprove.datasets.choose import choose, choose_all
from selfimprove.datasets.example import Candidate, Example
from selfimprove.datasets.teachers import owners, teacher
from selfimprove.privacy.redacted_chat import RedactedFeedback
from selfimprove_tests.datasets.make import FIRST, candidate

ASKED = ("Q", "a", "R", "b")


def gave(kind: str, source: str, position: int = 1, text: str | None = None, value: float | None = None) -> Candidate:
    return candidate(*ASKED, feedback=(RedactedFeedback(position, kind, value, text, source),))


def house(*given: tuple[str, str, int]) -> list[Candidate]:
    """Chats with a word each: the source, its kind, how many."""
    return [replace(gave(kind, source), id=f"{source} {kind} {i}") for source, kind, n in given for i in range(n)]


@pytest.mark.parametrize(
    ("given", "trusted"),
    [
        ([("web", "thumbs", 16), ("api", "correction", 4)], {"web", "api"}),
        ([("web", "thumbs", 17), ("api", "correction", 4)], {"web"}),
        ([("web", "rating", 8), ("api", "comment", 40), ("api", "preference", 1)], {"web"}),
        ([(str(n), "thumbs", 5) for n in range(6)], set()),
        ([], set()),
    ],
)
def test_an_owner_gave_a_fifth_of_all_feedback(given: list[tuple[str, str, int]], trusted: set[str]) -> None:
    assert owners(house(*given)) == trusted


def test_who_says_it_of_one_answer_often_has_said_it_once() -> None:
    often = gave("correction", "api", text="x")
    flood = replace(often, id="flood", feedback=often.feedback * 50)
    assert owners([*house(("web", "thumbs", 5)), flood]) == {"web"}
    both = (*often.feedback, *gave("thumbs", "api", 3, value=1).feedback)
    assert owners([*house(("web", "thumbs", 5)), replace(often, feedback=both)]) == {"web", "api"}


def test_a_source_is_where_from_and_on_whose_chat() -> None:
    chats = [replace(c, user_key=key) for c, key in zip(house(("web", "thumbs", 7)), "a" * 6 + "b", strict=True)]
    assert owners(chats) == {provenance("web", "a")}


def taught(*feedback: RedactedFeedback, scores: dict[int, float] | None = None, trusted: str = "web") -> str | None:
    given = candidate(*ASKED, feedback=feedback, scores=scores or {})
    found = choose(given, 0.7)
    assert isinstance(found, Example), found
    return teacher(given, found, {trusted})


def correction(source: str, text: str, position: int = 1) -> RedactedFeedback:
    return RedactedFeedback(position, "correction", None, text, source)


def preference(source: str, position: int = 1, value: float = 1.0) -> RedactedFeedback:
    return RedactedFeedback(position, "preference", value, "other", source)


def test_who_corrected_or_preferred_taught_it() -> None:
    assert taught(correction("api", " better ")) == "api"
    assert taught(preference("api")) == "api"
    assert taught(correction("web", "better")) == "web"


def test_what_did_not_put_an_answer_there_taught_nothing() -> None:
    good = {1: 0.9, 3: 0.9}
    assert taught(RedactedFeedback(1, "thumbs", 1.0, None, "api"), scores=good) is None
    assert taught(RedactedFeedback(1, "comment", None, "hm", "api"), scores=good) is None
    assert taught(correction("api", " "), scores=good) is None
    assert taught(preference("api", 3), scores={1: 0.9, 3: 0.1}) == "api"
    assert taught(preference("api", 3), correction("web", "better")) == "web"  # a chat ends with its correction


def test_of_two_corrections_the_one_that_is_learned_counts() -> None:
    assert taught(correction("web", "mine"), correction("api", "theirs")) == "api"
    assert taught(correction("web", "same"), correction("api", "same")) == "web"


def test_an_answer_that_only_strangers_vouch_for_makes_it_theirs() -> None:
    assert taught(preference("web"), preference("api")) == "web"
    assert taught(preference("web"), preference("api", 3)) == "api"
    assert taught(preference("api"), correction("web", "better", 3)) == "api"


def test_a_choice_says_who_taught_and_whether_that_has_a_cap() -> None:
    chats = [replace(gave("correction", "web", text="x"), id=str(n)) for n in range(9)]
    chats += [replace(gave("preference", "api", text="x"), id="one"), candidate(*ASKED, scores={1: 0.9})]
    chosen, _ = choose_all(iter(chats), 0.7)
    found = [(c.taught_by, c.has_cap) for c in chosen]
    assert found == [("web", False)] * 9 + [("api", True), (None, False)]


def test_everyone_in_the_sample_household_is_an_owner() -> None:
    days = [FIRST + timedelta(days=n) for n in range(14)]
    chats = [planned.chat for planned in household(days, ZoneInfo("UTC"))]
    given = [
        replace(candidate(), id=str(n), user_key=c.user, feedback=tuple(_read(f) for f in c.feedback))
        for n, c in enumerate(chats)
    ]
    assert owners(given) == {provenance("sample", member) for member in ("one", "two", "three")}


def _read(given: Feedback) -> RedactedFeedback:
    return RedactedFeedback(given.position, given.kind, given.value, given.text, given.source)


@pytest.mark.parametrize("strangers_last", [False, True])
def test_an_owners_correction_of_an_answer_stands_whenever_a_stranger_gives_another(strangers_last: bool) -> None:
    words = (*gave("correction", "api", text="Never.").feedback, *gave("correction", "web", text="Monday.").feedback)
    both = candidate(*ASKED, feedback=words[:: -1 if strangers_last else 1])
    (found,), _ = choose_all([*house(("web", "thumbs", 8)), both], 2.0)
    assert (found.example.messages[-1].content, found.taught_by, found.has_cap) == ("Monday.", "web", False)
