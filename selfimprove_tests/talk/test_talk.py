"""A conversation: what is asked, what is remembered, and what each verb does."""

from collections.abc import Iterator, Sequence
from contextlib import closing

import pytest

from selfimprove.errors import GatewayDown, GatewayRefused
from selfimprove.talk.conversation import Conversation
from selfimprove.talk.line import Line, Question
from selfimprove.talk.talk import converse, once
from selfimprove.talk.verbs import VERBS, Talk, carry_out
from selfimprove_tests.talk.conftest import Script
from selfimprove_tests.talk.stub import CHALLENGER, CHAMPION, Stub

FORGOTTEN: list[str] = []


def _forget(chats: Sequence[str], copies: bool, dry_run: bool) -> str:
    if copies:
        FORGOTTEN.append(f"copies {dry_run}")
    FORGOTTEN.extend([] if dry_run else chats)
    return "Would be forgotten: 2 chats." if dry_run else "Forgotten: 2 chats."


@pytest.fixture
def line(stub: Stub) -> Iterator[Line]:
    line = Line(stub.address)
    yield line
    line.close()


@pytest.fixture
def talk(line: Line, screen: Script) -> Talk:
    FORGOTTEN.clear()
    return Talk(Conversation(line), screen, _forget)


def say(talk: Talk, screen: Script, *lines: str | BaseException) -> list[str]:
    """What is noted after each of these, without how it begins."""
    screen.lines = list(lines)
    screen.notes.clear()
    converse(talk)
    return screen.notes[1:]


def test_what_was_said_goes_along_under_one_name(talk: Talk, screen: Script, stub: Stub) -> None:
    stub.answers = [["At ", "ten."], ["Yes."]]
    assert say(talk, screen, "What is my bedtime?", "Sure?") == []
    assert screen.shown == "At ten.\nYes.\n"
    assert [turn["content"] for turn in stub.asked[1]["messages"]] == ["What is my bedtime?", "At ten.", "Sure?"]
    assert len({*stub.called}) == 1
    assert len(stub.called[0] or "") == 32
    assert stub.asked[0]["model"] == "selfimprove"


def test_a_new_chat_has_another_name_and_no_memory(talk: Talk, screen: Script, stub: Stub) -> None:
    assert say(talk, screen, "One?", "/new", "One?") == ["A new chat."]
    assert len(stub.asked[1]["messages"]) == 1
    assert len({*stub.called}) == 2


def test_what_breaks_in_a_string_does_not_break_the_stream(line: Line, stub: Stub) -> None:
    text = "a\u2028b\u0085c\x0bd\r\ne"
    stub.answers = [[text]]
    assert once(Conversation(line), "hi", None).text == text


@pytest.mark.parametrize(
    ("verb", "word"),
    [
        ("/good", {"thumbs": "up"}),
        ("/bad", {"thumbs": "down"}),
        ("/bad it is late", {"thumbs": "down", "comment": "it is late"}),
        ("/fix At eleven.", {"correction": "At eleven."}),
    ],
)
def test_words_on_the_last_answer(talk: Talk, screen: Script, stub: Stub, verb: str, word: dict[str, str]) -> None:
    assert say(talk, screen, "First?", "Second?", verb) == ["Noted."]
    assert stub.reactions == [{"id": "chatcmpl-2", **word}]


def test_a_correction_is_written_in_the_editor(talk: Talk, screen: Script, stub: Stub) -> None:
    screen.edited = "Better.\nMuch better."
    assert say(talk, screen, "First?", "/fix") == ["Noted."]
    assert stub.reactions[0]["correction"] == "Better.\nMuch better."
    screen.edited = None
    assert say(talk, screen, "/fix") == ["Nothing was changed."]


def test_the_answer_itself_is_no_correction(talk: Talk, screen: Script, stub: Stub) -> None:
    stub.answers = [["At ", "eleven."]]
    assert say(talk, screen, "When?", "/fix At eleven. ") == ["Nothing was changed."]
    assert stub.reactions == []


@pytest.mark.parametrize("verb", ["/good", "/bad", "/fix", "/compare", "/forget"])
def test_before_an_answer_there_is_nothing_to_say_of_it(talk: Talk, screen: Script, stub: Stub, verb: str) -> None:
    assert say(talk, screen, verb) == ["Nothing was answered yet."]
    assert (stub.asked, stub.reactions, FORGOTTEN) == ([], [], [])


def test_an_answer_that_is_stopped_is_part_of_what_was_said(talk: Talk, screen: Script, stub: Stub) -> None:
    stub.answers = [["It is a long ", "story."], ["Yes."]]
    screen.stop_after = "long "
    assert say(talk, screen, "Tell me.", "Go on.") == ["Stopped."]
    assert [turn["content"] for turn in stub.asked[1]["messages"]] == ["Tell me.", "It is a long ", "Go on."]


def test_the_challenger_beside_the_champion(talk: Talk, screen: Script, stub: Stub) -> None:
    stub.answers = [["At ten."], ["At eleven."], ["Yes."]]
    say(talk, screen, "When?", "/compare", "Sure?")
    assert screen.columns == [("adapter aaaaaaaaaaaa", "At ten."), ("adapter cccccccccccc", "At eleven.")]
    assert stub.asked[1] == {"messages": [{"role": "user", "content": "When?"}], "model": CHALLENGER, "stream": True}
    assert stub.called[1] != stub.called[0] == stub.called[2]
    assert len(stub.asked[2]["messages"]) == 3


