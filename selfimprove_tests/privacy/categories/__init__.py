"""The 25 categories of personal data, secrets and look-alikes, with values made fresh from a seed.

Names (22) and street addresses (23) belong to the tagger, so no items are made for them here.
"""
