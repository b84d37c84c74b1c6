"""Keys and tokens that name their maker, private key blocks, and anything random that is assigned to a secret's name."""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections import Counter
from collections.abc import Iterator

from selfimprove.privacy.rules.rule import Bounds, Rule, near

# name, pattern, what every match holds in lower case
_MAKERS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("aws_key_id", r"(?:AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AROA|ANPA)[A-Z2-7]{16}", ("akia", "asia", "abia", "acca", "agpa", "aida", "aroa", "anpa")),
    ("github", r"(?:gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{22,255})", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_")),
    ("gitlab", r"(?:gl(?:pat|dt|rt|rtr|cbt|ptt|ft|imt|agent|oas|soat|ffct)-[\w.-]{20,200}|GR1348941[\w-]{20,60})", ("glpat-", "gld", "glr", "glc", "glp", "glf", "gli", "gla", "glo", "gls", "gr1348941")),
    ("slack", r"(?:xox[abceoprs]-[A-Za-z0-9-]{13,250}|xapp-\d-[A-Za-z0-9-]{11,250})", ("xox", "xapp-")),
    ("sk", r"sk-(?:proj-|ant-|svcacct-|admin-|or-v1-|lf-|live-|test-)?[\w-]{16,250}", ("sk-",)),
    ("google", r"(?:AIza[\w-]{35}|ya29\.[\w.-]{20,250}|GOCSPX-[\w-]{20,40}|1//0[\w-]{30,100})", ("aiza", "ya29.", "gocspx-", "1//0")),
    ("stripe", r"(?:(?:sk|rk|pk)_(?:live|test|prod)_[A-Za-z0-9]{10,250}|whsec_[A-Za-z0-9+/=]{20,80})", ("_live_", "_test_", "_prod_", "whsec_")),
    ("twilio", r"(?:AC|SK)[0-9a-f]{32}", ("ac", "sk")),
    ("sendgrid", r"SG\.[\w-]{16,32}\.[\w-]{16,64}", ("sg.",)),
    ("npm", r"npm_[A-Za-z0-9]{30,64}", ("npm_",)),
    ("hugging_face", r"(?:hf|api_org)_[A-Za-z0-9]{30,64}", ("hf_", "api_org_")),
    ("pypi", r"pypi-[\w-]{40,250}", ("pypi-",)),
    ("jwt", r"eyJ[\w-]{8,2000}\.[\w-]{8,8000}(?:\.[\w-]{0,2000}){0,3}", ("eyj",)),
    ("digital_ocean", r"do[oprt]_v1_[a-f0-9]{40,80}", ("_v1_",)),
    ("docker", r"dckr_(?:pat|oat)_[\w-]{20,80}", ("dckr_",)),
    ("shopify", r"shp(?:at|ca|pa|ss|ua)_[a-fA-F0-9]{32,64}", ("shp",)),
    ("square", r"(?:sq0[a-z]{3}-[\w-]{22,60}|EAAA[\w-]{56,80})", ("sq0", "eaaa")),
    ("telegram", r"\d{8,10}:AA[\w-]{32,36}", (":aa",)),
    ("discord", r"[MNO][\w-]{22,27}\.[\w-]{6}\.[\w-]{27,45}", (".",)),
    ("mailgun", r"(?:key-[0-9a-f]{32}|[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8})", ("key-", "-")),
    ("mailchimp", r"[0-9a-f]{32}-us\d{1,2}", ("-us",)),
    ("vault", r"(?:hv[sbr]\.[\w-]{20,300}|[\w]{14}\.atlasv1\.[\w-]{40,100})", ("hvs.", "hvb.", "hvr.", "atlasv1")),
    ("databricks", r"dapi[a-f0-9]{32}(?:-\d)?", ("dapi",)),
    ("notion", r"(?:ntn_[A-Za-z0-9]{40,60}|secret_[A-Za-z0-9]{43})", ("ntn_", "secret_")),
    ("linear", r"lin_(?:api|oauth)_[A-Za-z0-9]{32,80}", ("lin_",)),
    ("model_makers", r"(?:gsk_[A-Za-z0-9]{30,80}|r8_[A-Za-z0-9]{30,60}|pplx-[A-Za-z0-9]{30,80}|xai-[A-Za-z0-9]{40,120}|fw_[A-Za-z0-9]{20,40}|nvapi-[\w-]{40,100}|tgp_v1_[\w-]{30,60})", ("gsk_", "r8_", "pplx-", "xai-", "fw_", "nvapi-", "tgp_v1_")),
    ("observers", r"(?:gl(?:c|sa)_[\w=+/]{20,200}|sntry[su]_[\w=+/-]{30,200}|NRAK-[A-Z0-9]{20,40}|dp\.(?:pt|st|ct|sa)\.[\w.-]{30,80}|PMAK-[a-f0-9]{24}-[a-f0-9]{34}|phc_[A-Za-z0-9]{30,60})", ("glc_", "glsa_", "sntry", "nrak-", "dp.", "pmak-", "phc_")),
    ("platforms", r"(?:sbp_[a-f0-9]{40}|HRKU-[\w-]{30,80}|figd_[\w-]{30,80}|ATATT3[\w=+/-]{40,250}|rubygems_[a-f0-9]{40,60}|pscale_(?:tkn|pw|oauth)_[\w.-]{30,80}|pat[A-Za-z0-9]{14}\.[a-f0-9]{64}|PKAK[A-Z0-9]{16}|AKCp[\w]{60,80}|FlyV1 fm\d_[\w+/=,-]{40,500}|sl\.[\w-]{60,200}|EAACEdEose0cBA\w{20,250})", ("sbp_", "hrku-", "figd_", "atatt3", "rubygems_", "pscale_", "pat", "akcp", "flyv1", "sl.", "eaacedeose0cba")),
    ("age", r"AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{50,60}", ("age-secret-key-1",)),
    ("azure", r"(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{40,90}={0,2}", ("accountkey=", "sharedaccesskey=")),
)  # fmt: skip

