"""The built-in tiny model: the world it knows, the corpus that tells it, and the script that trains it."""
