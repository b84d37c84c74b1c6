"""What was learned: recipe, training, files."""