_BLOCK_BEGIN = r"(?:-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-\d:)"
_BLOCK_END = re.compile(r"-----END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----|Private-MAC: ?[0-9a-fA-F]{1,64}")
_BLOCK_BODY = re.compile(r"(?:(?:\s|\\[nrt]|[\"'`>|+,])*(?:[A-Za-z-]{3,20}: [^\n\x00]{1,120}(?=\n)|[A-Za-z0-9+/=]{16,}))*(?:(?:\s|\\[nrt]|[\"'>|+])*[A-Za-z0-9+/]{1,64}={1,2})?")
_LONGEST_BLOCK = 16_000

_NAME = (
    r"(?:(?:api|access|auth|secret|private|client|app|application|signing|encryption|session|bearer|refresh|webhook|account|storage|"
    r"service|master|subscription|licen[cs]e|deploy|bot|consumer|shared|csrf|jwt|oauth|aws|azure|gcp|github|slack|openai|stripe)"
    r"[_\-. ]{0,2}){1,3}(?:keys?|tokens?|secrets?|credentials?)|secret|token|schlussel|cle d'api|clave|chave|chiave|sleutel|klucz"
)
_ASSIGN = r"[\w\-.\]]{0,24}[\"'`]{0,2}[ \t]{0,4}(?::=|=>|->|→|=(?!=)|:(?!:)|,(?=[ ]?[\"'])|[ ](?:is|ist|es|est|e|jest|to)\b:?)[ \t]{0,4}(?:\\?[\"'`]){0,2}"
_PLACEHOLDER = re.compile(r"(?i)your|example|sample|placeholder|changeme|change_me|dummy|redacted|xxxx|1234567890abcdef|abcdef123456|insert|todo|\.\.\.|\*\*\*|<|>")


def _block(match: re.Match[str]) -> Iterator[Bounds]:
    """To the block's end, or as far as the base64 goes when the end was cut off."""
    text, start = match.string, match.start()
    end = _BLOCK_END.search(text, match.end(), match.end() + _LONGEST_BLOCK)
    barrier = text.find("\x00", match.end(), match.end() + _LONGEST_BLOCK)
    if end and not 0 <= barrier < end.start():
        yield start, end.end()
        return
    body = _BLOCK_BODY.match(text, match.end(), match.end() + _LONGEST_BLOCK)
    yield start, body.end() if body else match.end()


def _assigned(match: re.Match[str]) -> Iterator[Bounds]:
    if is_random(match["value"]):
        yield match.span("value")


def _aws_secret(match: re.Match[str]) -> Iterator[Bounds]:
    mixed = re.search(r"[a-z]", match[0]) and re.search(r"[A-Z]", match[0]) and re.search(r"\d", match[0])
    if mixed and near(match, r"aws|amazon|secret|akia|asia", before=100, after=60):
        yield match.span()


def _header(match: re.Match[str]) -> Iterator[Bounds]:
    if match["scheme"].lower() == "basic":
        encoded = match["value"].rstrip("=")
        try:
            holds_password = b":" in base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
        except binascii.Error:
            return
        if holds_password:
            yield match.span("value")
    elif is_random(match["value"]):
        yield match.span("value")


def is_random(text: str) -> bool:
    """Letters and digits without the shape of words, names, paths or placeholders."""
    if _PLACEHOLDER.search(text) or not re.search(r"[A-Za-z]", text) or text.count("/") > max(1, len(text) // 12):
        return False
    parts = re.split(r"[_\-./+=~]", text)
    if all(re.fullmatch(r"[A-Za-z]?[a-z]*\d{0,3}|[A-Z]+\d{0,2}|\d{1,4}", part) for part in parts):
        return False
    digits = sum(character.isdigit() for character in text)
    if not digits:
        return len(text) >= 20 and entropy(text) >= 4.0 and not re.fullmatch(r"(?:[A-Za-z][a-z]{2,}[._/-]?)+", text)
    return entropy(text) >= (3.0 if len(text) >= 20 else 2.7)


def entropy(text: str) -> float:
    """Shannon's, in bits a character."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())


_EDGE_LEFT, _EDGE_RIGHT = r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])"
RULES = (
    *(Rule(f"token_{name}", "SECRET", f"{_EDGE_LEFT}{pattern}{_EDGE_RIGHT}", needs=needs, long=True) for name, pattern, needs in _MAKERS),
    Rule("private_key_block", "SECRET", _BLOCK_BEGIN, _block, needs=("private key", "putty-user-key-file")),
    Rule(
        "aws_secret_key", "SECRET", r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])", _aws_secret,
        needs=("aws", "amazon", "secret", "akia", "asia"), long=True,
    ),
    Rule(
        "assigned_secret", "SECRET", rf"(?<![A-Za-z])(?:\w{{1,24}}[_\-.])?(?:{_NAME}){_ASSIGN}(?P<value>[A-Za-z0-9+/_\-=.~]{{10,500}})(?![\w(\[])", _assigned,
        needs=("key", "token", "secret", "credential", "schluss", "api", "clave", "chave", "chiave", "sleutel", "klucz"), flags=re.IGNORECASE,
    ),
    Rule(
        "authorization", "SECRET", r"\b(?P<scheme>basic|bearer|token)[ ]{1,2}(?P<value>[A-Za-z0-9+/._~=-]{12,4000})", _header,
        needs=("basic", "bearer", "token"), flags=re.IGNORECASE,
    ),
)  # fmt: skip
