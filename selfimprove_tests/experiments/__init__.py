"""A promoted adapter's first days."""
