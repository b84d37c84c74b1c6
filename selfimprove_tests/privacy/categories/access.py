"""Categories 14 to 16: links with credentials, passwords in prose and commands, public addresses."""

from collections.abc import Iterator

from selfimprove_tests.privacy.categories.item import Fresh, Item
from selfimprove_tests.privacy.made import DIGITS, HEX, LOWER, UPPER, WORD

LINK_TEXTS = ["open {} now", "{}", "url: {}", "siehe {} bitte", "curl '{}'", "<{}>", "DATABASE_URL={}", "voir {} merci"]
SAID = [
    "my password is {}", "the wifi password is {} if you need it", "password: {}", "login bob, pass {}", "pw {} works",
    "mein Passwort ist {}", "das Kennwort lautet {}, danke", "Passwort: {}", "WLAN-Passwort: {}",
    "mon mot de passe est {}", "mot de passe : {}", "mdp: {}", "mi contraseña es {}", "contraseña: {}",
    "la contraseña del wifi es {}", "minha senha é {}", "senha: {}", "la mia password è {}", "mijn wachtwoord is {}",
    "moje hasło to {}", "hasło: {}", "I always use {} as my password", "the admin password was changed to {}",
    "log in with admin / {}", "user: root, password: {}", "try {} as the password", "unlock it with passphrase {}",
    "**Password:** {}", "<b>Passwort:</b> {}", "password:\n{}", "| Password | {} |", "мой пароль {}", "密码是{}",
]  # fmt: skip
GIVEN = [
    "mysql -u root -p{} shop", "curl -u admin:{} https://host/", "sshpass -p '{}' ssh host", "--password={}",
    "PGPASSWORD={} psql", 'password = "{}"', "DB_PASS={}", "docker login -u bob -p {}", "passwd: '{}'",
    "redis-cli -a {} ping", "net use \\\\srv\\c$ /user:bob {}", "-Dpassword={}", "'pass' => '{}',",
    "<password>{}</password>", "Server=db;Uid=sa;Pwd={};", "echo '{}' | sudo -S reboot",
]  # fmt: skip
PINS = ["my PIN is {}", "PIN: {}", "mein PIN ist {}", "le code PIN est {}", "el PIN es {}", "pin code {}", "o PIN é {}"]


def links(made: Fresh) -> list[str]:
    user, word, host, key = made.name(), made.key(12), f"{made.host()}.com", made.key
    return [
        f"https://{user}:{word}@{host}/path",
        f"postgres://{user}:{word}@db.{host}:5432/app",
        f"mongodb+srv://{user}:{word}@cluster0.{made.word()}.mongodb.net/test",
        f"redis://:{word}@{host}:6379/0",
        f"mysql://{user}:{word}@{made.ipv4()}/shop?ssl=true",
        f"https://b.s3.amazonaws.com/k.pdf?X-Amz-Credential={made.word()}&X-Amz-Signature={made.of(HEX, 64)}",
        f"https://storage.googleapis.com/b/o?X-Goog-Signature={made.of(HEX, 128)}&X-Goog-Expires=900",
        f"https://acc.blob.core.windows.net/c/f?sv=2022-11-02&sr=b&sp=r&sig={key(43)}%3D",
        f"https://hooks.slack.com/services/T{made.of(UPPER + DIGITS, 8)}/B{made.of(UPPER + DIGITS, 8)}/{key(24)}",
        f"https://discord.com/api/webhooks/{made.number(18)}/{key(68)}",
        f"https://{host}/reset-password?token={key(32)}",
        f"https://{host}/users/password/edit?reset_password_token={key(20)}",
        f"https://{host}/verify/{key(40)}",
        f"amqp://{user}:{word}@rabbit.{host}:5672/%2f",
        f"https://{made.of(HEX, 32)}@o{made.number(6)}.ingest.sentry.io/{made.number(7)}",
        f"https://{key(40)}@github.com/{user}/repo.git",
        f"ftp://{user}:{word}@ftp.{host}/pub",
        f"https://{host}/invite/{key(22)}",
    ]


def passwords(made: Fresh) -> list[str]:
    """Of the kinds people choose: with signs, a word and a year, a phrase, random."""
    return [
        made.of(UPPER, 1) + made.of(LOWER, 6) + made.d(2) + made.of("!$#%&*", 1),
        made.word(6).title() + str(made.random.randint(1950, 2026)) + made.pick("!", "?", "#", ""),
        made.of(WORD + "!@#%^&*-_+", 7) + made.of(LOWER, 2) + made.d(1) + made.of(UPPER, 1),
        f"{made.word(5)}-{made.word(4)}-{made.word(6)}-{made.d(2)}",
        made.word(7).replace(made.word(1), "4") + made.d(3),
        made.word(4).title() + "@" + made.d(4),
        made.faker.password(12),  # signs anywhere, brackets among them
        made.faker.password(12),
    ]


def v6(made: Fresh) -> str:
    return f"2a0{made.number(1)}:" + ":".join(made.of("123456789", 1) + made.of(HEX, 3) for _ in range(7))


def addresses(made: Fresh) -> list[tuple[str, str]]:
    v4, prefix = made.ipv4, f"2a0{made.number(1)}:{made.number(1)}{made.of(HEX, 3)}"
    return [
        ("from {} port 22", v4()),
        ("{} - - [10/Oct/2023:13:55:36] GET /", v4()),
        ("connect to {}:8443", v4()),
        ("http://{}/admin", v4()),
        ("seen {} twice", v4().replace(".", "[.]")),
        ("hxxp://{}/x", v4().replace(".", "[.]", 1)),
        ("blocked {}", v4().replace(".", "(.)")),
        ("my ip is {}", v4()),
        ("addr {} ok", v6(made)),
        ("[{}]:443", v6(made)),
        ("ping6 {}", f"{prefix}::{made.of('123456789', 1)}{made.of(HEX, 2)}f"),
        ("mapped {}", f"::ffff:{v4()}"),
        ("range {}/24 is theirs", v4()),
        ("meine IP: {}", v4()),
        ("X-Forwarded-For: {}, 10.0.0.1", v4()),
    ]


def items(made: Fresh) -> Iterator[Item]:
    yield from made.placed(14, LINK_TEXTS, links(made))
    yield from made.placed(15, made.random.sample(SAID, 14), [word for _ in range(3) for word in passwords(made)][:14])
    yield from made.placed(15, made.random.sample(GIVEN, 8), [word for _ in range(2) for word in passwords(made)][:8])
    yield from made.placed(15, PINS, [made.number(4), made.number(6), made.number(4)])
    for template, value in addresses(made):
        yield Item(16, template.replace("{}", value), value)
