"""Errors of the machine, the database, the processes and the night as a whole."""

from selfimprove.errors.base import SelfImproveError


class SettingInvalid(SelfImproveError):
    """{name} is {value!r}, which is not {expected}. Set it to one, or unset it to use the default."""

    exit_code = 2


class DatabaseDown(SelfImproveError):
    """The database does not answer ({reason}). Start it with `selfimprove up`, or check SELFIMPROVE_DATABASE_URL."""


class DatabaseTooOld(SelfImproveError):
    """The database lacks {missing}. Use PostgreSQL 15 or newer with pgvector 0.7 or newer, or unset SELFIMPROVE_DATABASE_URL."""


class DatabaseOfOldVersion(SelfImproveError):
    """The database is an older version's, which was not brought to this one yet. `selfimprove up` does it, and goes on from there."""


class MigrationChanged(SelfImproveError):
    """Migration {name} was applied with other content than {path} has now. Restore the file, and put the change into a new migration."""


class PortInUse(SelfImproveError):
    """Port {port} is taken by {holder}. Stop it, or choose another port: {variable}={other} selfimprove up."""


class AlreadyUp(SelfImproveError):
    """selfimprove is already up (pid {pid}, {url}). Stop it with `selfimprove down`."""


class FolderOfOthers(SelfImproveError):
    """{folder} is not this account's alone, and Dagster's code server would listen there. Remove it, or set SELFIMPROVE_HOME to a shorter path."""


class ServiceStopped(SelfImproveError):
    """{name} stopped by itself with exit code {code}. Its log is {log}; start again with `selfimprove up`."""


class RunNotStarted(SelfImproveError):
    """The night could not be launched: {reason}. Run `selfimprove doctor`; the logs are in {logs}."""


class FirstDayNotOver(SelfImproveError):
    """Nothing can be read yet: nights read whole days from SELFIMPROVE_FIRST_DAY on, which is {first}, and today is {today} by this machine's clock. Set an earlier day, or wait for tomorrow."""


class NightRunning(SelfImproveError):
    """A night is running already (pid {pid}). Run this again when it has ended, or break it off with `selfimprove down`."""


class NightStranded(SelfImproveError):
    """Dagster's {name} went away while the night ran. What was done is kept; run `selfimprove night` again. Its log is {log}."""


class NightDeleted(SelfImproveError):
    """The run of this night was deleted in Dagster before it was told how it ended. What was done is kept; run `selfimprove night` again."""


class ServiceUnsupported(SelfImproveError):
    """Services cannot be installed here: {reason}. Until then `selfimprove up` runs everything in the foreground."""


class ServiceOfOtherHouse(SelfImproveError):
    """The services that are installed are of the house in {home}. Remove them first: SELFIMPROVE_HOME={home!r} selfimprove service uninstall."""


class ServiceFailed(SelfImproveError):
    """The system refused `{command}` ({said}). `selfimprove service status` shows what is installed."""
