"""Answers that stop in the middle of a sentence, in eight languages, and whole ones that end almost alike."""

import pytest

from selfimprove.curation.hang import hangs
from selfimprove.curation.rules.broken import flaw_of

HITS = [
    "Il faut d'abord ouvrir le",
    "Zuerst öffnet man das Fenster und",
    "Man nimmt dazu am besten das Mehl aus dem",
    "Primero hay que abrir la puerta y",
    "Para hacer la masa hay que mezclar el",
    "Prima bisogna aprire la porta e",
    "Per fare il pane serve la farina e il",
    "Primeiro é preciso abrir a porta e",
    "Para fazer o bolo precisamos de",
    "Eerst moet je het raam openen en",
    "Om brood te bakken meng je de",
    "Najpierw trzeba otworzyć okno i",
    "Aby upiec chleb, trzeba wymieszać mąkę z",
    "Pour faire le pain, mélangez la farine avec de l'",
    "Three colours are red, green and",
    "We need to open the door because",
]
NEAR_MISSES = [
    "It is team a",
    "def gcd(a, b):\n    while b:\n        a, b = b, a % b\n    return a",
    "return a",
    "x = b or a",
    "He plays in group a",
    "It goes from z to a",
    "Either b or a",
    "Ik weet het",
    "Ik heb er nog een",
    "Ich habe einen",
    "Ich rufe dich an",
    "Komm doch mit",
    "Was ist denn hier los",
    "Prends-le",
    "Les articles sont le, la et les",
    "De lidwoorden zijn de en het",
    "Sólo hay una",
    "Nie wiem, co to",
    "Je ne sais pas pourquoi",
    "Das weiß ich nicht, aber du",
    "Eu não sei o que",
    "Não sei por que",
    "Das war es auch schon",
    "C'est à lui de le faire",
    "Questo è tutto quello che so",
    "Hij is er een van",
    "Der Zug fährt um acht ab",
    "Ich denke an dich und an sie",
    "The song goes la la la",
    "Wir sehen uns am Bahnhof in Au",
    "Vitamin a",
    "The note is a",
    "Ho mangiato tutto e di più",
    "Jak się masz",
]


@pytest.mark.parametrize("answer", HITS)
def test_a_sentence_that_stops_in_its_middle_is_cut_off(answer: str) -> None:
    assert flaw_of(answer) == "cut_off"
    assert not hangs(answer + " .")


@pytest.mark.parametrize("answer", NEAR_MISSES)
def test_a_letter_a_pronoun_or_a_line_of_code_may_come_last(answer: str) -> None:
    assert flaw_of(answer) is None


def test_code_that_opens_a_bracket_is_cut_off_all_the_same() -> None:
    code = "\n".join(f"x{number} = f({number})" for number in range(20))
    assert flaw_of(code) is None
    assert flaw_of(f"{code}\nprint(") == "cut_off"
