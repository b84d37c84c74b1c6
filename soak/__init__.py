"""A whole house under clients, nights, swaps and kills, and whether everything adds up in the end."""
