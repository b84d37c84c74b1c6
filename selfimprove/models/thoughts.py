"""What a model thinks aloud before it answers, as most of them mark it."""

import re

OPENS = "<think>"
THOUGHT = re.compile(rf"{OPENS}.*?(?:</think>|\Z)", re.DOTALL)
