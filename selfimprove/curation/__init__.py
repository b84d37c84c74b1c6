"""What is worth learning from: reject, deduplicate, embed."""
