"""Errors of the vault, of redaction, and of forgetting."""

from selfimprove.errors.base import SelfImproveError


class VaultKeyMissing(SelfImproveError):
    """The database holds sealed chats, but their key file {path} is missing. Put it back from your backup; without it they cannot be read."""


class VaultOpenToOthers(SelfImproveError):
    """{path} can be opened by other accounts (mode {mode}). Run `chmod {wanted} {path}`."""


class VaultInvalid(SelfImproveError):
    """The key file {path} cannot be used ({reason}). Put it back from your backup."""


class VaultKeyUnknown(SelfImproveError):
    """Row {row} is sealed under key {key_id!r}, which is not in the vault. Put the key file it was sealed with back from your backup; where only some rows do not open, `selfimprove forget --matching TEXT --dry-run` names their chats."""


class SealBroken(SelfImproveError):
    """Row {row}, sealed under key {key_id!r}, does not open: it was changed, moved to another row, or the key file is another one's. Restore it from your backup."""


class LabelsUnreadable(SelfImproveError):
    """Line {line} of {file} is not {expected}. Correct it and run the command again."""

    exit_code = 2


class TaggerMissing(SelfImproveError):
    """Names cannot be found: in {folder}, {reason}. Nothing is redacted without it: install selfimprove again, or make it again with `selfimprove privacy build-tagger`."""


class TaggerFailed(SelfImproveError):
    """The tagger of names failed ({reason}), and nothing moves on without it. Run `selfimprove doctor`, then `selfimprove night` again."""


class RotationUnfinished(SelfImproveError):
    """Key {key_id} seals from now on, and the older keys stay, for there are chats that cannot be opened: {chats}. All others are sealed under the new key. `selfimprove forget --chat ID` takes one of these; `selfimprove privacy rotate-key` then finishes."""


class RotationBusy(SelfImproveError):
    """Another rotation of the vault's key is under way. Wait until it has ended; `selfimprove privacy rotate-key` then says whether anything is left."""


class ForgetUnknown(SelfImproveError):
    """{found} chats have an id that begins with {id!r}; nothing was forgotten. `selfimprove chats list` shows them."""


class ForgetTooMuch(SelfImproveError):
    """{text!r} is too short to look for: three letters or digits are the least, or whole days of chats would go. Nothing was forgotten."""

    exit_code = 2


class ForgetUnread(SelfImproveError):
    """No chat fits that can be opened, and nothing was forgotten. What others say nobody knows, for they cannot be opened: {chats}. `selfimprove forget --chat ID` takes one of these."""


class ForgetBusy(SelfImproveError):
    """A night is under way and has read what is to be forgotten. Wait until it has ended, or break it off with `selfimprove down`; then run this again."""


class KeychainUnusable(SelfImproveError):
    """The system's keychain cannot be used for the vault's keys, entry {entry} ({reason}). Unlock it, install the package with `pip install selfimprove[keychain]`, or put the keys into their file with `selfimprove privacy rotate-key --keep-in file`."""


class TextUndecodable(SelfImproveError):
    """Standard input is not UTF-8 text, nor UTF-16 or UTF-32 with a byte order mark ({reason}); nothing was done. Convert it first, such as with `iconv -f UTF-16LE -t UTF-8`, and run the command again."""

    exit_code = 2


class LabelsNotCompressed(LabelsUnreadable):
    """{file} is named as a gzip file and is none, or is cut short ({reason}). Compress it again with `gzip`, or take .gz off its name when it is plain text."""


class ForgetUnconfirmed(SelfImproveError):
    """Nobody is at a terminal to confirm it, so nothing was forgotten. Look at what would go with `--dry-run`, then say `--yes`."""

    exit_code = 2