@pytest.mark.parametrize(
    ("models", "verb", "asked"),
    [
        (["selfimprove", "tiny", CHAMPION], "/compare", "base"),
        (["selfimprove", "tiny", CHAMPION, CHALLENGER], "/compare base", "base"),
    ],
)
def test_or_the_base_model(talk: Talk, screen: Script, stub: Stub, models: list[str], verb: str, asked: str) -> None:
    stub.models = models
    say(talk, screen, "When?", verb)
    assert stub.asked[1]["model"] == asked
    assert screen.columns[1][0] == "the base model"


def test_the_base_alone_has_nobody_beside_it(talk: Talk, screen: Script, stub: Stub) -> None:
    stub.models = ["selfimprove", "tiny"]
    talk.conversation.model = "tiny"
    [told] = say(talk, screen, "When?", "/compare")
    assert "there is no other" in told
    assert len(stub.asked) == 1


def test_who_answers_and_who_shall(talk: Talk, screen: Script, stub: Stub) -> None:
    told = say(talk, screen, "When?", "/adapter", "/adapter cccc", "When?", "/adapter nobody")
    assert told[0] == "The last answer was adapter aaaaaaaaaaaa's."
    assert told[1].startswith("Asked is selfimprove (whoever was promoted); there are selfimprove")
    assert told[3].startswith("Asked is adapter cccccccccccc")
    assert stub.asked[1]["model"] == CHALLENGER
    assert told[4] == "None of those who can be asked are called nobody."


def test_forgetting_takes_the_comparisons_along_and_begins_anew(talk: Talk, screen: Script, stub: Stub) -> None:
    told = say(talk, screen, "When?", "/compare", "/forget", "Again?")
    assert told == ["Would be forgotten: 2 chats.", "Forget it for ever?", "Forgotten: 2 chats."]
    assert [f"{1:032x}", f"{2:032x}"] == FORGOTTEN
    assert len(stub.asked[2]["messages"]) == 1


def test_copies_are_forgotten_where_they_are_asked_for(talk: Talk, screen: Script, stub: Stub) -> None:
    say(talk, screen, "It is a secret.", "/forget --copies")
    assert ["copies True", "copies False", f"{1:032x}"] == FORGOTTEN


def test_forgetting_that_is_not_confirmed_is_none(talk: Talk, screen: Script, stub: Stub) -> None:
    screen.sure = False
    assert say(talk, screen, "When?", "/forget")[-1] == "It is kept."
    assert FORGOTTEN == []


def test_what_is_no_text_or_no_ascii_goes_over_the_wire(talk: Talk, stub: Stub) -> None:
    """A terminal hands on bytes that are no UTF-8, and somebody compares with a model of an odd name."""
    once(talk.conversation, "half \udcff a character", None)
    carry_out(talk, "/compare ü\udcff")
    assert [body["messages"][-1]["content"] for body in stub.asked] == ["half ? a character"] * 2
    assert stub.asked[1]["model"] == "ü?"
    assert len(set(stub.called)) == 2, "the comparison is a chat of its own"
    carry_out(talk, "/bad \udcff")
    assert stub.reactions[0]["comment"] == "?"
    with closing(Line(stub.address, "schlüssel")) as other:
        assert other.models()


def test_what_goes_wrong_ends_nothing(talk: Talk, screen: Script, stub: Stub) -> None:
    stub.answers = [503, ["So ", "!error"], ["Yes."]]
    told = say(talk, screen, "One?", KeyboardInterrupt(), "Two?", "Three?", "/nonsense", "//slash")
    assert told[0] == "Error: The gateway refused (503): No model answers now."
    assert told[1] == "\n/quit or Ctrl-D ends."
    assert told[2] == "Error: The gateway refused (500): It fell over."
    assert told[3].startswith("There is no /nonsense.")
    assert stub.asked[-1]["messages"][-1]["content"] == "/slash"


def test_what_is_not_kept_is_said(talk: Talk, screen: Script, stub: Stub) -> None:
    stub.answers = [["Yes.", "!unkept"]]
    assert say(talk, screen, "One?") == ["This exchange is not kept: `selfimprove doctor` says why."]


def test_help_has_every_verb(talk: Talk, screen: Script) -> None:
    [told] = say(talk, screen, "/help", "/quit", "never read")
    assert all(f"/{verb.name}" in told for verb in VERBS)


def test_nobody_there() -> None:
    line = Line("http://127.0.0.1:1")
    with pytest.raises(GatewayDown, match=r"does not answer at http://127.0.0.1:1 .*Start it with `selfimprove up`"):
        line.models()
    line.close()


def test_a_refused_token_names_where_to_give_one(stub: Stub, line: Line) -> None:
    stub.answers = [401]
    with pytest.raises(GatewayRefused, match=r"SELFIMPROVE_TOKEN"), line.ask(Question([], "m", "n")):
        pass
