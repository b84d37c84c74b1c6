"""Errors of adapters: their training, their files, and what becomes of them."""

from selfimprove.errors.base import SelfImproveError


class AdapterOfOtherBase(SelfImproveError):
    """Adapter {adapter} was trained for the base model {base}, not for {name!r}. Set SELFIMPROVE_BASE_MODEL to its base, or train again."""


class AdapterUnknown(SelfImproveError):
    """{found} adapters have an id that begins with {given!r}. `selfimprove adapters list` shows them."""


class AdapterCorrupt(SelfImproveError):
    """Adapter {id} cannot be used: {file} {reason}. Put the file back from a backup, or go back to an earlier adapter with `selfimprove promotion rollback`."""


class NothingToTrain(SelfImproveError):
    """There is no dataset to train on: {reason} Run `selfimprove night`, which makes one first."""


class TrainingBusy(SelfImproveError):
    """Another training is running in {home}. Wait until it ends; `selfimprove status` shows it."""


class ExampleDiverged(SelfImproveError):
    """The loss became {loss} at step {step}; nothing was kept. The step's examples were {examples}: look at them, or lower the learning rate and train again."""


class AdapterPruned(AdapterCorrupt):
    """Adapter {id} was pruned on {day}: its files are deleted, its row and what was measured of it are kept. `selfimprove adapters list` shows which have files; pin one before it goes with `selfimprove adapters pin`."""


class AdaptersInUse(SelfImproveError):
    """Adapter {id} is being read, by a training, an evaluation or an export, so nothing was pruned. Wait until that has ended; `selfimprove status` shows what runs."""


class ExportRefused(SelfImproveError):
    """Adapter {id} was not exported: {reason}. Export another one, or this one all the same with --even-so."""

    exit_code = 2


class ExportImpossible(SelfImproveError):
    """Adapter {id} cannot be written as {format}: {reason}. {instead}"""

    exit_code = 2


class ExportDiffers(SelfImproveError):
    """The {format} export of adapter {id} does not answer as the adapter does ({reason}), and was removed. {instead}"""
