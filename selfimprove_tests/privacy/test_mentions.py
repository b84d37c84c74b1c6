"""What manuals, code and commands say about secrets stays; beside each the same words with a secret, which goes."""

import pytest

from selfimprove.privacy.redact import locate
from selfimprove_tests.privacy.made import Made
from selfimprove_tests.privacy.masks import found, masks

MADE = Made(211)
MANUALS = [
    "Reset your password, then run:\n```console\n$ npm start\n```", "Enter a password:\n\n~~~text\nsome words\n~~~",
    "To encrypt with your password:\n\nopenssl", "If you lost your password, click here:\nSettings",
    "I can't log in with my password, please help:\nThanks", "Your password must contain the following:\n- Uppercase",
    "You can recover your password through these options:\n- Email\n- Phone", "Enter your password:\nSubmit",
    "Popular password managers:\n- 1Password\n- KeePassXC", "Password requirements:\n- MinLength8\n- OneDigit",
    "Password encryption:\nAES256", "the algorithm for password hashing is PBKDF2, as `PBKDF2`",
    "Here is how to hash a password:\n\nhash_password.py", "Store your password in a file:\n\npasswords.txt",
    "Generate a passphrase:\n\n`pwqgen`", "Get the password for the Wi-Fi:\n\n`wifi-password`",
    "Detect unused secrets:\n\n`k8s-unused-secret-detector`", "Start with a password:\n\n`aria2c --user x https://x.io/f2`",
    "Log in with a password:\n\n`getTGT.py x/y`", "if it is protected by a password (such as a static password)",
    "read the username/password from $HOME/.pypirc", "your verification code expires in 600 seconds",
    "The device is identified by 'serial2' here", "bearing the name identified by \"uuid4\"",
    "many seed varieties, such as White Widow, Silver Haze, Northern Lights, Super Silver Haze, Girl Scout Cookies",
    "secret\nsection\nsecure\nsecurity\nsegue\nselect\nsender\nsending\nsequel\nserial\nseries\nserver\nservice\nsession",
    "numbers:\n2613\n2615\n2616\n2618\n2620\n2621\n2622", "4001 4003 4007 4013 4019 4021 4027",
    "his official email address at museum.org bounced",
]  # fmt: skip
CODE = [
    "password: SecretStr = Field(min_length=8)", "password: _PasswordType | None", "password: DataTypes.STRING",
    "password: !secret wifi_password", "password: !vault |", "'password' => 'required|min:8|confirmed',",
    "'password' => static::$password", "$password = $this->secret('What?');", "--passwd {{path/to/file}}",
    'r"password\\s*[:=]\\s*\\S+"', 'mysqladmin ping --password="$$(cat /run/secrets/x)"', "password=^PASS^",
    "mysql -h db --port 3306", "mysqld --print-defaults", "np.exp(-pi*x**2/2)", "y = -phi2*x", "x = -p1*(a+b)",
    "re = from_man_exp(re, -prec2-extra, prec2)", f"apikey@host:port/instance/{MADE.number(13)}",
    "return -psi0(0.5*a)", "tokenizer (`Qwen2TokenizerFast`)", "tokenizer_class: LlamaTokenizerFast2Model",
    "private_key = ed25519.Ed25519PrivateKey.generate()", "sk-ecdsa-sha2-nistp256 keys cannot be loaded",
    "AsyncAdminAPIKeys: AsyncAdmin2KeysWithRawResponse", "- ./x/nginx.log:/home/nginx.log", "cd /home/forge/app",
    "see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html",
    "alma@1add2615774b:/app$ ls", 'echo "vm.swappiness=10" | sudo tee -a /etc/sysctl.conf', "echo hello1! | gpg --sign",
    "net user bob /add", 'setx PATH "%PATH%;C:\\x1"', "page.fill('#email', 'x1@')", 'password "Password"',
    'WiFi.begin(ssid, "your_password")', 'client.login("bob", token)', "conn = DriverManager.getConnection(url, u, p);",
    'ConvertTo-SecureString $plain -AsPlainText', 'variable "db_password" {\n  default = "changeme"\n}',
    'session.login("google", "redirect")', "Authorization: required", 'args: ["--password", "${DB_PASSWORD}"]',
]  # fmt: skip
SECRETS = [
    "Reset your password, then run:\n```console\n{}\n```", "my password for the database is:\n{}",
    "Password for the vault:\n{}", "the password for the file is below:\n{}", "Password:\n{}",
    "docker run -it x -p{}", "mysql -u root -p{} shop",
    "x.sh -h db \\\n    -p{}", "x.sh -v  -p{}", "mysql --port 3306 -p{} shop", "x.sh '-v' -p{}",
    "CREATE USER 'bob'@'%' IDENTIFIED BY '{}'", "grant all on x to bob identified by \"{}\"",
    "password: {}", "'password' => '{}',", "I use {} as my password", "$password = '{}';",
]  # fmt: skip


@pytest.mark.parametrize("text", MANUALS + CODE)
def test_what_is_said_about_secrets_stays(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("text", SECRETS)
def test_a_secret_in_the_same_words_goes(text: str) -> None:
    for _ in range(3):
        password = MADE.password()
        assert masks(text.format(password), password)


def test_a_plain_word_below_is_one_where_the_line_says_so() -> None:
    for line in ("my password is:", "Your password for the router is", "the password is as follows:", "My password:"):
        word = f"{MADE.word(6)}o"
        assert found(f"{line}\n{word}\n") == [("PASSWORD", word)]
    for line in ("use your password, then:", "Change your password with:", "to reset my password run:"):
        assert found(f"{line}\n{MADE.word(6)}o\n") == []


def test_a_call_is_not_masked_wherever_it_stands_in_a_chat() -> None:
    chat = ["$password = $this->secret('Password?');", "if ($this->confirm('Go on?')) { $this->info('ok'); }"]
    assert locate(chat) == [[], []]


def test_names_of_classes_are_no_keys_and_names_with_a_number_behind_may_be() -> None:
    assert found("token: BertTokenizer2ForModels") == []
    for key in (f"MyProject{MADE.number(4)}x", MADE.key(20), MADE.key(40)):
        assert masks(f"token: {key}", key)


def test_cards_in_a_row_are_found_in_any_order() -> None:
    first, second = MADE.card("4"), MADE.card("51")
    text = " ".join(card[at : at + 4] for card in (first, second) for at in (0, 4, 8, 12))
    assert len(found(text)) == 2


def test_a_seed_phrase_is_found_in_capitals_too() -> None:
    phrase = " ".join(MADE.word(5) for _ in range(12))
    for said in (phrase, phrase.upper(), phrase.title()):
        assert found(f"my seed phrase: {said}") == [("SECRET", said)]
