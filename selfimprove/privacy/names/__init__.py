"""Names, places and addresses in text, found by a small tagger on the sentence encoder: see `find.find`."""
