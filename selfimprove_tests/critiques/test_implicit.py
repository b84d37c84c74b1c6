"""What the next turn implies, in several languages, with the near-misses that imply nothing."""

import pytest

from selfimprove.critiques.exchange import Exchange
from selfimprove.critiques.implicit import Implicit, read

QUESTION = "What is the capital of France?"


def implied(reply, question=QUESTION):
    return read(Exchange(question, "Lyon.", reply))


@pytest.mark.parametrize("reply", [
    "No, I meant the country",
    "no, it's Paris",
    "That's wrong.",
    "that is not what I asked",
    "You’re wrong!",
    "Wrong. It is Paris.",
    "Incorrect",
    "Hmm, not quite.",
    "Thanks, but that's incorrect.",
    "thanks for nothing",
    "It doesn't compile: line 3",
    "Nein, ich meinte Paris",
    "Das ist leider falsch.",
    "Das stimmt so nicht.",
    "Non, je voulais dire la France",
    "C'est faux !",
    "No, quería decir Francia",
    "Eso está mal",
    "No, intendevo la Francia",
    "È sbagliato",
    "Não, eu quis dizer a França",
    "Nee, dat klopt niet.",
    "Нет, это неправильно",
    "不对，是巴黎",
    "違います、パリです",
])
def test_corrections(reply):
    assert implied(reply) == Implicit("correction", "words")


@pytest.mark.parametrize("reply", [
    "Try again", "again, please", "Regenerate.", "Could you try that again?", "I asked you!", "Noch einmal bitte",
    "Encore une fois", "Otra vez, por favor", "もう一度お願いします",
])
def test_retries_by_words(reply):
    assert implied(reply) == Implicit("retry", "words")


@pytest.mark.parametrize("reply", [
    "What is the capital of France?",
    "what is the captial of france",
    "I said: what is the capital of France, please?",
    "OK, again: what is the capital of France",
])
def test_retries_by_the_same_question(reply):
    assert implied(reply) == Implicit("retry", "same_question")


@pytest.mark.parametrize("reply", [
    "Thanks!",
    "thank you so much",
    "No, thanks, that is all",
    "Ok great, and now Spain",
    "That worked perfectly, thanks",
    "Perfect. What about Spain?",
    "You're right",
    "Danke schön!",
    "Merci beaucoup",
    "¡Muchas gracias!",
    "Grazie, perfetto",
    "Muito obrigada",
    "Bedankt!",
    "Спасибо",
    "谢谢",
    "ありがとうございます",
    "Exactly what I needed!",
])
def test_approvals(reply):
    assert implied(reply) == Implicit("approval", "words")


@pytest.mark.parametrize("reply", [
    None,
    "",
    "no problem",
    "No worries",
    "No one knows that?",
    "No, it's fine",
    "What is wrong with my code?",
    "That's not wrong",
    "Is that wrong?",
    "It's wrong to steal, but why?",
    "Thanks to the new law we can sail; where to?",
    "Great walls: list three",
    "Write a thank you note",
    "Perfect numbers below 100?",
    "What is the capital of Spain?",
    "What is the capital?",
    "And the population of France?",
    "Try it with butter",
    "No, that's why I ask you",
    "Falsche Freunde im Englischen?",
])
def test_near_misses(reply):
    assert implied(reply) is None


def test_another_number_is_another_question():
    assert implied("What is 12 plus 6?", "What is 12 plus 5?") is None
    assert implied("What is 12 plus 5?", "What is 12 plus 5?") == Implicit("retry", "same_question")


def test_a_prod_is_not_a_question():
    assert implied("Go on.", "Go on.") is None


def test_a_correction_outweighs_the_thanks_before_it():
    assert implied("Thank you, but I meant Spain.").kind == "correction"
    assert implied("Thanks, and what about Spain?").kind == "approval"


@pytest.mark.parametrize("text", ["no, ", "ok please ", "thanks but ", "hmm", "again "])
def test_a_reply_made_to_waste_time_does_not(text):
    assert implied(text * 10_000 + "x", text * 10_000) in (None, Implicit("approval", "words"))
