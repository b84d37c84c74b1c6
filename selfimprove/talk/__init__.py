"""A chat in the terminal, by way of the gateway: what is said there is kept, rated and learned like anybody's."""
