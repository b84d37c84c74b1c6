"""A local language model that learns from its own conversations every night, and proves it before it goes live."""
