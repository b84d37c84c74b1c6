"""The rules, by what they recognise; each module has its own in RULES."""

from selfimprove.privacy.rules import (
    accounts,
    countries,
    given,
    identity,
    laid_out,
    links,
    mail,
    mail_hidden,
    makers,
    marked,
    money,
    network,
    phone,
    said,
    spoken,
    things,
    tokens,
    wallets,
    written,
)
from selfimprove.privacy.rules.rule import Rule

# Where spans of equal length overlap, the earlier rule names the type.
RULES: tuple[Rule, ...] = (
    *links.RULES,
    *makers.RULES,
    *tokens.RULES,
    *said.RULES,
    *marked.RULES,
    *given.RULES,
    *laid_out.RULES,
    *mail.RULES,
    *mail_hidden.RULES,
    *money.RULES,
    *accounts.RULES,
    *identity.RULES,
    *countries.RULES,
    *network.RULES,
    *phone.RULES,
    *spoken.RULES,
    *things.RULES,
    *wallets.RULES,
    *written.RULES,
)
