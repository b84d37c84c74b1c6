"""The day: an OpenAI-compatible server that answers, and keeps what was said."""
