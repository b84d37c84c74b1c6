"""The test of leaks: made-up secrets, redacted values, and whom a model learned from."""
