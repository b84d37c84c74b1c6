"""Names, places and addresses in text, found by a small tagger on the sentence encoder: see `find.find`."""

VERSION = "2"  # goes up with the weights, the threshold and how words become spans
