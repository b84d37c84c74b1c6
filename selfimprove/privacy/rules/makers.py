"""Tokens that name their maker: each with a pattern, and what every match holds in lower case."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfimprove.privacy.rules.rule import Bounds, Rule

_MAKERS: tuple[tuple[str, str, str], ...] = (
    ("adafruit", r"aio_[a-zA-Z0-9]{28}", "aio_"),
    ("age", r"AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{50,60}", "age-secret-key-1"),
    ("airtable", r"pat[A-Za-z0-9]{14}\.[a-f0-9]{64}", "pat"),
    ("artifactory", r"AKCp\w{60,80}", "akcp"),
    ("atlassian", r"ATATT3[\w=+/-]{40,250}", "atatt3"),
    (
        "aws_key_id",
        r"(?:AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AROA|ANPA)[A-Z2-7]{16}",
        "akia asia abia acca agpa aida aroa anpa",
    ),
    ("azure", r"(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{40,90}={0,2}", "accountkey= sharedaccesskey="),
    ("databricks", r"dapi[a-f0-9]{32}(?:-\d)?", "dapi"),
    ("digital_ocean", r"do[oprt]_v1_[a-f0-9]{40,80}", "_v1_"),
    ("discord", r"[MNO][\w-]{22,27}\.[\w-]{6}\.[\w-]{27,45}", "."),
    ("docker", r"dckr_(?:pat|oat)_[\w-]{20,80}", "dckr_"),
    ("doppler", r"dp\.(?:pt|st|ct|sa)\.[\w-]{30,80}", "dp."),
    ("dropbox", r"sl\.[\w-]{60,200}", "sl."),
    ("contentful", r"CFPAT-[\w-]{40,60}", "cfpat-"),
    ("facebook", r"EAA(?:CEdEose0cBA\w{20,250}|[A-Z][A-Za-z0-9]{60,400})", "eaa"),
    ("figma", r"figd_[\w-]{30,80}", "figd_"),
    ("fireworks", r"fw_[A-Za-z0-9]{20,40}", "fw_"),
    ("flutterwave", r"FLWSECK(?:_TEST)?-[A-Za-z0-9]{12,64}(?:-X)?", "flwseck"),
    ("fly", r"FlyV1 fm\d_[\w+/=-]{40,500}", "flyv1"),
    ("github", r"(?:gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_\w{22,255})", "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_"),
    ("gitlab", r"gl(?:pat|dt|rt|rtr|cbt|ptt|ft|imt|agent|oas|soat|ffct)-[\w.-]{20,200}", "glpat- gl"),
    ("gitlab_runner", r"GR1348941[\w-]{20,60}", "gr1348941"),
    ("google_api", r"AIza[\w-]{35}", "aiza"),
    ("google_oauth", r"(?:ya29\.[\w-]{20,250}|GOCSPX-[\w-]{20,40}|1//0[\w-]{30,100})", "ya29. gocspx- 1//0"),
    ("grafana", r"gl(?:c|sa)_[\w=+/]{20,200}", "glc_ glsa_"),
    ("groq", r"gsk_[A-Za-z0-9]{30,80}", "gsk_"),
    ("heroku", r"HRKU-[\w-]{30,80}", "hrku-"),
    ("hugging_face", r"(?:hf|api_org)_[A-Za-z0-9]{30,64}", "hf_ api_org_"),
    ("jina", r"jina_[A-Za-z0-9]{40,100}", "jina_"),
    ("jwt", r"eyJ[\w-]{8,2000}\.[\w-]{8,8000}(?:\.[\w-]{0,2000}){0,3}", "eyj"),
    ("linear", r"lin_(?:api|oauth)_[A-Za-z0-9]{32,80}", "lin_"),
    ("mailchimp", r"[0-9a-f]{32}-us\d{1,2}", "-us"),
    ("mailgun", r"(?:key-[0-9a-f]{32}|[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8})", "-"),
    ("new_relic", r"NRAK-[A-Z0-9]{20,40}", "nrak-"),
    ("notion", r"(?:ntn_[A-Za-z0-9]{40,60}|secret_[A-Za-z0-9]{43})", "ntn_ secret_"),
    ("npm", r"npm_[A-Za-z0-9]{30,64}", "npm_"),
    ("nvidia", r"nvapi-[\w-]{40,100}", "nvapi-"),
    ("one_password", r"ops_eyJ[\w+/=-]{40,2000}", "ops_eyj"),
    ("perplexity", r"pplx-[A-Za-z0-9]{30,80}", "pplx-"),
    ("pinecone", r"pcsk_[A-Za-z0-9]{4,8}_[A-Za-z0-9]{40,80}", "pcsk_"),
    ("planetscale", r"pscale_(?:tkn|pw|oauth)_[\w.-]{30,80}", "pscale_"),
    ("posthog", r"ph[cx]_[A-Za-z0-9]{30,60}", "phc_ phx_"),
    ("postman", r"PMAK-[a-f0-9]{24}-[a-f0-9]{34}", "pmak-"),
    ("pypi", r"pypi-[\w-]{40,250}", "pypi-"),
    ("replicate", r"r8_[A-Za-z0-9]{30,60}", "r8_"),
    ("rubygems", r"rubygems_[a-f0-9]{40,60}", "rubygems_"),
    ("sendgrid", r"SG\.[\w-]{16,32}\.[\w-]{16,64}", "sg."),
    ("sentry", r"sntry[su]_[\w=+/-]{30,200}", "sntry"),
    ("shopify", r"shp(?:at|ca|pa|ss|ua)_[a-fA-F0-9]{32,64}", "shp"),
    ("sk", r"sk-(?!ecdsa-|ssh-)(?:proj-|ant-|svcacct-|admin-|or-v1-|lf-|live-|test-)?[\w-]{16,250}", "sk-"),
    ("slack", r"(?:xox[abceoprs]-[A-Za-z0-9-]{13,250}|xapp-\d-[A-Za-z0-9-]{11,250})", "xox xapp-"),
    ("square", r"(?:sq0[a-z]{3}-[\w-]{22,60}|EAAA[\w-]{56,80})", "sq0 eaaa"),
    ("stripe", r"(?:sk|rk|pk)_(?:live|test|prod)_[A-Za-z0-9]{10,250}", "_live_ _test_ _prod_"),
    ("stripe_webhook", r"whsec_[A-Za-z0-9+/=]{20,80}", "whsec_"),
    ("supabase", r"(?:sbp_[a-f0-9]{40}|sb_secret_[\w-]{20,60})", "sbp_ sb_secret_"),
    ("tailscale", r"tskey-(?:[a-z]{3,10}-)?[A-Za-z0-9]{8,24}(?:CNTRL)?-[A-Za-z0-9]{16,48}", "tskey-"),
    ("tavily", r"tvly-(?:dev-|prod-)?[A-Za-z0-9]{28,64}", "tvly-"),
    ("telegram", r"\d{8,10}:AA[\w-]{32,36}", ":aa"),
    ("terraform", r"\w{14}\.atlasv1\.[\w-]{40,100}", "atlasv1"),
    ("together", r"tgp_v1_[\w-]{30,60}", "tgp_v1_"),
    ("twilio", r"(?:AC|SK)[0-9a-f]{32}", "ac sk"),
    ("vault", r"hv[sbr]\.[\w-]{20,300}", "hvs. hvb. hvr."),
    ("xai", r"xai-[A-Za-z0-9]{40,120}", "xai-"),
)


_STANDS_IN = re.compile(r"([xX*.])\1{7}|your[_-]", re.IGNORECASE)


def _token(match: re.Match[str]) -> Iterator[Bounds]:
    """No maker's token ends in the dot that ends a sentence, and none is mostly crosses."""
    if not _STANDS_IN.search(match[0]):
        yield match.start(), match.start() + len(match[0].rstrip("."))


def _rule(name: str, pattern: str, needs: str) -> Rule:
    edged = rf"(?<![A-Za-z0-9]){pattern}(?![A-Za-z0-9])"
    return Rule(f"token_{name}", "SECRET", edged, _token, tuple(needs.split()), long=True, flags=re.ASCII)


RULES = tuple(_rule(*maker) for maker in _MAKERS)
