"""Imported once by the server from which the killed processes are forked."""

import sys

from selfimprove.models import blas

blas.use()
sys.modules["torch"] = None  # type: ignore[assignment]  # as in `models.serve`

import mlx_lm.tuner.trainer  # noqa: E402
import mlx_lm.utils  # noqa: F401, E402
