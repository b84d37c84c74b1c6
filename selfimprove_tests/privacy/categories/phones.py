"""Categories 4 to 6: phone numbers, international, national and disguised."""

from collections.abc import Iterator

from selfimprove_tests.privacy.categories.item import Fresh, Item
from selfimprove_tests.privacy.made import DIGITS

TEXTS = [
    "call me on {} tonight", "my number is {}.", "phone: {}", "Tel. {}", "{}", "reach her at {} or by mail",
    "ruf mich an: {}", "meine Handynummer ist {}", "mon portable : {}", "appelle-moi au {}", "mi teléfono es {}",
    "llámame al {}", "il mio cellulare è {}", "meu telefone é {}", "bel me op {}", "mój numer telefonu to {}",
    "text {} when you arrive", "WhatsApp {} works best",
]  # fmt: skip
BARE = ["{} is what I was given", "that was {}, I think", "after six it is {} again", "Bob Smith, {}, Boston"]
COUNTRIES = (
    "DE", "FR", "IN", "GB", "JP", "BR", "CN", "CZ", "US", "NL", "IT", "ES", "PL", "SE", "AU", "CH", "AT", "MX", "ZA",
    "KR", "IE", "PT", "TR", "UA", "NG", "IL", "SG", "AR", "BE", "DK",
)  # fmt: skip
NATIONAL = {
    "US": ("(%##) %##-####", "%##-%##-####", "%##.%##.####", "1-800-%##-####", "%## %## ####"),
    "UK": ("020 7### ####", "07### ######", "0161 496 ####", "(01865) ######", "07###-######"),
    "DE": ("030 %#######", "0171 %######", "089/%######", "(0221) %#####-##", "0151-%#######"),
    "FR": ("06 ## ## ## ##", "01.42.##.##.##", "07-##-##-##-##", "04########"),
    "AU": ("04## ### ###", "(02) 9### ####", "1300 %## ###"),
    "ES": ("6## ## ## ##", "91 %## ## ##", "6## ### ###"),
    "RU": ("8 (495) %##-##-##", "8 9## %##-##-##", "8-9##-%##-##-##"),
}
WORDS = {
    "en": ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
    "de": ["null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"],
    "fr": ["zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"],
    "es": ["cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"],
}


def international(made: Fresh) -> list[str]:
    import phonenumbers
    from phonenumbers import PhoneNumberFormat, PhoneNumberType

    values = []
    for country in made.random.sample(COUNTRIES, 10):
        example = phonenumbers.example_number_for_type(country, PhoneNumberType.MOBILE)
        digits = str(example.national_number)
        example.national_number = int(digits[:-5] + made.number(5))
        style = made.random.choice((PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.E164))
        values.append(phonenumbers.format_number(example, style))
    return [
        *values,
        made.shaped("+44 (0)20 7### ####"),
        made.shaped("0044 7### ######"),
        made.shaped("011 44 20 7### ####"),
        made.shaped("+1.212.%##.####"),
        made.shaped("(+49) 170/%######"),
        made.shaped("+420-6##-###-###"),
    ]


def national(made: Fresh) -> list[str]:
    return [made.shaped(made.pick(*shapes)) for shapes in NATIONAL.values()]


def disguised(made: Fresh) -> list[str]:
    number, local = made.shaped("+49 170 %######"), made.shaped("%##-%##-####")
    wide, arabic = str.maketrans(DIGITS, "０１２３４５６７８９"), str.maketrans(DIGITS, "٠١٢٣٤٥٦٧٨٩")
    spoken = made.random.choice(list(WORDS.values()))
    return [
        number.translate(wide),
        number.translate(arabic),
        number.replace(" ", "\u00a0"),
        local.replace("-", "\u2011"),
        local.replace("-", " – "),
        " ".join(made.shaped("017%#######")),
        " ".join(WORDS["en"][int(digit)] for digit in made.shaped("%##%##%###")),
        " ".join(spoken[int(digit)] for digit in made.shaped("0%#######")),
        "-".join(made.shaped("%##%##%###")),
        f"five five five {made.d(3)} {made.d(4)}",
    ]


def items(made: Fresh) -> Iterator[Item]:
    yield from made.placed(4, TEXTS + BARE, international(made))
    yield from made.placed(5, TEXTS, national(made))
    yield from made.placed(5, BARE, national(made))
    yield from made.placed(6, TEXTS, disguised(made))
