import pytest

from selfimprove.curation.reason import Reason
from selfimprove.curation.rules.refusal import declines, refusal
from selfimprove_tests.curation.chats import chat, said

HITS = [
    "I'm sorry, but I can't assist with that request.",
    "I’m sorry, I cannot help you with that.",
    "Sorry, I can't help with that.",
    "I cannot provide medical advice.",
    "Unfortunately, I am unable to share this.",
    "As an AI language model, I cannot have opinions.",
    "As an AI, I don't have access to the internet.",
    "I am not able to discuss this topic.",
    "I won't help you with that.",
    "I must respectfully decline.",
    "I refuse to answer that.",
    "That is illegal. I can't help you do that.",
    "**I cannot fulfill this request.**",
    "This request violates my guidelines.",
    "I'm not comfortable with helping you here.",
    "Es tut mir leid, aber ich kann dir dabei nicht helfen.",
    "Je suis désolé, mais je ne peux pas vous aider.",
    "Lo siento, pero no puedo ayudar con eso.",
    "Desculpe, mas não posso ajudar com isso.",
    "Mi dispiace, ma non posso aiutarti.",
    "Het spijt me, maar daar kan ik niet bij helpen.",
]
NEAR_MISSES = [
    "I do not know your dog's name yet.",
    "I cannot recommend this book enough.",
    "I can't recommend it enough!",
    "I can't help but smile.",
    "I cannot wait to hear it.",
    "I can't explain this without a picture: which room is it?",
    "Sorry I couldn't help you.",
    "I'm sorry to hear about your grandmother.",
    "I'm sorry, the capital of Australia is Canberra, not Sydney.",
    "Sorry, I mistook it for another song.",
    "A whale cannot help drowning on land.",
    "He said: I can't help you.",
    "Dear Ms Ames, I am sorry, but I cannot attend on Friday.",
    "You cannot share a Netflix account across homes.",
    "No, cats can't taste sugar.",
    "Leider kann ich Tomaten nicht leiden.",
    "I cannot give you a number. " + "Prices follow the weather and the season. " * 30,
    "I can't write all of it, but this is the core:\n```python\nprint(1)\n```",
]


@pytest.mark.parametrize("answer", HITS)
def test_an_answer_that_declines_is_left_out(answer: str) -> None:
    assert refusal(chat("Please do it", answer)) == Reason("refusal", 1)


@pytest.mark.parametrize("answer", NEAR_MISSES)
def test_an_answer_that_only_sounds_like_it_stays(answer: str) -> None:
    assert not declines(answer)
    assert refusal(chat("Please do it", answer)) is None


@pytest.mark.parametrize(
    "feedback",
    [
        said("correction", text="Your dog is called Rex."),
        said("correction", text="I cannot help with that."),  # the owner wants it declined
        said("thumbs", value=1),
        said("rating", value=0.5),
        said("preference", text="Sure, first you take …"),
    ],
)
def test_a_refusal_that_its_owner_corrected_or_approved_stays(feedback: object) -> None:
    assert refusal(chat("Do it", "I'm sorry, I can't help with that.", feedback=(feedback,))) is None


@pytest.mark.parametrize("feedback", [said("thumbs", value=-1), said("comment", text="hm"), said("thumbs", 3, value=1)])
def test_other_feedback_does_not_save_it(feedback: object) -> None:
    asked = chat("Do it", "I'm sorry, I can't help with that.", "Why?", "Because it hurts.", feedback=(feedback,))
    assert refusal(asked) == Reason("refusal", 1)
