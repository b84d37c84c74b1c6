"""Every error that a user can act on. A class's docstring is its message; the arguments fill its braces."""

from selfimprove.errors.base import *
from selfimprove.errors.house import *
from selfimprove.errors.chats import *
from selfimprove.errors.privacy import *
from selfimprove.errors.models import *
from selfimprove.errors.datasets import *
from selfimprove.errors.adapters import *
from selfimprove.errors.evals import *
from selfimprove.errors.promotion import *
from selfimprove.errors.gateway import *
from selfimprove.errors.day import *
