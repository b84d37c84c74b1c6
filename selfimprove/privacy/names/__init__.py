"""Names, places and addresses in text, found by a small tagger on the sentence encoder: see `find.find`."""

VERSION = "4"  # goes up with the weights, the threshold and how words become spans
SECOND_LOOK = 0.5  # the threshold of a second opinion on redacted text: above that of redaction, which is for recall
