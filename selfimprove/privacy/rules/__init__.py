"""The rules, by what they recognise; each module has its own in RULES."""

from selfimprove.privacy.rules import identity, links, mail, money, network, passwords, phone, tokens, wallets
from selfimprove.privacy.rules.rule import Rule

# Where spans of equal length overlap, the earlier rule names the type.
RULES: tuple[Rule, ...] = (
    *links.RULES, *tokens.RULES, *passwords.RULES, *mail.RULES, *money.RULES, *identity.RULES, *network.RULES, *phone.RULES, *wallets.RULES,
)  # fmt: skip
