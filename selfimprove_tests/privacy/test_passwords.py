"""Passwords in sentences of eight languages, in code and on command lines."""

import pytest

from selfimprove_tests.privacy.made import Made
from selfimprove_tests.privacy.masks import found, masks

MADE = Made(107)
SAID = [
    "my password is {}",
    "My password is {}, ok?",
    "The password for my router is {}",
    "the password was changed to {}",
    "password is set to {}",
    "I changed my password from {} yesterday",
    "the wifi password's {}",
    "use the password {} to log in",
    "user admin / pass {}",
    "credentials: admin / {}",
    "login: admin password: {}",
    "pw: {}",
    "psw: {}",
    "pass: {}",
    "Password - {}",
    "password → {}",
    "my password is '{}'",
    "I use {} as my password",
    "ich nehme {} als mein Passwort",
    "(pw {})",
    "here's my password {}",
    "machine host login bob password {}",
    "wifi key: {}",
    "das WLAN-Passwort ist {}",
    "mein Bankpasswort: {}",
    "mein Passwort ist {}",
    "Das Kennwort lautet {}",
    "mon mot de passe est {}",
    "mdp : {}",
    "mi contraseña es {}",
    "contraseña: {}",
    "contrasen\u0303a: {}",
    "la clave es {}",
    "minha senha é {}",
    "a palavra-passe é {}",
    "la mia password è {}",
    "la parola d'ordine è {}",
    "mijn wachtwoord is {}",
    "moje hasło to {}",
    "hasło: {}",
    "mijn wachtwoord is nu {}",
    "my password is {} and it does not work",
    "wlan passwort {}",
    "my password at https://example.org is {}",
    "Password for https://example.org/login: {}",
]
LAST = [text for text in SAID if text.endswith("{}")]
GIVEN = [
    'password = "{}"',
    "password: {}",
    '"password": "{}"',
    "DB_PASSWORD={}",
    "export PGPASSWORD={}",
    "config['password'] = '{}'",
    "password => '{}',",
    "pwd={}",
    "Server=db;User Id=sa;Password={};",
    "jdbc:mysql://host/db?user=root&password={}",
    "mysql -u root -p{} shop",
    "sshpass -p {} ssh host",
    "curl -u admin:{} https://host/",
    "docker login --password {} registry",
    "tool --password={}",
    '{{\\"password\\": \\"{}\\"}}',
    '{{"pass":"{}"}}',
    "{{'user': 'bob', 'pass': '{}'}}",
]
MARKED = [
    "**Password:** {}", "- **Passwort:** {}", "__Password:__ {}", "**Password**: {}", "<b>Password:</b> {}",
    "<td>Password:</td><td>{}</td>", "Password (wifi): {}", "Password\t{}", "password:\n{}", "**Password:**\n- {}",
    "Passwort:\n\n{}", "| Password | {} |", "| user | password |\n|---|---|\n| bob | {} |", "user,password\nbob,{}",
    "name;Passwort;mail\r\nbob;x;y\r\nann;{};z", "user\tpass\tport\nbob\t{}\t22", "мой пароль {}", "пароль: {}",
    "密码是{}", "密碼：{}", "パスワードは{}です", "비밀번호는 {}", "كلمة المرور {}", "şifrem {}",
]  # fmt: skip


@pytest.mark.parametrize("text", SAID + GIVEN + MARKED)
def test_passwords_are_found(text: str) -> None:
    password = MADE.password()
    assert masks(text.format(password), password)


@pytest.mark.parametrize(
    "text",
    [
        "my PIN is {}", "PIN: {}", "change the pin to {}", "PIN {}", "the pin code for my card is {}",
        "mein PIN ist {}", "cvv {}",
    ],
)  # fmt: skip
def test_pins_are_found(text: str) -> None:
    pin = MADE.number(4)
    assert masks(text.format(pin), pin)


