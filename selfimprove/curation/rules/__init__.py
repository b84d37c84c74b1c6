"""One file a rule: each reads a redacted chat and returns why it is left out, or None."""
