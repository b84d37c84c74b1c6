"""Made-up secrets, and who would notice them."""