def test_phrases_of_words_are_found_to_the_end_of_the_line() -> None:
    phrase = " ".join(MADE.word(6) for _ in range(4))
    assert found(f"passphrase: {phrase}") == [("PASSWORD", phrase)]
    assert found(f"my passphrase is {phrase}.\nok") == [("PASSWORD", phrase)]
    assert found("passphrase: enter four words here") == []
    assert found("the passphrase is stored where nobody looks") == []
    assert found("the passphrase is four words that you choose, says Ada") == []


@pytest.mark.parametrize("text", ['{{"pin":"{}"}}', "{{'pin': {}}}", "**PIN:** {}"])
def test_pins_are_found_in_layout(text: str) -> None:
    pin = MADE.number(4)
    assert masks(text.format(pin), pin)


@pytest.mark.parametrize("text", ["**API Key:** {}", "__API key:__ {}", "<b>API key:</b> {}", "**API Key**: {}"])
def test_keys_are_found_in_layout(text: str) -> None:
    key = MADE.key(20)
    assert masks(text.format(key), key)


@pytest.mark.parametrize("text", ["Passwort: {}", "password={}", "mot de passe : {}", "senha: {}", "**Password:** {}"])
def test_random_passwords_are_found_whole(text: str) -> None:
    """With every sign that Faker draws: brackets, dollars and percent signs at the front too."""
    from faker import Faker

    faker = Faker()
    faker.seed_instance(107)
    passwords = [faker.password(12) for _ in range(200)]
    missed = [password for password in passwords if not masks(text.format(password), password)]
    assert len(missed) <= 1, missed


@pytest.mark.parametrize("text", [*LAST, "password={}", "password: {}", "PGPASSWORD={}", "mysql -u root -p{}"])
@pytest.mark.parametrize("end", [".", ",", ";"])
def test_a_sentence_ends_after_a_password(text: str, end: str) -> None:
    password = MADE.password()
    assert [value for _, value in found(text.format(password + end))] == [password]


def test_a_mark_within_quotes_is_part_of_a_password() -> None:
    password = MADE.password() + "."
    assert found(f'{{"password": "{password}"}}') == [("PASSWORD", password)]


def test_weak_looks_count_beside_an_owner() -> None:
    weak = MADE.word(6) + MADE.number(2)
    assert found(f"here's my password {weak}") == [("PASSWORD", weak)]
    assert found(f"wlan passwort {weak}") == found(f"the wifi password {weak} ok") == [("PASSWORD", weak)]
    assert found(f"a password {weak}") == []
    phrase = "-".join(MADE.word(5) for _ in range(3))
    assert found(f"pass phrase is {phrase}") == [("PASSWORD", phrase)]


def test_a_plain_word_is_one_when_nothing_follows_or_it_is_quoted() -> None:
    assert found("my password is sunshine") == [("PASSWORD", "sunshine")]
    assert found("my password is sunshine.") == [("PASSWORD", "sunshine")]
    assert found('the password is "sunshine" for all') == [("PASSWORD", "sunshine")]
    assert found("my passphrase is 'correct horse battery staple'") == [("PASSWORD", "correct horse battery staple")]
    assert found("my password is sunshine and it does not work") == [("PASSWORD", "sunshine")]
    assert found("mein Passwort ist sunshine aber es geht nicht") == [("PASSWORD", "sunshine")]
    assert found("PASSWORD=sunshine") == [("PASSWORD", "sunshine")]
    assert found("my password is sunshine and rain in my head") == []


