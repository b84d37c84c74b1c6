"""Categories 1 to 3: e-mail addresses in edge forms, hidden, and in other scripts."""

from collections.abc import Iterator

from selfimprove_tests.privacy.categories.item import Fresh, Item

TEXTS = [
    "write to {} please", "my mail is {}.", "<{}>", "mailto:{}?subject=hi", "contact ({}) or call", "cc: {}, thanks",
    "{}", "schreib mir an {} bitte", "mon adresse : {}", "mi correo es {}", "scrivimi a {}", "meu e-mail é {}",
    "mijn adres is {}", "mój adres to {}", '{"user": "{}"}', "user={}&page=2", "| bob | {} | ok |", "To: Bob <{}>;",
]  # fmt: skip
HIDDEN_TEXTS = [
    "you can reach me: {} ok", "email me, {} , soon", "mail: {}", "{}", "schreib an {} bitte", "contact {} for more",
    "mi correo: {} gracias", "mon mail {} merci",
]  # fmt: skip


def plain(made: Fresh) -> list[str]:
    one, two, host = made.name(), made.surname(), made.host()
    return [
        f"{one}.{two}+{made.word(4)}@{host}.com",
        f"{one}_{two}{made.d(2)}@mail.{host}.co.uk",
        f"o'{two}@{host}.ie",
        f"{one[0]}@{made.word(2)}.io",
        f"{made.number(6)}@{host}.museum",
        f"{one}-{two}@{made.number(3)}.com",
        f'"{one} {two}"@{host}.org',
        f"{one.title()}.{two.title()}@{host.upper()}.COM",
        f"{one}@a.b.c.{host}.photography",
        f"{one}~{two}@{host}.de",
        f"{one}.{two}@{host}.travel",
        f"#{one}&{two}@{host}.net",
    ]


def hidden(made: Fresh) -> list[str]:
    a, b = f"{made.name()}.{made.surname()}", made.host()
    c, e = made.name() + made.d(2), made.word(7)
    return [
        f"{a} [at] {b} [dot] com",
        f"{a}(at){b}(dot)org",
        f"{c} at {e} dot com",
        f"{c} AT {e} DOT co DOT uk",
        f"{c} @ {e} . net",
        f"{a}＠{b}.com",
        f"{c}\u200b@{e}\u200b.com",
        f"{c}\u00ad@{e[:3]}\u00ad{e[3:]}.org",
        " ".join(f"{c}@{e}.com"),
        f"{c}@{e}[.]com",
        f"{c} {{at}} {e} {{dot}} fr",
        f"{c}(ät){e}.de",
        f"{c} arroba {e} punto es",
        f"{c}[@]{e}(.)pl",
        f"{c}_at_{e}_dot_com",
        f"{a} at {b}.com",
    ]


def international(made: Fresh) -> list[str]:
    one, word = made.name(), made.word(5)
    cyrillic = made.of("абвгдеиклмнопрст", 6)
    han = made.of("天地人山水火木金土月", 3)
    return [
        f"{one}@müller-{word}.de",
        f"jürgen.{one}@{word}bücher.ch",
        f"{one}@xn--{word}-kva.com",
        f"{cyrillic}@пример-{made.of('абвгде', 4)}.рф",
        f"{han}@例子{made.of('天地人山水', 2)}.公司",
        f"info@{made.of('αβγδεκλμ', 6)}.ελ",
        f"संपर्क{made.d(2)}@डाटामेल.भारत",
        f"{one}@{word}.xn--p1ai",
        f"josé.{one}@españa{word}.es",
        f"{made.of('ابتجدرس', 5)}@{made.of('ابتجدرس', 5)}.شبكة",
    ]


def items(made: Fresh) -> Iterator[Item]:
    yield from made.placed(1, TEXTS, plain(made))
    yield from made.placed(2, HIDDEN_TEXTS, hidden(made))
    yield from made.placed(3, TEXTS, international(made))
