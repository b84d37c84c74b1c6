"""What one turn asks for and the next gives is masked; ordinary answers stay."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfimprove.privacy import gate, turns
from selfimprove.privacy.fold import fold
from selfimprove.privacy.redact import Redacted, find, locate, redact
from selfimprove_tests.cost import is_within
from selfimprove_tests.privacy.made import LOWER, Made

MADE = Made(149)
BORN = f"{MADE.random.randint(10, 28)}.0{MADE.random.randint(1, 9)}.19{MADE.random.randint(50, 99)}"
VALUES = {
    "SECRET": MADE.key(16), "PASSWORD": MADE.password(), "BIRTH_DATE": BORN, "PHONE": f"555{MADE.number(4)}",
    "IBAN": MADE.number(8), "NATIONAL_ID": f"C{MADE.number(8)}", "VEHICLE": f"B-XY {MADE.number(4)}",
}  # fmt: skip


def given_in(question: str, answer: str) -> list[tuple[str, str]]:
    """Type and text of what is masked in the second of two turns; in the first nothing may be."""
    first, second = locate([question, answer])
    assert first == []
    return [(span.type, answer[span.start : span.end]) for span in second]


@pytest.mark.parametrize(
    ("type_", "question"),
    [
        ("SECRET", "What is your API key?"), ("SECRET", "Send me your access token."),
        ("SECRET", "Wie lautet der API-Schlüssel?"), ("SECRET", "Quelle est la clé d'API ?"),
        ("SECRET", "¿Cuál es la clave de API?"), ("SECRET", "Qual é a chave de API?"),
        ("SECRET", "Qual è la chiave API?"), ("SECRET", "Wat is je API-sleutel?"), ("SECRET", "Podaj klucz API."),
        ("PASSWORD", "Please give me the admin password."), ("PASSWORD", "Password:"),
        ("PASSWORD", "Can I have your password, please?"), ("PASSWORD", "What's the password for the admin account?"),
        ("PASSWORD", "I can do that.\n\nWhat is your Wi-Fi password? (I will not keep it.)"),
        ("PASSWORD", "Wie lautet dein Passwort?"), ("PASSWORD", "Kannst du mir bitte dein Passwort nennen?"),
        ("PASSWORD", "Quel est votre mot de passe ?"), ("PASSWORD", "¿Cuál es tu contraseña?"),
        ("PASSWORD", "Qual é a sua senha?"), ("PASSWORD", "Qual è la tua password?"),
        ("PASSWORD", "Wat is je wachtwoord?"), ("PASSWORD", "Jakie jest Twoje hasło?"), ("PASSWORD", "Podaj hasło."),
        ("BIRTH_DATE", "What is your date of birth?"), ("BIRTH_DATE", "Wie ist dein Geburtsdatum?"),
        ("BIRTH_DATE", "Darf ich bitte Ihr Geburtsdatum wissen?"),
        ("BIRTH_DATE", "Quelle est votre date de naissance ?"),
        ("BIRTH_DATE", "¿Cuál es tu fecha de nacimiento?"), ("BIRTH_DATE", "Qual é a sua data de nascimento?"),
        ("BIRTH_DATE", "Qual è la tua data di nascita?"), ("BIRTH_DATE", "Wat is je geboortedatum?"),
        ("BIRTH_DATE", "Jaka jest Twoja data urodzenia?"),
        ("BIRTH_DATE", "When were you born?"), ("BIRTH_DATE", "Wann bist du geboren?"),
        ("BIRTH_DATE", "¿Cuándo naciste?"), ("BIRTH_DATE", "Quando você nasceu?"), ("BIRTH_DATE", "Quand es-tu né ?"),
        ("BIRTH_DATE", "Wanneer ben je geboren?"), ("BIRTH_DATE", "Kiedy się urodziłeś?"),
        ("PASSWORD", "ok, and the password is?"), ("SECRET", "Paste your API key here:"),
        ("PHONE", "Puis-je avoir votre numéro de téléphone ?"), ("PHONE", "Mi serve il tuo numero di telefono."),
        ("PASSWORD", "Ik heb je wachtwoord nodig."), ("PASSWORD", "Mi dici la tua password?"),
        ("PHONE", "What is your phone number?"), ("PHONE", "What's your number?"),
        ("PHONE", "Could you share your phone number so that we can call you back?"),
        ("PHONE", "Wie lautet Ihre Telefonnummer?"), ("PHONE", "Quel est votre numéro de téléphone ?"),
        ("PHONE", "¿Cuál es tu número de teléfono?"), ("PHONE", "Qual é o seu telefone?"),
        ("PHONE", "Qual è il tuo numero di telefono?"), ("PHONE", "Wat is je telefoonnummer?"),
        ("PHONE", "Podaj numer telefonu."),
        ("IBAN", "What is your account number?"), ("IBAN", "Nennen Sie mir bitte Ihre Kontonummer."),
        ("IBAN", "Quel est votre numéro de compte ?"), ("IBAN", "¿Cuál es tu número de cuenta?"),
        ("NATIONAL_ID", "What is your passport number?"), ("NATIONAL_ID", "Wie lautet deine Passnummer?"),
        ("NATIONAL_ID", "Which number is on your driving licence? I mean, what is your license number?"),
        ("VEHICLE", "What is your license plate?"), ("VEHICLE", "Wie ist Ihr Kennzeichen?"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("answer", ["{}", "Sure, it's {}.", "{}\n\nCan you go on now?", "`{}`", "ok: {}, thanks"])
def test_what_was_asked_for_is_masked(type_: str, question: str, answer: str) -> None:
    value = VALUES[type_]
    assert [text for _, text in given_in(question, answer.format(value))] == [value]


@pytest.mark.parametrize(
    "question",
    [
        "Please enter your PIN", "Bitte gib deine PIN ein.", "Wie ist deine PIN?", "Entrez votre code PIN :",
        "Introduce tu código PIN", "Insira o código PIN", "Inserisci il codice PIN.", "Voer je pincode in.",
        "Wpisz kod PIN.", "Enter the code we sent you.", "What is the CVV?", "Wie lautet der Sicherheitscode?",
        "What is the security code of the card?",
    ],
)  # fmt: skip
def test_codes_of_few_digits(question: str) -> None:
    pin = MADE.number(4)
    assert given_in(question, pin) == given_in(question, f"{pin}.") == [("PASSWORD", pin)]
    assert given_in(question, f"{pin} of them were wrong") == []


@pytest.mark.parametrize("before", ["", "ja, ", "klar, es ist ", "oui, c'est ", "es ", "It is ", "sim, é ", "tak, to "])
def test_a_plain_word_is_a_password_where_it_is_all_there_is(before: str) -> None:
    word = MADE.of("bcdfgklm", 7)
    assert given_in("What is your password?", f"{before}{word}") == [("PASSWORD", word)]
    assert given_in("What is your password?", f"{before}{word} is what I was told by them") == []


@pytest.mark.parametrize("between", [" ", " / ", "\n", " and ", ", "])
def test_the_second_of_two_that_were_asked_for(between: str) -> None:
    password = MADE.password()
    asked = "What are your username and password?"
    assert given_in(asked, f"{MADE.word()}{between}{password}") == [("PASSWORD", password)]
    assert [type_ for type_, _ in given_in(asked, f"{MADE.email()}{between}{password}")] == ["EMAIL", "PASSWORD"]


@pytest.mark.parametrize(
    "question",
    [
        "What are your name, date of birth and phone number?", "Please tell me your name, date of birth, phone number.",
        "I need:\n- your name\n- your date of birth\n- your phone number",
        "Ihr Name, Geburtsdatum und Telefonnummer bitte?",
        "Please provide the following:\n\n1. Full name\n2. Date of birth\n3. Phone number\n",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "answer",
    [
        "{0}, {1}, {2}", "{0}\n{1}\n{2}", "- {0}\n- {1}\n- {2}", "1. {0}\n2. {1}\n3. {2}", "{1}, {2}",
        "Sure: {0}, {1}, {2}",
    ],
)
def test_items_of_a_list(question: str, answer: str) -> None:
    said = answer.format("Rut Berg", BORN, VALUES["PHONE"])
    assert given_in(question, said) == [("BIRTH_DATE", BORN), ("PHONE", VALUES["PHONE"])]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What is your password policy?", "12 characters, one of them a digit"),
        ("What is your password policy?", "We require 12 characters"),
        ("What is your password?", "12-character passwords are what I use everywhere"),
        ("What is your password?", "Sorry"), ("What is your password?", "Well, Straße, I believe"),
        ("What is your password?", "Sorry! I cannot tell you."),
        ("What is your password?", "I forgot it."), ("Your password?", "Nope!"),
        ("What is your password?", "Why?"), ("What is your password?", "I cannot tell you that, sorry."),
        ("What is a strong password?", "Correct-Horse-9, for one"), ("What is a PIN?", "4821"),
        ("What is the most common password?", "123456"), ("What is the capital of Germany?", "Berlin"),
        ("When did you change your password?", "12.03.2024"), ("How many people have a passport?", "150000."),
        ("How do I reset my password?", "1. Open the settings.\n2. Click 2FA."),
        ("Which app is this password for?", "GitLab"), ("Is your password safe?", "Absolutely"),
        ("What is the largest number?", "1234567"), ("What is the population of your city?", "1234567"),
        ("Which GPIO pin?", "1234"), ("What is the order number?", "48213"), ("I need the primary key.", "user_id2"),
        ("What does your API key open?", "x-large storage on S3 buckets"),
        ("What is the API key format?", "sk_32chars"),
        ("What is your phone number format?", "5552368 or 555-2368 will do"), ("What time is it?", "1200"),
        ("Never share your password.", "2FA is on"), ("What was the date of the birth of the web?", "12.03.1989"),
        ("Which hash is used for the password?", "SHA-256"), ("What encryption is used for passwords?", "bcrypt"),
        ("What is the German word for password?", "Passwort"), ("Was ist das Wort für password?", "Passwort"),
        ("What is your PIN, and what time is it?", "10:30"), ("Tell me the time and your PIN.", "10:30"),
        ("When was the web born?", "12.03.1989"), ("When is your birthday party?", "12.03.2024"),
        ("I changed my password.", "Great, 2 more steps to go"), ("Wie lautet die Passwortrichtlinie?", "12 Zeichen"),
        ("Wie ändere ich mein Passwort?", "Einstellungen"), ("Comment changer mon mot de passe ?", "Paramètres"),
    ],
)  # fmt: skip
def test_ordinary_answers_stay(question: str, answer: str) -> None:
    assert given_in(question, answer) == []


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Rozwiąż krzyżówkę. Jakie to hasło?", "Warszawa"), ("¿Cuál es la clave de sol?", "Sol2"),
        ("What is the password to the doors of Moria?", "Mellon"),
        ("Solve the riddle: what's the password?", "Rhubarb"),
        ("Quel est le mot de passe d'Ali Baba ?", "Sésame"), ("What's the password in that movie?", "Swordfish"),
        ("What's the pin number of MOSI on an ESP32?", "GPIO23"),
        ("Löse das Rätsel: Wie lautet das Passwort?", "Tulpe"),
        ("I play a game. What is the password of level 3?", "Marble"), ("In the book, what is the password?", "Friend"),
        ("Give me twelve random words. Give me the secret words", " ".join(MADE.word(6) for _ in range(12))),
        ("Suggest a username. What handle should I use on Instagram?", "@sunny_days_22"),
    ],
)  # fmt: skip
def test_riddles_stories_and_suggestions_have_no_owner(question: str, answer: str) -> None:
    assert given_in(question, answer) == []


@pytest.mark.parametrize(
    "question",
    [
        "That was a nice riddle. Now, what is your password?", "I suggest a reset. What is the current password?",
        "To buy the game I need the password: what is the password?", "Wie lautet dein Passwort für das Rätsel?",
    ],
)  # fmt: skip
def test_beside_them_what_is_somebodys_own_is_asked_for(question: str) -> None:
    assert given_in(question, VALUES["PASSWORD"]) == [("PASSWORD", VALUES["PASSWORD"])]
    word = MADE.of("bcdfgklm", 7)
    assert given_in("Nice game. What is your password?", word) == [("PASSWORD", word)]


def test_a_plain_word_that_answers_is_known_nowhere_else() -> None:
    word = MADE.of("bcdfgklm", 9)
    assert redact(["What is your password?", word, f"I like {word}."]).texts[1:] == ("[PASSWORD_1]", f"I like {word}.")
    told = redact([f"My password is {word}.", f"I like {word}."]).texts
    assert told == ("My password is [PASSWORD_1].", "I like [PASSWORD_1].")


def test_the_value_is_known_in_the_whole_chat() -> None:
    key = MADE.key(16)
    chat = [f"I lost {key}.", "What is your API key?", f"here you go: {key}", f"Is {key} right?"]
    assert redact(chat) == Redacted(
        ("I lost [SECRET_1].", "What is your API key?", "here you go: [SECRET_1]", "Is [SECRET_1] right?"),
        {"SECRET": 3},
    )


def test_only_the_next_turn_answers() -> None:
    pin = MADE.number(4)
    assert locate(["Please enter your PIN", "One moment.", pin]) == [[], [], []]
    assert locate([pin, "Please enter your PIN"]) == [[], []]
    assert locate(["Please enter your PIN", "", pin]) == [[], [], []]


def test_spans_are_code_points_of_the_answer() -> None:
    password = MADE.password()
    answer = f"\u200bJa\u200b, \u00adnatürlich: {password} 你"
    (span,) = locate(["Wie lautet dein Pass\u200bwort?", answer])[1]
    assert answer[span.start : span.end] == password


ASKED = ["What is your password?", "PIN?", "Username and password?", "What is your phone number?", "Your API key?"]
GIVEN = [
    MADE.number(4), MADE.password(), MADE.key(16), f"555{MADE.number(4)}", MADE.email(), MADE.word(), "sure, ", "ok ",
    " and ", "\n", ": ", "it's ", "/", "[PASSWORD_1]", BORN,
]  # fmt: skip
ANSWERS = st.lists(st.sampled_from(GIVEN) | st.text(max_size=4), max_size=6).map("".join)


@settings(max_examples=200, deadline=None, print_blob=True)
@given(st.lists(ANSWERS | st.tuples(ANSWERS, st.sampled_from(ASKED)).map("\n".join), min_size=1, max_size=5))
def test_redacting_redacted_turns_changes_nothing(texts: list[str]) -> None:
    once = redact(texts)
    assert redact(once.texts) == Redacted(once.texts, {})


@settings(max_examples=100, deadline=None, print_blob=True)
@given(st.sampled_from(ASKED), ANSWERS)
def test_the_gate_changes_nothing(question: str, answer: str) -> None:
    asked, said = fold(question).text, fold(answer).text
    assert turns.given(asked, said) == turns.given(asked, said, gate.keywords)
    assert turns.given(asked, said) == turns.given(asked, said, gate.everything)


HOSTILE = {
    "words": lambda n: "password " * (n // 9),
    "questions": lambda n: "what is your password? " * (n // 23),
    "letters": lambda n: "a" * n,
    "fillers": lambda n: "sure, " * (n // 6),
    "lists": lambda n: "\n- pin" * (n // 6),
    "items": lambda n: "a, " * (n // 3),
    "no ends": lambda n: "give me the password for the password of " * (n // 41),
    "lines": lambda n: "pin\n" * (n // 4),
}  # fmt: skip


@pytest.mark.parametrize("question", HOSTILE)
@pytest.mark.parametrize("answer", HOSTILE)
def test_time_grows_with_the_turns_and_not_faster(question: str, answer: str) -> None:
    small, large = ([HOSTILE[question](size), HOSTILE[answer](size)] for size in (10_000, 100_000))
    locate(small)
    assert is_within(10 * 2.5, lambda: locate(large), lambda: locate(small))


def test_a_turn_costs_little_whatever_it_asks_for() -> None:
    labels = ("1a, " * 8 + "pin, " * 70, "4x " + "password and pin and api key for " * 11, "@ " * 10 + "pin?\n" * 80)
    for text in labels:
        chat = [text] * 60
        assert is_within(60, lambda chat=chat: locate(chat), lambda chat=chat: [find(one) for one in chat])


def test_few_answers_are_read_again() -> None:
    words = [random.Random(seed).choices(["red", "green", "walks", "over", "hills"], k=12) for seed in range(20)]
    assert not any(turns.may_answer(f"{' '.join(one).capitalize()}, and 12 more.") for one in words)
    assert turns.may_answer(MADE.of(LOWER, 8))
