"""Words that templates draw from."""

NAMES = (
    "Amira", "Bruno", "Celia", "Dorian", "Edda", "Fabio", "Greta", "Hanno", "Ilse", "Jarek", "Klara", "Lorenz", "Mona",
    "Nadir", "Ottilie", "Per", "Quirin", "Runa", "Selma", "Tarek", "Ulla", "Vito", "Wenke", "Yara", "Zoltan",
)  # fmt: skip
TOWNS = ("Aarburg", "Bellmont", "Carrow", "Dunsel", "Eastvale", "Fennick", "Glenmoor", "Harwell", "Ivydale", "Kelder")
THINGS = (
    "anvil", "basket", "candle", "drum", "easel", "ferry", "globe", "hammer", "kettle", "ladder", "mirror", "needle",
    "oar", "pillow", "quilt", "rope", "saddle", "teapot", "urn", "violin", "wagon", "zither",
)  # fmt: skip
TOPICS = ("the sea", "a market", "winter", "an orchard", "a train journey", "bread", "a library", "the moon")
GOODS = ("notebook", "lamp", "scarf", "mug", "clock", "umbrella", "backpack", "bowl", "puzzle", "blanket")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
