import pytest

from selfimprove.curation.content import content_of, teaches_the_same
from selfimprove_tests.curation.chats import chat, said

LONG = "Every Sunday we walk from the old mill along the river to the bakery, where the children choose a cake"
ASKED = f"{LONG}, and then we go home by bus. What would you take along for such a walk in the cold months of the year?"
ANSWER = f"{LONG}: so take warm coats, a flask of tea, a bag for the cake and some coins for the bus on the way home."


def same(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return teaches_the_same(content_of(chat(*one)), content_of(chat(*other)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((ASKED, ANSWER), (ASKED.replace("would", "should"), ANSWER)),
        ((ASKED, ANSWER), (ASKED, ANSWER.upper() + "!")),
        ((ASKED, ANSWER), (ASKED, "Well, " + ANSWER)),
        (("Hello!", ANSWER), ("hello", ANSWER.replace("some", "a few"))),
    ],
)
def test_a_few_other_words_in_long_turns_teach_the_same(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("What is my dog's name?", "Rex."), ("What is my cat's name?", "Rex.")),
        (("What is my dog's name?", "Your dog is Rex."), ("What is my dog's name?", "Your dog is Max.")),
        (("Capital of France?", ANSWER), ("Capital of Spain?", ANSWER)),
        ((ASKED, "Tea."), (ASKED, "Coats.")),
        ((ASKED, ANSWER), (ASKED.replace("by bus", "by bus 7"), ANSWER)),
        ((ASKED, ANSWER), (ASKED.replace("would you take", "would you not take"), ANSWER)),
        ((ASKED, ANSWER), (ASKED, ANSWER, "Thanks!", "You are welcome.")),
        ((ASKED, "Write to [EMAIL_1] " + ANSWER), (ASKED, "Write to [EMAIL_2] " + ANSWER)),
        ((f"Summarise: {ASKED * 9}", ANSWER), (f"Summarise: {ASKED * 9}", ANSWER[::-1])),
        (("How do I wait?", "if (ready) return;"), ("How do I wait?", "if (!ready) return;")),
        ((ASKED, f"{ANSWER} if (ready) return;"), (ASKED, f"{ANSWER} if (!ready) return;")),
        ((ASKED, f"{ANSWER} x == y"), (ASKED, f"{ANSWER} x != y")),
        ((ASKED, f"{ANSWER} Geht nie."), (ASKED, f"{ANSWER} Geht bald.")),
        ((f"Remember: {LONG}, at noon", "Yes."), (f"Remember: {LONG}, at three", "No.")),
    ],
)
def test_one_word_that_matters_teaches_something_else(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert not same(one, other)


def test_opposites_in_code_have_other_hashes() -> None:
    one, other = (content_of(chat("How do I wait?", f"if ({ready}) return;")) for ready in ("ready", "!ready"))
    assert one.hash != other.hash
    assert content_of(chat("How do I wait", "If (ready) return")).hash == one.hash


def test_corrections_and_verdicts_are_part_of_what_is_taught() -> None:
    plain = content_of(chat("Dog?", "I do not know."))
    corrected = content_of(chat("Dog?", "I do not know.", feedback=(said("correction", text="Rex."),)))
    assert corrected.turns == content_of(chat("Dog?", "Rex!")).turns
    assert corrected.hash != plain.hash
    hashes = {
        content_of(chat("Dog?", "I do not know.", feedback=given)).hash
        for given in [
            (said("thumbs", value=1),),
            (said("thumbs", value=-1),),
            (said("preference", text="Cat."),),
        ]
    }
    assert len(hashes | {plain.hash}) == 4
    remarked = content_of(
        chat("Dog?", "I do not know.", feedback=(said("comment", text="hm"), said("rating", value=0)))
    )
    assert remarked.hash == plain.hash


def test_a_chat_whose_verdict_adds_something_is_no_repeat() -> None:
    plain, liked, disliked = (
        content_of(chat(ASKED, ANSWER, feedback=given))
        for given in [(), (said("thumbs", value=1),), (said("thumbs", value=-1),)]
    )
    assert teaches_the_same(plain, liked)
    assert teaches_the_same(liked, liked)
    assert not teaches_the_same(liked, plain)
    assert not teaches_the_same(liked, disliked)


def test_a_system_prompt_that_all_chats_share_is_not_compared() -> None:
    from dataclasses import replace

    from selfimprove.chats.chat import Message

    bare = chat("Hi", "Hello")
    told = replace(bare, messages=(Message("system", LONG), *bare.messages, Message("tool", LONG)))
    assert content_of(told).turns == content_of(bare).turns == ("hi", "hello")
