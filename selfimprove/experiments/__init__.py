"""A promoted adapter's first days: it answers a share of new chats, and what people make of that decides."""
