"""Every error that a user can act on. A class's docstring is its message; the arguments fill its braces."""


class SelfImproveError(Exception):
    """Something went wrong; run `selfimprove doctor`."""

    exit_code = 1

    def __init__(self, **details: object) -> None:
        self.details = details
        super().__init__((type(self).__doc__ or "").format(**details))


class SettingInvalid(SelfImproveError):
    """{name} is {value!r}, which is not {expected}. Set it to one, or unset it to use the default."""

    exit_code = 2


class DatabaseDown(SelfImproveError):
    """The database does not answer ({reason}). Start it with `selfimprove up`, or check SELFIMPROVE_DATABASE_URL."""


class DatabaseTooOld(SelfImproveError):
    """The database lacks {missing}. Use PostgreSQL 15 or newer with pgvector 0.7 or newer, or unset SELFIMPROVE_DATABASE_URL."""


class MigrationChanged(SelfImproveError):
    """Migration {name} was applied with other content than {path} has now. Restore the file, and put the change into a new migration."""


class VaultKeyMissing(SelfImproveError):
    """The database holds sealed chats, but their key file {path} is missing. Put it back from your backup; without it they cannot be read."""


class VaultOpenToOthers(SelfImproveError):
    """{path} can be opened by other accounts (mode {mode}). Run `chmod {wanted} {path}`."""


class VaultInvalid(SelfImproveError):
    """The key file {path} cannot be used ({reason}). Put it back from your backup."""


class VaultKeyUnknown(SelfImproveError):
    """A row is sealed under key {key_id!r}, which is not in the vault. Put the key file it was sealed with back from your backup."""


class SealBroken(SelfImproveError):
    """A row sealed under key {key_id!r} does not open: it was changed, moved to another row, or the key file is another one's. Restore it from your backup."""
