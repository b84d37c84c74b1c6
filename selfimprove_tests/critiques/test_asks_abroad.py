"""Forms that are asked for in seven languages besides English, and talk of them that asks for nothing."""

import pytest

from selfimprove.critiques import formats
from selfimprove.critiques.asks_abroad import says_yes_or_no
from selfimprove.critiques.exchange import Exchange

JSON = [
    "Antworte nur als JSON: wer schrieb Emma?", "Réponds en JSON", "Réponds uniquement en JSON.",
    "Responde en JSON, por favor.", "Rispondi in JSON.", "Responda em JSON.", "Antwoord in JSON.",
    "Odpowiedz w formacie JSON.", "Gib mir die Planeten als JSON.", "Nenne die Planeten im JSON-Format",
    "Liste die Planeten. Nur JSON.", "Donne-moi la liste au format JSON.",
]  # fmt: skip
NO_JSON = [
    "Was ist JSON?", "Comment lire du JSON en Python ?", "Wie gebe ich in Python JSON aus?",
    "¿Cómo convierto esto en JSON?", "Schreib eine Funktion, die JSON liefert", "Konvertiere das JSON in YAML",
    "Come si legge un file JSON?", "Wandle dieses JSON um", "Jak zapisać to jako JSON?", "O que é JSON?",
    "Erkläre mir JSON",
]  # fmt: skip
TABLES = [
    "Vergleiche Tee und Kaffee als Tabelle", "Vergleiche Tee und Kaffee in einer Tabelle.",
    "Compare le thé et le café dans un tableau", "Compara el té y el café en una tabla",
    "Confronta tè e caffè in una tabella", "Compare chá e café em uma tabela",
    "Vergelijk thee en koffie in een tabel", "Porównaj herbatę i kawę w tabeli",
    "Mach mir eine Tabelle der Planeten", "Fais un tableau des planètes", "Zeig mir das in Tabellenform",
]  # fmt: skip
NO_TABLES = [
    "Was steht in der Tabelle?", "Reserviere einen Tisch", "Décris le tableau de Monet", "Fais un tableau de bord",
    "¿Qué es una tabla?", "Lege in SQL eine Tabelle an: wie erstelle ich eine Tabelle?",
    "Stell das Glas auf den Tisch", "Qué elemento está en la tabla periódica",
]  # fmt: skip
LISTS = [
    "Fasse es in Stichpunkten zusammen", "Nenne sie als Liste", "Résume sous forme de liste",
    "Resúmelo en forma de lista", "Riassumi in un elenco puntato", "Resuma em tópicos", "Vat het puntsgewijs samen",
    "Streść w punktach", "Geef een antwoord als opsomming",
]  # fmt: skip
NO_LISTS = [
    "Ich stehe auf der Liste", "Je suis en liste d'attente", "Estoy en lista de espera", "Estás en la lista",
    "Was heißt Stichpunkt?",
]  # fmt: skip
ONE_WORD = [
    "Antworte mit einem Wort: Hauptstadt von Peru?", "Mit einem Wort: wer?", "Réponds en un mot : qui ?",
    "Réponds d'un seul mot", "Responde con una palabra", "Rispondi con una parola", "Responda com uma palavra",
    "Antwoord met één woord", "Odpowiedz jednym słowem", "Was ist die Hauptstadt, in einem Wort?",
    "Beschreibe es in einem einzigen Wort", "En una sola palabra, ¿qué es?", "Réponds par un mot",
]  # fmt: skip
NO_ONE_WORD = [
    "Wie viele Buchstaben sind in einem Wort?", "¿Cuántas letras hay en una palabra?", "Was meinst du mit dem Wort?",
    "Hoeveel letters zitten er in een woord?", "Quel mot ?", "Que veut dire ce mot ?", "Erkläre mir ein Wort",
]  # fmt: skip
YES_OR_NO = [
    "Ist es spät? Antworte mit ja oder nein.", "Ja oder nein: ist es spät?", "Ist es spät, ja oder nein?",
    "Réponds par oui ou non : est-il tard ?", "Est-il tard ? Oui ou non ?", "¿Es tarde? Responde sí o no.",
    "Rispondi sì o no: è tardi?", "Responda sim ou não: é tarde?", "Antwoord met ja of nee: is het laat?",
    "Odpowiedz tak lub nie: czy jest późno?",
]  # fmt: skip
NO_YES_OR_NO = [
    "Warum sagen Leute ja oder nein zu Tee?", "Er weiß nicht, ob ja oder nein gilt",
]  # fmt: skip
FEWER_WORDS = [
    "Erkläre Tee in höchstens 10 Wörtern", "Explique en 10 mots maximum", "Explique en moins de 10 mots",
    "Explícalo en menos de 10 palabras", "Spiega in al massimo 10 parole", "Explique em no máximo 10 palavras",
    "Leg het uit in maximaal 10 woorden", "Wyjaśnij w maksymalnie 10 słowach", "Résume en 10 mots au maximum",
    "Fasse es in maximal 10 Wörtern zusammen", "Zeg het in hooguit 10 woorden",
]  # fmt: skip
NO_FEWER_WORDS = [
    "Schreib mindestens 10 Wörter", "Warum hat es 10 Wörter?", "Au moins 10 mots", "Um 10 palabras nuevas",
]  # fmt: skip
LIMIT = "tee " * 20
ASKED = [
    ("not_json", JSON, NO_JSON, "Klar, Eier."),
    ("not_a_table", TABLES, NO_TABLES, "Tee ist warm."),
    ("not_a_list", LISTS, NO_LISTS, "Es geht um Tee."),
    ("more_than_one_word", ONE_WORD, NO_ONE_WORD, "Es ist Lima."),
    ("not_yes_or_no", YES_OR_NO, NO_YES_OR_NO, "Es ist neun."),
    ("too_many_words", FEWER_WORDS, NO_FEWER_WORDS, LIMIT),
]
COUNTED = [
    ("Nenne drei Farben", "Rot und Grün.", True),
    ("Nenne drei Farben.", "1. Rot\n2. Grün", True),
    ("Nenne mir 5 Tiere", "Hund, Katze, Maus", True),
    ("Cite trois couleurs", "Rouge et vert.", True),
    ("Dime tres colores", "Rojo y verde.", True),
    ("Dimmi tre colori", "Rosso e verde", True),
    ("Diga três cores", "Vermelho e verde", True),
    ("Noem drie kleuren", "Rood en groen", True),
    ("Wymień trzy kolory", "Czerwony i zielony", True),
    ("Donne-moi cinq idées", "- a\n- b", True),
    ("Nenne drei Farben", "Rot, Grün und Blau.", False),
    ("Nenne drei Vor- und Nachteile", "1. a\n2. b\n3. c\n4. d\n5. e\n6. f", False),
    ("Nenne zwei oder drei Farben", "Rot, Grün, Blau und Gelb", False),
    ("Schreib drei Sätze", "Rot und grün.", False),
    ("Gib mir drei Tage Zeit", "- ja\n- nein", False),
    ("Cite trois couleurs", "Rouge, vert et bleu", False),
    ("Was sind die zwei Farben?", "Rot, grün, blau", False),
    ("Dime tres colores y dos animales", "1. a\n2. b\n3. c\n4. d\n5. e", False),
    ("Nenne drei Farben und zwei Tiere", "1. a\n2. b\n3. c\n4. d\n5. e", False),
]


