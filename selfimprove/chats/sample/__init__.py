"""A made-up household and its chats with the tiny model; personal data in them comes from Faker when they are made."""