@pytest.mark.parametrize(
    "text",
    [
        "My password is not working", "my password is expired and I forgot it", "Your password is incorrect.",
        "The password must contain at least 8 characters", "enter your password: ", "the password is case-sensitive",
        "my password is too short", "Password: required", "mein Passwort ist falsch", "mon mot de passe est incorrect",
        "mi contraseña es muy larga", "minha senha é fraca", "la password è sbagliata", "mijn wachtwoord is vergeten",
        "moje hasło jest za", "la clave es estudiar", "reset the password to continue", "my password is [PASSWORD_1]",
        "a secret password is whatever you like it to be", "I will pin it to the board", "pin the tail on 3 donkeys",
        "password = os.environ['DB_PASSWORD']", "password: ${DB_PASSWORD}", "password=<your-password>",
        "if password == user.password:", "def login(username, password):", "password: ********", "password: str",
        "user.password = hash_password(new_password)", "password = input('Password: ')", "password = None",
        "parser.add_argument('--password', required=True)", "--password $PASSWORD", "--password=$(cat file)",
        "password = getpass.getpass()", "password = form.password.data", "password=password", "password: 'Password'",
        '"password": "Enter your password"', "docker run -p 8080:80 nginx", "ssh -p 2222 host", "mkdir -p a/b/c",
        "curl -u $USER:$PASS https://host",
        "curl -u user:password https://host", "curl -u admin:<password> host",
        "bypass = 3", "compass: north", "passed: 12 tests", "pw = pw[:-1]",
        "username and password from ~/.netrc file", "the password is stored in the database",
        "postgres://user:password@localhost:5432/db", "amqp://guest:password@rabbit.queue:5672/vhost1",
        "reset your password at https://example.com/reset", "Set your password: https://example.com/set",
        "change your password http://www.example.org/a?b=c2", "Your password can be changed: www.example.com/account2",
        "Mein Passwort ist geändert", "Moje hasło jest nieprawidłowe", "Le mot de passe est obligatoire",
        "La contraseña es obligatoria", "La password è obbligatoria", "Het wachtwoord is verplicht",
        "Mon mot de passe est périmé", "Mijn wachtwoord is kwijt", "mi contraseña es larga", "la mia password è lunga",
        "mi contraseña es fácil", "my password is gone", "the password is base64-encoded",
        "my password is sha256-hashed", "Pin the version to 2.4.1", "pin: 5.0.1", "pin: v5.0",
        "Pin the runner to ubuntu-22", "pin torch to 2.1.0rc1",
        "GPIO pin 1234", "connect pin 4567 to ground", "solder the pin 1234", "pin 4567 high",
        "change your password at https://example.org:8080/x2 - today", "password for https://example.org is required",
    ],
)  # fmt: skip
def test_talk_about_passwords_stays(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "echo $password | sha256sum", "type: 'password' | 'text2'", "password:\n  type: string\n  minLength: 8",
        "password:\n  $ref: '#/x'", "| Parameter | Type |\n|---|---|\n| password | string |\n| oauth2Token | string |",
        "test,pass,fail\nunit,1200,3\n", "Password:\nMust be 8 characters", "Password:\n8-20 characters",
        "**Password:** required", "**Password:** ********", "**Passwort:** (optional)", "**Password:** your-password",
        "| field | password |\n|---|---|\n| type | string |", "пароль неверный", "пароль: неверный",
        "密码是什么", "密码错误", "パスワードは必須です", "{'pin': 13}",
        "<label>Password:</label> <input type='password'>",
        "def password(self, v2): return3", "password =\n    get_password()", "**Password:** `{{ password }}`",
        "Password\tString\tRequired", "user, password and email\nfoo, bar2baz and x", "password: z.string().min(8)",
        "password: Joi.string().min(8).required()", "password: { type: String, required: true }",
        "password = sha256(salt + pw).hexdigest()", "$password = $_POST['password'];", "password: user?.password ?? ''",
        "password: process.env.DB_PASS,", "password = \"#{ENV['DB']}\"", "password: {{ .Values.db.password }}",
        "--password=%(password)s", "Password: (not shown)", "you can also pass:\n\n- ISO8601",
        "p = {'password': generate_password(8)\\n}", "{user}:{password}@{host}:{port2}/{token2",
        "비밀번호|암호))\\s*?(x2)",
        "password: xxxx-xxxx", "password=$(pass show mail)",
    ],
)  # fmt: skip
def test_layout_around_other_things_stays(text: str) -> None:
    assert found(text) == []
