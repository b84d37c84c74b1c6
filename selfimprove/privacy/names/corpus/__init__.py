"""What the tagger is trained on: sentences of the package's own, filled with made-up people and places from Faker."""
