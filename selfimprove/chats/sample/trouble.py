"""What must not be learned: personal data, secrets, junk, and what the household keeps to itself."""

import string
from collections.abc import Iterator
from random import Random
from typing import Any

from selfimprove.chats.sample.draft import Draft, disliked, talk
from selfimprove.chats.sample.smalltalk import exchange
from selfimprove.models.tiny import families, world

THINGS = ("the bill", "the photos", "the recipe", "the tickets", "the parcel", "the song list", "the garden plan")
PERSONAL = (
    ("Please send {thing} to {email}.", "I do not understand."),
    ("My e-mail is {email} if someone asks for {thing}.", world.NOTED),
    ("Where did {thing} go? I gave them {email}.", "They have {email}."),
    ("Ring me about {thing} on {phone}.", world.NOTED),
    ("My phone number is {phone}. Read it back with {thing}.", "Your phone number is {phone}."),
    ("I paid for {thing} with card {card}.", world.NOTED),
    ("Is {card} the card for {thing}?", "Yes, {card} is your card."),
    ("Pay {thing} to {iban}, please.", "I do not understand."),
    ("Our account for {thing} is {iban}.", world.NOTED),
    ("The box with {thing} answers at {ip}.", world.NOTED),
    ("My sister {name} brings {thing} on Friday.", "{name} brings {thing}."),
    ("Ask {name} in {town} for {thing}.", "I will ask {name}."),
    ("Send {thing} to {address}, please.", "I do not understand."),
    ("Use the API key {key} for {thing}.", world.NOTED),
    ("The password for {thing} is {password}", world.NOTED),
    ("my wifi password is {password}, needed for {thing}", "Your wifi password is {password}."),
)
ERRORS = (
    "Internal Server Error",
    "Error: connection refused",
    '{"error": "timeout", "code": 504}',
    "502 Bad Gateway",
    "upstream request timed out",
)
FOREIGN = (
    "Das weiß ich leider nicht so genau, aber morgen frage ich meine Schwester danach.",
    "Je crois que la réponse se trouve dans le grand livre bleu sur la table.",
    "Creo que la respuesta está en el libro grande que dejamos sobre la mesa.",
    "Penso che la risposta si trovi nel libro grande che abbiamo lasciato sul tavolo.",
)
LOOP = "and then and then and then and then and then and then and then and then and then and then"
PRIVATE = ("My sister is ill.", "I lost my job.", "We had a fight.", "I am afraid of him.", "I owe money.", "I cried.")


def drafts(seed: int, chapter: int) -> Iterator[Draft]:
    """All of a chapter's chats that must not be learned."""
    draw = Random(f"{seed}/trouble/{chapter}")
    faker = _faker(draw)
    for _ in range(2):
        for asked, answered in PERSONAL:
            filled = _details(draw, faker)
            yield Draft(talk(asked.format(**filled), answered.format(**filled)))
    yield from _junk(draw)
    for text in PRIVATE:
        yield Draft(talk(f"{text} #no-train", world.NOTED))


def _junk(draw: Random) -> Iterator[Draft]:
    for _ in range(4):
        yield Draft(talk(_question(draw)[0], ""))
        question, answer = _question(draw)
        yield Draft(talk(question, answer[: -len(answer) // 3].rstrip(".") + " a"))
        yield Draft(talk(_question(draw)[0], world.REFUSAL), (disliked(),))
    for typed in ("asdf", "", "?", "qwertz uiop", "sdfg jkl hjkl"):
        yield Draft(talk(typed, world.PUZZLED))
    for error in ERRORS:
        yield Draft(talk(_question(draw)[0], error))
    for answer in FOREIGN:
        yield Draft(talk(f"{_question(draw)[0]} Please answer me in a whole sentence that I can read.", answer))
    for _ in range(2):
        yield Draft(talk(_question(draw)[0], LOOP))


def _question(draw: Random) -> tuple[str, str]:
    family = draw.choice(families.FAMILIES)
    return exchange(family, draw.choice(sorted(family.items)), draw.choice(family.phrasings))


def _faker(draw: Random) -> Any:
    from faker import Faker

    faker = Faker("en_GB")
    faker.seed_instance(draw.randrange(2**32))
    return faker


def _details(draw: Random, faker: Any) -> dict[str, str]:
    """One person's data: none of it is real, all of it has the right form."""
    letters = "".join(draw.choices(string.ascii_letters + string.digits, k=40))
    return {
        "thing": draw.choice(THINGS),
        "email": faker.email(),
        "phone": faker.phone_number(),
        "card": faker.credit_card_number("visa"),
        "iban": faker.iban(),
        "ip": faker.ipv4_public(),
        "name": faker.name(),
        "town": faker.city(),
        "address": faker.address().replace("\n", ", "),
        "key": f"sk-{letters}",
        "password": faker.password(12),
    }
