"""Keys and tokens by maker, by shape and by the name they are assigned to."""

import base64
import hashlib
import uuid

import pytest

from selfimprove.privacy.rules.tokens import entropy, is_random
from selfimprove_tests.privacy.made import HEX, UPPER, WORD, Made
from selfimprove_tests.privacy.masks import found, masks

MADE = Made(106)
K, H = MADE.key, lambda length: MADE.of(HEX, length)
TOKENS = {
    "adafruit": "aio_" + K(28),
    "age": "AGE-SECRET-KEY-1" + MADE.of("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58),
    "airtable": f"pat{K(14)}.{H(64)}",
    "artifactory": "AKCp" + K(69),
    "atlassian": "ATATT3" + K(180),
    "aws_key_id": "AKIA" + MADE.of(UPPER + "234567", 16),
    "azure": f"AccountKey={K(86)}==",
    "contentful": "CFPAT-" + K(43),
    "databricks": "dapi" + H(32),
    "digital_ocean": "dop_v1_" + H(64),
    "discord": f"M{K(23)}.{K(6)}.{K(38)}",
    "docker": "dckr_pat_" + K(27),
    "doppler": "dp.pt." + K(43),
    "dropbox": "sl." + K(130),
    "facebook": "EAAG" + K(120),
    "figma": "figd_" + K(40),
    "flutterwave": f"FLWSECK-{H(32)}-X",
    "fly": "FlyV1 fm2_" + K(120),
    "github": "ghp_" + K(36),
    "github_fine": f"github_pat_{K(22)}_{K(59)}",
    "gitlab": "glpat-" + K(20),
    "gitlab_runner": "GR1348941" + K(20),
    "google_api": "AIza" + K(35),
    "google_oauth": "ya29." + K(60),
    "google_client": "GOCSPX-" + K(28),
    "grafana": "glsa_" + K(32),
    "groq": "gsk_" + K(52),
    "heroku": "HRKU-" + K(60),
    "hugging_face": "hf_" + K(34),
    "jina": "jina_" + K(60),
    "jwt": MADE.jwt(),
    "linear": "lin_api_" + K(40),
    "mailchimp": H(32) + "-us12",
    "mailgun": "key-" + H(32),
    "new_relic": "NRAK-" + MADE.of(UPPER, 27),
    "notion": "ntn_" + K(46),
    "npm": "npm_" + K(36),
    "nvidia": "nvapi-" + K(64),
    "openai": "sk-proj-" + K(48),
    "anthropic": "sk-ant-api03-" + K(93),
    "one_password": "ops_eyJ" + K(200),
    "perplexity": "pplx-" + K(48),
    "pinecone": f"pcsk_{K(6)}_{K(63)}",
    "planetscale": "pscale_tkn_" + K(43),
    "posthog": "phc_" + K(43),
    "posthog_personal": "phx_" + K(43),
    "postman": f"PMAK-{H(24)}-{H(34)}",
    "pypi": "pypi-" + K(150),
    "replicate": "r8_" + K(37),
    "rubygems": "rubygems_" + H(48),
    "sendgrid": f"SG.{K(22)}.{K(43)}",
    "sentry": "sntrys_" + K(100),
    "shopify": "shpat_" + H(32),
    "slack": f"xoxb-{MADE.number(12)}-{MADE.number(12)}-{K(24)}",
    "square": "sq0atp-" + K(22),
    "stripe": "sk_live_" + K(24),
    "stripe_webhook": "whsec_" + K(32),
    "supabase": "sbp_" + H(40),
    "supabase_secret": "sb_secret_" + K(31),
    "tailscale": f"tskey-auth-{K(12)}CNTRL-{K(32)}",
    "telegram": f"{MADE.number(10)}:AA{K(33)}",
    "terraform": f"{K(14)}.atlasv1.{K(60)}",
    "twilio": "SK" + H(32),
    "vault": "hvs." + K(24),
    "xai": "xai-" + K(80),
}


@pytest.mark.parametrize("maker", TOKENS)
@pytest.mark.parametrize("text", ["here is {} for you", 'x = "{}"', "{}", "a,{};b"])
def test_tokens_are_found_wherever_they_stand(maker: str, text: str) -> None:
    assert masks(text.format(TOKENS[maker]), TOKENS[maker])


@pytest.mark.parametrize("maker", TOKENS)
@pytest.mark.parametrize("end", [".", ",", ";", ":", "!", "?", "..."])
def test_a_sentence_ends_after_a_token(maker: str, end: str) -> None:
    for text in (f"Your token is {TOKENS[maker]}{end}", f"Here it is: {TOKENS[maker]}{end}"):
        assert found(text) == [("SECRET", TOKENS[maker])]


@pytest.mark.parametrize("end", [".", ",", "!", "?", '".', "'?", "`.", ").", "..."])
@pytest.mark.parametrize("text", ["Your api key is {}", "api_key={}", "Authorization: Bearer {}", "secret {}"])
def test_a_sentence_ends_after_what_is_random(text: str, end: str) -> None:
    secret = K(40)
    assert found(text.format(secret + end)) == [("SECRET", secret)]


@pytest.mark.parametrize("text", ['api_key = "{}"', "secret: '{}'", r"api_key: \"{}\","])
def test_a_mark_within_quotes_is_part_of_a_secret(text: str) -> None:
    secret = K(40) + "."
    assert found(text.format(secret)) == [("SECRET", secret)]


@pytest.mark.parametrize("prefix", ["ghp_", "sk-", "AKIA", "hf_", "npm_", "xoxb-", "glpat-", "sk_live_"])
def test_prefixes_alone_and_short_ones_stay(prefix: str) -> None:
    assert found(f"tokens begin with {prefix} and go on") == []
    assert found(f"such as {prefix}abc") == []


@pytest.mark.parametrize("kind", ["RSA ", "", "EC ", "OPENSSH ", "ENCRYPTED "])
def test_key_blocks_are_found_whole(kind: str) -> None:
    key = MADE.private_key(kind)
    assert found(f"here:\n{key}\nthanks") == [("SECRET", key)]


def test_cut_off_quoted_and_escaped_key_blocks_are_found() -> None:
    key = MADE.private_key(end=False)
    assert found(f"{key}\nand then I was stuck") == [("SECRET", key)]
    for shown in (key.replace("\n", "\n> "), key.replace("\n", "\n    "), key.replace("\n", "\\n")):
        assert masks(f"{shown}\n\nWhat now?", shown)
        assert found(f"{shown}\n\nWhat now?")[0][1].endswith(key[-10:])


def test_putty_and_pgp_blocks_are_found() -> None:
    kind = "PGP PRIVATE KEY BLOCK"
    pgp = f"-----BEGIN {kind}-----\nVersion: GnuPG v2\n\n{K(64)}\n=aB3d\n-----END {kind}-----"
    assert found(pgp) == [("SECRET", pgp)]
    putty = f"PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nPrivate-Lines: 1\n{K(64)}\nPrivate-MAC: {H(40)}"
    assert found(putty) == [("SECRET", putty)]


def test_public_keys_and_certificates_stay() -> None:
    assert found(f"-----BEGIN PUBLIC KEY-----\n{MADE.of(WORD, 64)}\n-----END PUBLIC KEY-----") == []
    assert found("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----") == []


@pytest.mark.parametrize(
    "text",
    [
        "aws_secret_access_key = {}",
        "AWS key and secret {}",
        "api_key: {}",
        "API key is {}",
        '"client_secret": "{}"',
        r'{{\"client_secret\": \"{}\"}}',
        "export AUTH_TOKEN={}",
        "secret => '{}'",
        "token := `{}`",
        "os.environ['API_KEY'] = '{}'",
        "Authorization: Bearer {}",
        "unser API-Schlüssel ist {}",
        "la clave api es {}",
        "Mein Zugangstoken: {}",
        "Zugriffsschlüssel: {}",
        "chiave segreta: {}",
        "mon jeton d'accès : {}",
        "le jeton est {}",
        'hmac_secret = b"{}"',
        "api key (staging) = {}",
    ],
)
def test_what_is_random_beside_a_name_is_found(text: str) -> None:
    secret = K(40)
    assert masks(text.format(secret), secret)


def test_hex_beside_a_name_is_found_and_alone_it_stays() -> None:
    secret = H(32)
    assert masks(f"api key -> {secret}", secret)
    assert masks(f"api-key {secret}", secret)
    assert found(f"md5 {secret}") == []


def test_basic_authorization_is_found_only_with_a_password() -> None:
    header = base64.b64encode(f"{MADE.word()}:{MADE.password()}".encode()).decode()
    assert masks(f"Authorization: Basic {header}", header)
    assert found("Basic infrastructure for async servers") == []
    assert found("supports basic determination of types") == []


@pytest.mark.parametrize(
    "text",
    [
        "FOO_KEY={}", "MY_SHOP_KEY: {}", "const SIGNING_SALT = '{}'", "session={}", "PHPSESSID={}", "sid={}; path=/",
        'export APP_COOKIE="{}"', "sessionid={}", "connect.sid={}",
    ],
)  # fmt: skip
def test_settings_and_sessions_are_found_where_they_are_mixed(text: str) -> None:
    for length in (18, 32):
        secret = K(length)
        assert found(text.format(secret)) == [("SECRET", secret)]
    assert found(text.format(MADE.of("0123456789", 20))) == []


@pytest.mark.parametrize("text", ["ghp_{}", "sk_test_{}", "AKIA{}", "hf_{}", "npm_{}", "glpat-{}", "sk-proj-{}"])
@pytest.mark.parametrize("sign", "xX")
def test_crosses_stand_in_for_tokens(text: str, sign: str) -> None:
    length = 16 if text.startswith("AKIA") else 36
    assert found(text.format(sign * length)) == []


DIGEST = hashlib.sha256(b"").hexdigest()
IDENTIFIER = str(uuid.UUID(int=MADE.random.getrandbits(128), version=4))


@pytest.mark.parametrize(
    "text",
    [
        IDENTIFIER, f"request id {IDENTIFIER} failed", f"sha256:{DIGEST}", f"commit {DIGEST[:40]}",
        f'etag: "{DIGEST[:32]}"', f"trace_id={DIGEST[:32]}",
        f"integrity sha512-{MADE.of(WORD, 86)}==", "arn:aws:iam::123456789012:role/admin",
        'api_key = os.getenv("OPENAI_API_KEY")', "token = config.get('token')", "API_KEY=your_api_key_here",
        "secret = get_secret('db')", "const token = req.headers.authorization", "token = tokenizer.encode(text)",
        "secrets.token_hex(32)", "kubectl get secret my-app-secret-name -o yaml", "token: string;", "max_tokens=4096",
        "self.token_embedding = nn.Embedding(50257, 768)", "access_token: Optional[str] = None", "key = 'username'",
        "process.env.API_TOKEN", "api_key: ${API_KEY}", "token=<your-token-here>", "secret: ****************",
        "the secret is to practise every day", "primary_key=True", "Authorization: Bearer <token>",
        "-----BEGIN OF THE PRIVATE PARTY-----", "sk-learn is a library", "[SECRET_1] and [SECRET_2]",
        "PUBLIC_KEY=mytable_1234567890_index", "session=requests.Session()", "session=2024-01-01-00-00-00-prod",
        "SORT_KEY=created_at_2024_01_01_desc", "FOO_KEY=the_name_of_a_thing_2", "session=my-training-session-number-2",
        "api key (required) = text", 'secret = b"changeme"', "le jeton est invalide", "tskey-auth-", "EAAG",
    ],
)  # fmt: skip
def test_identifiers_digests_and_code_stay(text: str) -> None:
    assert found(text) == []


def test_randomness() -> None:
    assert is_random(K(24))
    assert not is_random("my-app-secret-name-2")
    assert not is_random("cinnamon-sugar2go")
    assert is_random(f"{MADE.of('bcdfgh', 6)}-{MADE.of('3579', 1)}{MADE.of('bcdfgh', 5)}{MADE.of('3579', 1)}xkq8")
    assert not is_random("src/models/encoder/layers/attention")
    assert not is_random("your_api_key_1234567890")
    assert entropy("aaaa") == 0
    assert entropy("abcd") == 2
