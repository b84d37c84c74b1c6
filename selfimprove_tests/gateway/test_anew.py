"""After something was forgotten: who goes on with it is not stored, who says it anew is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from selfimprove import postgres
from selfimprove.chats import table as chats
from selfimprove.forgetting.forget import forget
from selfimprove.forgetting.select import Wish
from selfimprove.gateway import table
from selfimprove.gateway.deliver import Connect
from selfimprove.gateway.exchange import Exchange
from selfimprove.gateway.thread import Threads
from selfimprove.privacy.vault import Vault
from selfimprove_tests.gateway.said import NOON, ZONE, Client, Clock, as_gateway, sealing

PROMPT = "Correct the spelling of what follows, and change nothing else of it, not even its line breaks. " * 3
PASTE, SHORT = "Paste it.", "what is my plan?"


class Person:
    """Whoever talks to a gateway that stores each exchange at once."""

    def __init__(self, home: Path, connect: Connect) -> None:
        self.home, self._connect = home, connect
        self._client = Client(Threads(sealing(home)), Clock())
        self.known = self._client.threads
        self._told = 0

    def restart(self) -> None:
        """Begin with a gateway that remembers nothing."""
        self._client.threads = Threads(sealing(self.home))

    def says(self, *texts: str, **more: str) -> tuple[Exchange, bool]:
        """An exchange, and whether it is stored."""
        self._client.clock.later(hours=1)
        kept = self._client.ask(*texts, **more)
        with self._connect() as connection:
            stored = table.store(connection, [kept], sealing(self.home), ZONE)
        assert (stored.exchanges, stored.forgotten) in ((1, 0), (0, 1))
        return kept, bool(stored.exchanges)

    def keeps(self, *texts: str, **more: str) -> bool:
        return self.says(*texts, **more)[1]


@pytest.fixture
def person(tmp_path: Path, database: str) -> Person:
    return Person(tmp_path, as_gateway(database))


@pytest.fixture
def forgets(person: Person, database: str) -> Callable[..., None]:
    def do(exchange: Exchange) -> None:
        with postgres.connect(database) as connection:
            assert forget(connection, Vault.open(person.home), Wish("chat", exchange.thread.chat_id), NOON)

    return do


def test_a_prompt_that_is_pasted_each_time_is_heard_again(person: Person, forgets: Callable[..., None]) -> None:
    person.says(PROMPT, answer=PASTE)
    named, _ = person.says(PROMPT, PASTE, "my sister is il", answer="my sister is ill")
    forgets(named)
    assert person.keeps(PROMPT, answer=PASTE)
    assert person.keeps(PROMPT, PASTE, "the heron sleps", answer="the heron sleeps")
    assert person.keeps(PROMPT, PASTE, "the heron slept", answer="the heron slept")  # a question edited
    assert person.keeps(PROMPT)


@pytest.mark.parametrize("is_new", [False, True], ids=["the same gateway", "one that remembers nothing"])
def test_what_a_client_still_shows_does_not_come_back(
    person: Person, forgets: Callable[..., None], is_new: bool
) -> None:
    person.says(PROMPT, answer=PASTE)
    named, _ = person.says(PROMPT, PASTE, "my sister is il", answer="my sister is ill")
    forgets(named)
    if is_new:
        person.restart()
    assert not person.keeps(PROMPT, PASTE, "my sister is il", "my sister is ill", "and now?")
    assert not person.keeps(PROMPT, PASTE, "my sister is il", "my sister is ill", "edited")
    assert person.keeps(PROMPT, answer=PASTE)  # said anew, beside a client that still shows the older one
    assert not person.keeps(PROMPT, PASTE, "my sister is il", "my sister is ill", "once more")
    assert person.keeps(PROMPT, PASTE, "the heron sleps", answer="the heron sleeps")


@pytest.mark.parametrize("is_new", [False, True], ids=["the same gateway", "one that remembers nothing"])
def test_nor_does_a_short_one_though_its_question_is_edited(
    person: Person, forgets: Callable[..., None], is_new: bool
) -> None:
    named, _ = person.says(SHORT, answer="To rob a bank.")
    forgets(named)
    if is_new:
        person.restart()
    assert not person.keeps(SHORT, "To rob a bank.", "and then?")
    assert not person.keeps(SHORT, "To rob a bank.", "which bank?")
    assert not person.keeps(SHORT, "To rob a bank.", "and then?", "ok", "what else?")
    assert person.keeps(SHORT, answer="To rob a bank.")
    assert person.keeps(SHORT, "To rob a bank.", "and where?")


@pytest.mark.parametrize("first", [SHORT, PROMPT], ids=["short", "long"])
def test_what_was_said_anew_goes_on_where_the_gateway_lost_sight_of_it(
    person: Person, forgets: Callable[..., None], first: str
) -> None:
    named, _ = person.says(first, answer=PASTE)
    forgets(named)
    assert person.keeps(first, answer=PASTE)
    person.restart()
    assert person.keeps(first, PASTE, "and then?")
    assert person.keeps(first, PASTE, "or else?")


def test_of_the_marks_of_forgotten_chats_those_alone_are_read_that_matter(
    person: Person, forgets: Callable[..., None], database: str
) -> None:
    for texts in (PROMPT, SHORT):
        forgets(person.says(texts, answer=PASTE)[0])
    with as_gateway(database)() as connection:
        known = chats.forgotten(connection)
        assert known
        one = min(known.marks)
        found = chats.forgotten(connection, iter([one, "nobody's"]))
        assert found
        assert found.marks == {one} < known.marks
        assert chats.forgotten(connection, iter(["nobody's"])) is None


@pytest.mark.parametrize("first", [SHORT, PROMPT], ids=["short", "long"])
def test_a_conversation_of_several_questions_is_heard_again(
    person: Person, forgets: Callable[..., None], first: str
) -> None:
    person.says(first, answer=PASTE)
    named, _ = person.says(first, PASTE, "which one?", answer="Any of them.")
    forgets(named)
    assert person.keeps(first, answer=PASTE)
    assert person.keeps(first, PASTE, "which one?", answer="Any of them.")
    assert person.keeps(first, PASTE, "which one?", "Any of them.", "thanks")


def test_what_goes_on_from_a_greeting_is_forgotten_with_it(person: Person, forgets: Callable[..., None]) -> None:
    """No mark is left of a chat in which a person said next to nothing."""
    named, _ = person.says("hi", answer="Hello, how is your sister?")
    forgets(named)
    assert not person.keeps("hi", "Hello, how is your sister?", "still ill")
    assert not person.keeps("hi", "Hello, how is your sister?", "edited")
    assert person.keeps("hi", answer="Hello!")


def test_all_at_once_is_the_same(person: Person, forgets: Callable[..., None], database: str) -> None:
    """As where the database was away for a while."""
    named, _ = person.says(PROMPT, answer=PASTE)
    forgets(named)
    client = Client(Threads(sealing(person.home)), Clock())
    client.count = 10
    told = [
        client.ask(PROMPT, answer=PASTE), client.ask(PROMPT, PASTE, "the heron"), client.ask(PROMPT, PASTE, "a hern"),
    ]  # fmt: skip
    with as_gateway(database)() as connection:
        stored = table.store(connection, told, sealing(person.home), ZONE)
    assert (stored.exchanges, stored.forgotten) == (3, 0)


def test_so_it_is_where_the_second_of_several_answers_is_gone_on_from(
    person: Person, forgets: Callable[..., None], database: str
) -> None:
    named, _ = person.says(SHORT, answer=PASTE)
    forgets(named)
    client = Client(person.known, Clock())
    client.count = 10
    told = [client.ask(SHORT, answer=PASTE, others=("Cut it.",)), client.ask(SHORT, "Cut it.", "and then?")]
    with as_gateway(database)() as connection:
        stored = table.store(connection, told, sealing(person.home), ZONE)
    assert (stored.exchanges, stored.forgotten) == (3, 0)
