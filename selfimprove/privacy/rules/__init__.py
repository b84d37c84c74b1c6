"""The rules, by what they recognise; each module has its own in RULES."""

from selfimprove.privacy.rules import (
    given,
    identity,
    links,
    mail,
    makers,
    money,
    network,
    phone,
    said,
    tokens,
    wallets,
)
from selfimprove.privacy.rules.rule import Rule

# Where spans of equal length overlap, the earlier rule names the type.
RULES: tuple[Rule, ...] = (
    *links.RULES,
    *makers.RULES,
    *tokens.RULES,
    *said.RULES,
    *given.RULES,
    *mail.RULES,
    *money.RULES,
    *identity.RULES,
    *network.RULES,
    *phone.RULES,
    *wallets.RULES,
)
