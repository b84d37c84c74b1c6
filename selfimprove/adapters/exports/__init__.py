"""Adapters in the formats that other programs serve."""
