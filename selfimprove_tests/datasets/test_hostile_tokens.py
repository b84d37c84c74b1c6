"""A guest with a token of the gateway's calls himself by many names: what is learned of what he says and rates."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from selfimprove.datasets.cap import capped
from selfimprove.datasets.choose import choose_all
from selfimprove.datasets.example import Candidate, Chosen, Rule
from selfimprove.datasets.split import Splits
from selfimprove.privacy.redacted_chat import RedactedFeedback
from selfimprove_tests.datasets.make import FIRST, at, candidate
from selfimprove_tests.datasets.test_hostile_feedback import ANSWERS, household, learned, lies_in

GUEST = "gateway:0a0a0a0a"


def renamed(c: Candidate, user: str | None, token: str = GUEST) -> Candidate:
    """A chat of the house's by the gateway: the stranger has a token and that name, the owner none of both."""
    is_guests = any(f.source == "stranger" for f in c.feedback)
    said = (replace(f, source="gateway" if f.source == "web" else token) for f in c.feedback)
    client, user_key = (token, user) if is_guests else ("gateway", None)
    return replace(c, feedback=tuple(said), client=client, user_key=user_key)


def lesson(n: int, client: str = "gateway", user: str | None = None, *, corrects: bool = True) -> Candidate:
    """A chat of which somebody corrects the answer, or that had a good one."""
    said = (RedactedFeedback(1, "correction", None, f"It is {n}.", client),) if corrects else ()
    made = candidate(f"What is thing {n} of {client} by {user}?", f"{n}", feedback=said, scores={1: 0.9})
    made = replace(made, id=f"{client} {n}", client=client, user_key=user)
    return replace(made, day=FIRST + timedelta(days=n % 9), said_at=at(n % 9))


def kept(chats: list[Candidate], rule: Rule | None = None) -> list[Chosen]:
    """What a night would train on, all of it old enough and on that side."""
    chosen, _ = choose_all(chats, 0.7)
    return list(capped(Splits(FIRST, tuple(chosen), (), (), (), (), frozenset()), rule or Rule()).train)


@pytest.mark.parametrize("share", [0.05, 0.19, 0.4])
@pytest.mark.parametrize("names", [1, 400])
def test_what_a_guests_thumbs_get_learned_is_a_twentieth_whatever_names_he_gives(share: float, names: int) -> None:
    plain = household(1, share, "thumbs")
    chats = [renamed(c, f"user {n % names}") for n, c in enumerate(plain)]
    silent = [replace(c, feedback=tuple(f for f in c.feedback if f.source != GUEST)) for c in chats]
    before = {c.chat_id for c in lies_in(learned(silent), plain)}
    more = {c.chat_id for c in lies_in(learned(chats), plain)} - before
    ratings = sum(len(c.feedback) for c in chats)
    assert 0 < len(more) <= 0.05 * ratings + 0.05 * ANSWERS * min(share, 0.2)  # scores of the others may shift


@pytest.mark.parametrize(("owned", "hostile", "limit"), [(190, 10, 10), (190, 900, 10), (100, 900, 5)])
@pytest.mark.parametrize("names", [1, 900])
def test_of_a_guests_corrections_a_twentieth_is_learned(owned: int, hostile: int, limit: int, names: int) -> None:
    lies = [lesson(n, GUEST, f"user {n % names}") for n in range(hostile)]
    found = Counter(c.client for c in kept([*(lesson(n) for n in range(owned)), *lies], Rule(most_share=1.0)))
    assert found == {"gateway": owned, GUEST: limit}


def test_owner_and_guest_who_name_no_user_are_two_sources() -> None:
    found = kept([*(lesson(n) for n in range(95)), *(lesson(n, GUEST) for n in range(60))], Rule(most_share=1.0))
    assert Counter(c.taught_by for c in found) == {"gateway": 95, GUEST: 5}
    assert {c.has_cap for c in found if c.taught_by == GUEST} == {True}


@pytest.mark.parametrize(("tokens", "each"), [(1, 42), (4, 50), (10, 20)])
def test_all_guests_together_teach_a_fifth(tokens: int, each: int) -> None:
    guests = [f"gateway:0000000{n}" for n in range(tokens)]
    lies = [lesson(n, guest, f"user {n}") for guest in guests for n in range(100)]
    found = Counter(c.client for c in kept([*(lesson(n) for n in range(800)), *lies], Rule(most_share=1.0)))
    assert found["gateway"] == 800
    assert {found[guest] for guest in guests} == {each}
    assert sum(found.values()) - 800 <= 0.2 * sum(found.values())


def test_what_a_guest_only_says_is_capped_by_his_token_and_not_by_his_names() -> None:
    """Answers that nobody rated: names that are used once each would all be below any user's share."""
    mine = [lesson(n, corrects=False) for n in range(300)]
    his = [lesson(n, GUEST, f"user {n}", corrects=False) for n in range(900)]
    found = kept([*mine, *his])
    assert Counter(c.client for c in found) == {"gateway": 300, GUEST: 300}


def test_a_guest_who_takes_the_owners_name_is_not_the_owner() -> None:
    mine = [lesson(n, "gateway", "tom", corrects=False) for n in range(200)]
    his = [lesson(n, GUEST, "tom", corrects=False) for n in range(200)]
    pals = [lesson(n, "gateway:0b0b0b0b", "tom", corrects=False) for n in range(200)]
    found = kept([*mine, *his, *pals], Rule(most_share=0.4))
    assert Counter(c.client for c in found) == {"gateway": 200, GUEST: 200, "gateway:0b0b0b0b": 200}


def test_one_person_in_two_imports_is_still_one_user() -> None:
    ann = [lesson(n, source, "ann", corrects=False) for source in ("openwebui", "sharegpt") for n in range(60)]
    bob = [lesson(n, "chatgpt", "bob", corrects=False) for n in range(60)]
    found = Counter(c.user_key for c in kept([*ann, *bob]))
    assert found == {"ann": 60, "bob": 60}


@pytest.mark.parametrize(("mine", "his", "kept_of"), [(640, 1, (640, 1)), (640, 90, (640, 90)), (60, 90, (60, 60))])
@pytest.mark.parametrize("user", [None, "ann"])
def test_a_guest_who_asks_a_little_keeps_nothing_of_the_owners_from_being_learned(
    mine: int, his: int, kept_of: tuple[int, int], user: str | None
) -> None:
    owned = [lesson(n, corrects=False) for n in range(mine)]
    found = Counter(c.client for c in kept([*owned, *(lesson(n, GUEST, user, corrects=False) for n in range(his))]))
    assert (found["gateway"], found[GUEST]) == kept_of


def test_guests_alone_are_weighed_against_each_other() -> None:
    many = [lesson(n, GUEST, corrects=False) for n in range(200)]
    assert len(kept(many)) == 200
    few = [lesson(n, "gateway:0b0b0b0b", corrects=False) for n in range(60)]
    assert Counter(c.client for c in kept([*many, *few])) == {GUEST: 60, "gateway:0b0b0b0b": 60}
