"""Taking back what was said, and all that came of it."""
