"""Categories 10 to 13: cloud keys, tokens of makers, JSON web tokens, private keys."""

from collections.abc import Iterator

from selfimprove_tests.privacy.categories.item import Fresh, Item
from selfimprove_tests.privacy.made import HEX, UPPER, WORD

TOKEN_TEXTS = [
    "my token is {} please rotate it", "export TOKEN={}", '{"auth": "{}"}', "{}", "curl -H 'X-Auth: {}' host",
    "mein Schlüssel: {}", "clé : {}", "I pasted {} by mistake", "key={};", "la clave es {}",
]  # fmt: skip
JWT_TEXTS = [
    "Authorization: Bearer {}", "Cookie: session={}; path=/", '{"access_token": "{}", "expires_in": 3600}', "{}",
    "token {} expired", "?jwt={}&x=1", "set-cookie: id_token={}; HttpOnly", "-H 'authorization: {}'",
]  # fmt: skip
BECH32 = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"


def aws(made: Fresh) -> Iterator[Item]:
    key = "AKIA" + made.of(UPPER + "234567", 16)
    secrets = [made.key(38) + "+/"[number % 2] + "z" for number in range(6)]
    session = "IQoJb3JpZ2luX2Vj" + made.of(WORD + "+/", 300) + "=="
    older = "FwoGZXIvYXdzE" + made.of(WORD + "+/", 240) + "="
    texts = [
        ("aws_access_key_id = {}", key),
        ("the key {} is mine", "ASIA" + made.of(UPPER + "234567", 16)),
        ("aws_secret_access_key = {}", secrets[0]),
        ("export AWS_SECRET_ACCESS_KEY='{}'", secrets[1]),
        (f"{key} / {{}}", secrets[2]),
        ('{"SecretAccessKey": "{}"}', secrets[3]),
        (f"AWS key {key} and secret {{}}", secrets[4]),
        ("aws_session_token={}", session),
        ('"SessionToken": "{}"', older),
        (f"Access key ID,Secret access key\n{key},{{}}", secrets[5]),
    ]
    return (Item(10, template.replace("{}", value), value) for template, value in texts)


def tokens(made: Fresh) -> list[str]:
    k, h = made.key, lambda length: made.of(HEX, length)
    return [
        "ghp_" + k(36), f"github_pat_{k(22)}_{k(59)}", "glpat-" + k(20), "sk_live_" + k(24), "AIza" + k(35),
        f"xoxb-{made.number(12)}-{made.number(12)}-{k(24)}", "sk-proj-" + k(48), "sk-ant-api03-" + k(93), "hf_" + k(34),
        "npm_" + k(36), "pypi-AgEIcHlwaS5vcmc" + k(140), f"SG.{k(22)}.{k(43)}", "SK" + h(32), "shpat_" + h(32),
        f"{made.number(10)}:AA{k(33)}", "dop_v1_" + h(64), "key-" + h(32), f"M{k(23)}.{k(6)}.{k(38)}", "ya29." + k(60),
        "hvs." + k(24), "gsk_" + k(52), h(32) + "-us12", "dapi" + h(32), "lin_api_" + k(40), "whsec_" + k(32),
    ]  # fmt: skip


def blocks(made: Fresh) -> list[str]:
    def block(kind: str, end: bool = True) -> str:
        return made.private_key(kind, end)

    rsa = block("RSA ")
    pgp = block("PGP ").replace("PRIVATE KEY-----", "PRIVATE KEY BLOCK-----")
    putty = (
        f"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: {made.word()}\nPublic-Lines: 2\n"
        f"{made.key(64)}\n{made.key(16)}\nPrivate-Lines: 1\n{made.key(48)}\nPrivate-MAC: {made.of(HEX, 64)}"
    )
    return [
        rsa, block("OPENSSH "), block("EC "), block(""), pgp, putty, block("ENCRYPTED "), block("RSA ", end=False),
        block("DSA ").replace("\n", "\n    "), block("").replace("\n", "\n> "), block("EC ").replace("\n", "\\n"),
        block("OPENSSH ").replace("\n", '\\n" +\n"'), "AGE-SECRET-KEY-1" + made.of(BECH32, 58),
    ]  # fmt: skip


def items(made: Fresh) -> Iterator[Item]:
    yield from aws(made)
    yield from made.placed(11, TOKEN_TEXTS, made.random.sample(tokens(made), 13))
    yield from made.placed(12, JWT_TEXTS, [made.jwt() for _ in range(7)])
    key_texts = ["here is my key\n{}\nwhat is wrong", "{}", 'key = "{}"', "id_rsa:\n{}\n\nthanks"]
    yield from made.placed(13, key_texts, blocks(made))
