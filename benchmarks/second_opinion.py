"""What CredSweeper adds to the redactor's rules: generated secrets that each finds, by the form they stand in, and
false alarms: on chats and code (the folder SELFIMPROVE_TEST_DATA, where it is set), on text that holds pseudonyms.

Run: python benchmarks/second_opinion.py [SEED]
"""

import gzip
import json
import os
import random
import string
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from selfimprove.datasets import sweep
from selfimprove.privacy import redact
from selfimprove.privacy.fold import TYPES

EACH = 20
MOST_FALSE = 0.001
LETTERS = string.ascii_letters + string.digits
FORMS = {
    "key in code": ('api_key = "{}"', 32, LETTERS),
    "token in JSON": ('{{"access_token": "{}"}}', 40, LETTERS),
    "environment": ("CLIENT_SECRET={}", 36, LETTERS),
    "password in YAML": ("  password: {}", 12, LETTERS + "!@#%"),
    "password in prose": ("my password is {}, can you change it?", 10, LETTERS + "!@#"),
    "key in prose": ("Use the API key {} for the weather service.", 32, LETTERS),
    "token in prose": ("the token I got was {} and it does not work", 40, LETTERS),
    "authorization": ("curl -H 'Authorization: Bearer {}' https://api.service.com/v1", 44, LETTERS),
    "connection": ("postgres://admin:{}@db.internal.net:5432/app", 14, LETTERS),
    "cloud key": ("aws_secret_access_key = {}", 40, LETTERS + "/+"),
    "hexadecimal": ("encryption key -> {}", 64, "0123456789abcdef"),
    "named pw": ("wifi pw = {}", 12, LETTERS),
    "macro": ('#define DB_CRED "{}"', 16, LETTERS),
    "default in code": ('os.getenv("SERVICE_PASS", "{}")', 14, LETTERS),
    "bytes in code": ('Secret: []byte("{}"),', 24, LETTERS),
    "salt": ('salt = "{}"', 22, LETTERS),
    "nonce": ("nonce: {}", 32, "0123456789abcdef"),
    "signed cookie": ("Set-Cookie: auth={}; Path=/", 48, LETTERS),
    "pair": ("login: admin pass: {}", 11, LETTERS),
    "SQL": ("CREATE USER app IDENTIFIED BY '{}';", 12, LETTERS + "!@#"),
    "XML": ("<password>{}</password>", 12, LETTERS),
    "property": ("spring.datasource.pwd={}", 12, LETTERS),
    "authenticator": ("otpauth://totp/app:user?secret={}&issuer=app", 32, string.ascii_uppercase + "234567"),
    "alone": ("try {} please", 24, LETTERS),
}


def secrets(draw: random.Random) -> Iterator[tuple[str, str]]:
    """Texts with a secret each, by form."""
    for form, (frame, length, letters) in FORMS.items():
        yield from ((form, frame.format("".join(draw.choices(letters, k=length)))) for _ in range(EACH))


def harmless() -> dict[str, list[str]]:
    """Texts without secrets, by where they come from."""
    frames = [frame for frame, _, _ in FORMS.values()]
    found = {"pseudonyms": [frame.format(f"[{type_}_{n}]") for frame in frames for type_ in TYPES for n in (1, 12)]}
    if folder := os.environ.get("SELFIMPROVE_TEST_DATA"):
        chats = Path(folder) / "chats"
        with gzip.open(chats / "hh_rlhf_harmless_test_even.jsonl.gz", "rt") as lines:
            found["hh-rlhf"] = [json.loads(line)["chosen"] for line in lines]
        code = json.loads((chats / "code_alpaca_2k_even.json").read_bytes())
        found["CodeAlpaca"] = [f"{row['instruction']}\n{row['input']}\n{row['output']}" for row in code]
    return found


def main() -> int:
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else random.SystemRandom().randrange(10**6)
    started = time.perf_counter()
    sweep.load()
    print(f"seed {seed}; CredSweeper loads in {time.perf_counter() - started:.1f} s")
    forms, texts = zip(*secrets(random.Random(seed)), strict=True)
    swept = [bool(names) for names in sweep.find(texts)]
    ruled = [bool(redact.find(text)) for text in texts]
    print(f"{'recall':18} {'rules':>7} {'CredSweeper':>12} {'either':>7}")
    for form in (*FORMS, "all"):
        of_form = [place for place, its in enumerate(forms) if form in (its, "all")]
        shares = [sum(found[place] for place in of_form) / len(of_form) for found in (ruled, swept)]
        either = sum(ruled[place] or swept[place] for place in of_form) / len(of_form)
        print(f"{form:18} {shares[0]:>7.2f} {shares[1]:>12.2f} {either:>7.2f}")
    alarms = total = 0
    for source, plain in harmless().items():
        started = time.perf_counter()
        found = sum(map(bool, sweep.find(plain)))
        speed = sum(map(len, plain)) / 1000 / (time.perf_counter() - started)
        alarms, total = alarms + found, total + len(plain)
        print(f"false alarms, {source}: {found} of {len(plain)}, {speed:.0f} kchar/s")
    print(f"false alarms {alarms} of {total}; limit {MOST_FALSE:.1%}")
    return int(alarms > MOST_FALSE * total)


if __name__ == "__main__":
    sys.exit(main())
