from itertools import pairwise
from pathlib import Path

import pytest

from selfimprove.curation.reason import Reason
from selfimprove.curation.rules.wrong_language import language, language_of, wrong_language
from selfimprove_tests.curation.chats import chat, said
from selfimprove_tests.curation.sentences import SENTENCES, cut

ENGLISH = "The weather will be sunny tomorrow, with a light wind from the west and no rain until the evening."
GERMAN = "Morgen scheint die Sonne, es weht ein leichter Wind aus Westen und bis zum Abend bleibt es trocken."
FRENCH = "Il fera beau demain, avec un léger vent d'ouest, et il ne pleuvra pas avant la fin de la soirée."
JAPANESE = "明日は晴れるでしょう。西から弱い風が吹き、夕方まで雨は降らない見込みです。"
ASKED_ENGLISH = "What will the weather be like tomorrow where we are going with the children?"
ASKED_GERMAN = "Wie wird denn morgen das Wetter, wenn wir mit den Kindern zum See fahren wollen?"


@pytest.mark.parametrize(
    ("question", "answer", "pair"),
    [
        (ASKED_ENGLISH, GERMAN, "en_de"),
        (ASKED_GERMAN, ENGLISH, "de_en"),
        (ASKED_GERMAN, FRENCH, "de_fr"),
        (ASKED_ENGLISH, JAPANESE, "en_ja"),
        ("Wie lange muss mein Brot denn im Ofen bleiben?", "It takes about forty minutes; then let it cool.", "de_en"),
        ("¿Cómo puedo aprender a programar en casa?", "Mit einem Buch und einer Stunde am Tag geht es gut.", "es_de"),
        ("Come si prepara una buona carbonara romana?", "Met eieren, kaas en spek, en zonder room erbij.", "it_nl"),
        (SENTENCES["pt"][0], SENTENCES["es"][0], "pt_es"),
    ],
)
def test_an_answer_in_another_language_is_left_out(question: str, answer: str, pair: str) -> None:
    assert wrong_language(chat(question, answer)) == Reason("wrong_language", 1, pair)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (ASKED_ENGLISH, ENGLISH),
        (ASKED_GERMAN, GERMAN),
        (f"Translate into the speech of Goethe: {ENGLISH}", GERMAN),
        (f"Bitte übersetze: {ASKED_GERMAN}", ENGLISH),
        (f"{ASKED_ENGLISH} Answer in German, please.", GERMAN),
        (f"Auf Englisch bitte! {ASKED_GERMAN}", ENGLISH),
        ("Wetter morgen?", ENGLISH),  # too short to say
        (ASKED_GERMAN, "Sunny."),
        (ASKED_GERMAN, "```python\nfor day in forecast:\n    print(day.weather, day.wind, day.rain)\n```"),
        (ASKED_GERMAN, "[PERSON_1] [ADDRESS_1] https://example.org/the-weather-of-tomorrow 2026"),
    ],
)
def test_translations_short_turns_and_code_stay(question: str, answer: str) -> None:
    assert wrong_language(chat(question, answer)) is None


def test_a_system_prompt_may_ask_for_another_language() -> None:
    from dataclasses import replace

    from selfimprove.chats.chat import Message

    asked = chat(ASKED_GERMAN, ENGLISH)
    told = replace(asked, messages=(Message("system", "Always answer in English."), *asked.messages))
    assert wrong_language(told) is None


def test_a_corrected_answer_counts_as_the_owner_wants_it() -> None:
    assert wrong_language(chat(ASKED_GERMAN, ENGLISH, feedback=(said("correction", text=GERMAN),))) is None
    assert language_of(chat(ASKED_GERMAN, ENGLISH, feedback=(said("correction", text=GERMAN),))) == "de"


def test_language_is_unknown_where_the_text_is_short() -> None:
    assert language("Paris.") is None
    assert language("") is None
    assert language("👍" * 40) is None
    assert language(GERMAN) == "de"


def test_real_sentences_are_seldom_mistaken(test_data: Path) -> None:
    codes = ("de", "en", "es", "fr", "ja", "nl", "pt", "zh")
    lines = {c: (test_data / "language" / f"{c}.txt").read_text().splitlines() for c in codes}
    said_to_be = {c: [language(line) for line in lines[c]] for c in codes}
    wrong = sum(found not in (None, code) for code, row in said_to_be.items() for found in row)
    assert wrong / sum(map(len, said_to_be.values())) < 0.01


@pytest.mark.parametrize(("length", "least"), [(40, 0.9), (80, 0.97), (160, 1.0)])
def test_most_pairs_of_eight_languages_are_told_apart(length: int, least: float) -> None:
    texts = {code: [cut(text, length) for text in given] for code, given in SENTENCES.items()}
    apart = [(x, y) for one in texts for other in texts if one != other for x in texts[one] for y in texts[other]]
    found = sum(wrong_language(chat(x, y)) is not None for x, y in apart)
    assert found / len(apart) >= least
    alike = [(x, y) for given in texts.values() for x in given for y in given]
    assert [pair for pair in alike if wrong_language(chat(*pair))] == []


def test_real_sentences_of_one_language_are_not_told_apart(test_data: Path) -> None:
    for code in ("de", "en", "es", "fr", "ja", "nl", "pt", "zh"):
        lines = [cut(line, 160) for line in (test_data / "language" / f"{code}.txt").read_text().splitlines()]
        assert [pair for pair in pairwise(lines) if wrong_language(chat(*pair))] == []
