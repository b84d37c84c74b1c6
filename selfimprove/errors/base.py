"""What every error that a user can act on has in common."""


class SelfImproveError(Exception):
    """Something went wrong; run `selfimprove doctor`."""

    exit_code = 1

    def __init__(self, **details: object) -> None:
        self.details = details
        super().__init__((type(self).__doc__ or "").format(**details))