@pytest.mark.parametrize(
    ("rule", "question", "answer"), [(rule, asked, answer) for rule, hits, _, answer in ASKED for asked in hits]
)
def test_a_form_is_asked_for_and_not_given(rule: str, question: str, answer: str) -> None:
    assert getattr(formats, rule)(Exchange(question, answer)) is not None


@pytest.mark.parametrize(
    ("rule", "question", "answer"), [(rule, asked, answer) for rule, _, misses, answer in ASKED for asked in misses]
)
def test_it_is_only_spoken_of(rule: str, question: str, answer: str) -> None:
    assert getattr(formats, rule)(Exchange(question, answer)) is None


@pytest.mark.parametrize(
    ("rule", "question", "answer"),
    [
        ("not_json", JSON[0], '{"author": "Austen"}'),
        ("not_json", JSON[0], '{"author": "Austen"}\n{"author": "Sand"}'),
        ("not_a_table", TABLES[0], "| Tee | Kaffee |\n|---|---|\n| mild | stark |"),
        ("not_a_list", LISTS[0], "- Tee\n- Kaffee"),
        ("more_than_one_word", ONE_WORD[0], "Lima."),
        ("too_many_words", FEWER_WORDS[0], "tee " * 11),
        *(("not_yes_or_no", asked, said) for asked in YES_OR_NO for said in ("Ja.", "Non, merci", "Sí", "**Não**")),
    ],
)
def test_what_was_asked_for_is_given(rule: str, question: str, answer: str) -> None:
    assert getattr(formats, rule)(Exchange(question, answer)) is None


@pytest.mark.parametrize(("question", "answer", "is_wrong"), COUNTED)
def test_things_are_counted(question: str, answer: str, is_wrong: bool) -> None:
    assert (formats.wrong_number_of_items(Exchange(question, answer)) is not None) == is_wrong


@pytest.mark.parametrize("answer", ["Ja", "Nein, danke.", "Oui.", "Tak", "Vielleicht", "Das kommt darauf an", "Forse"])
def test_yes_no_and_who_cannot_tell(answer: str) -> None:
    assert says_yes_or_no(answer)
    assert not says_yes_or_no(f"Tee, {answer}")
