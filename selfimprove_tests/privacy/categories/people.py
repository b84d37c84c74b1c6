"""Categories 22 and 23: people's names and street addresses, which the tagger finds."""

from collections.abc import Iterator
from typing import Any

from selfimprove_tests.privacy.categories.item import LOCALES, Fresh, Item

NAMED = {
    "en": ["my colleague {} will call you", "Best regards,\n{}", "is {} coming to dinner tonight?", "Dear {},"],
    "de": ["meine Nachbarin {} ist krank", "Viele Grüße\n{}"],
    "fr": ["je cherche un cadeau pour {}", "Cordialement,\n{}"],
    "es": ["ayer hablé con {} del viaje", "Un saludo,\n{}"],
    "it": ["domani vedo {} in ufficio", "Cordiali saluti,\n{}"],
    "nl": ["ik heb {} gisteren gesproken", "Met vriendelijke groet,\n{}"],
    "pl": ["wczoraj spotkałam {} w pracy", "Pozdrawiam,\n{}"],
    "pt": ["falei com {} sobre a viagem", "Um abraço,\n{}"],
}
LOWER = ["can you ask {} about the keys", "i had lunch with {} today", "my boss {} says no"]
FENCED = ["```\nDear {},\nsee you soon.\n```", '```json\n{"name": "{}"}\n```', "```csv\nname,age\n{},31\n```"]
LIVES = ["I live at {}", "please send it to {} by Friday", "Ship to:\n{}", "meine Adresse: {}", "mon adresse : {}"]


def full_name(made: Fresh, locale: str) -> str:
    own = _of(made, locale)
    return f"{own.first_name()} {own.last_name()}"


def _of(made: Fresh, locale: str) -> Any:
    return made.faker[locale]


def names(made: Fresh) -> Iterator[tuple[str, str]]:
    for locale in LOCALES:
        for template in made.random.sample(NAMED[locale[:2]], 2):
            yield template, full_name(made, locale)
    for template in LOWER:
        yield template, full_name(made, "en_US").lower()
    for template in FENCED:
        yield template, full_name(made, "en_GB")


def addresses(made: Fresh) -> Iterator[tuple[str, str]]:
    for locale in LOCALES:
        for template in made.random.sample(LIVES, 2):
            yield template, _of(made, locale).address()


def items(made: Fresh) -> Iterator[Item]:
    for category, texts in ((22, names(made)), (23, addresses(made))):
        yield from (Item(category, template.replace("{}", value), value) for template, value in texts)
