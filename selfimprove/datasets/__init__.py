"""What tonight trains on: choose, split, replay, freeze."""
