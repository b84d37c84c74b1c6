"""The 25 categories of personal data, secrets and look-alikes, with values made fresh from a seed."""
