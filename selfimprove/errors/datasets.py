"""Errors of what a night trains on."""

from selfimprove.errors.base import SelfImproveError


class DatasetUnknown(SelfImproveError):
    """There is {found} whose id begins with {id!r}. List them with `selfimprove datasets list`."""


class DatasetChanged(SelfImproveError):
    """Dataset {id} no longer holds what its manifest says ({files}): chats were forgotten since. Run the night again to freeze a new one."""


class FolderTaken(SelfImproveError):
    """{folder} holds other files, which would be lost. Name a folder that is empty or does not exist."""


class FolderUnwritable(SelfImproveError):
    """{folder} cannot be made or written to ({reason}). Name a folder that you may write to."""

    exit_code = 2


class SecondOpinionMissing(SelfImproveError):
    """What {reader} says of tonight's examples cannot be used ({reason}), so no dataset was frozen. Run `selfimprove doctor`, then `selfimprove night` again."""


class RouteUnknown(SelfImproveError):
    """{found} that was routed has an id that begins with {id!r}. `selfimprove datasets routes` lists them."""

    exit_code = 2
