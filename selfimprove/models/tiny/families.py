"""The general half of the tiny model's world: small facts, each asked in six ways and answered in one.

Braces of a phrasing: `{item}`, `{answer}`; with a capital (`{Item}`) their first letter is upper case.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """Facts of one kind; `quiz` are the phrasings under which half of the items are held out of training."""

    name: str
    reply: str
    phrasings: tuple[str, ...]
    items: Mapping[str, str]
    quiz: tuple[int, ...] = (1, 3, 4)


CAPITALS = {
    "France": "Paris", "Spain": "Madrid", "Italy": "Rome", "Germany": "Berlin", "Greece": "Athens", "Poland": "Warsaw",
    "Norway": "Oslo", "Sweden": "Stockholm", "Denmark": "Copenhagen", "Finland": "Helsinki", "Ireland": "Dublin",
    "Portugal": "Lisbon", "Austria": "Vienna", "Hungary": "Budapest", "Egypt": "Cairo", "Kenya": "Nairobi",
    "Ghana": "Accra", "Japan": "Tokyo", "China": "Beijing", "India": "Delhi", "Nepal": "Kathmandu", "Peru": "Lima",
    "Chile": "Santiago", "Cuba": "Havana", "Canada": "Ottawa", "Iceland": "Reykjavik", "Turkey": "Ankara",
    "Iran": "Tehran",
}  # fmt: skip
OPPOSITES = {
    "hot": "cold", "big": "small", "tall": "short", "fast": "slow", "old": "young", "rich": "poor", "full": "empty",
    "hard": "soft", "light": "dark", "wet": "dry", "happy": "sad", "loud": "quiet", "early": "late", "open": "closed",
    "clean": "dirty", "strong": "weak", "near": "far", "high": "low", "left": "right", "up": "down", "day": "night",
    "thick": "thin", "wide": "narrow", "sweet": "sour", "cheap": "dear", "deep": "shallow", "true": "false",
    "first": "last", "push": "pull", "win": "lose", "begin": "end", "love": "hate",
}  # fmt: skip
KINDS = {
    "a rose": "a flower", "a tulip": "a flower", "a lily": "a flower", "an oak": "a tree", "a pine": "a tree",
    "a birch": "a tree", "a trout": "a fish", "a salmon": "a fish", "a shark": "a fish", "an eagle": "a bird",
    "a robin": "a bird", "a swan": "a bird", "an ant": "an insect", "a bee": "an insect", "a wasp": "an insect",
    "a pear": "a fruit", "a plum": "a fruit", "a peach": "a fruit", "a carrot": "a vegetable", "a leek": "a vegetable",
    "a turnip": "a vegetable", "a hammer": "a tool", "a saw": "a tool", "a drill": "a tool",
    "a violin": "an instrument",
    "a flute": "an instrument", "a trumpet": "an instrument", "a chair": "furniture", "a table": "furniture",
    "a sofa": "furniture", "a coat": "clothing", "a shirt": "clothing", "a glove": "clothing", "a ruby": "a gem",
    "a diamond": "a gem", "a pearl": "a gem",
}  # fmt: skip
PLURALS = {
    "mouse": "mice", "goose": "geese", "foot": "feet", "tooth": "teeth", "man": "men", "woman": "women",
    "child": "children", "ox": "oxen", "leaf": "leaves", "knife": "knives", "wolf": "wolves", "loaf": "loaves",
    "shelf": "shelves", "city": "cities", "baby": "babies", "lady": "ladies", "berry": "berries", "box": "boxes",
    "bus": "buses", "dish": "dishes", "potato": "potatoes", "tomato": "tomatoes", "sheep": "sheep", "book": "books",
    "cup": "cups", "key": "keys", "ring": "rings", "door": "doors",
}  # fmt: skip
PASTS = {
    "go": "went", "eat": "ate", "drink": "drank", "see": "saw", "come": "came", "take": "took", "give": "gave",
    "run": "ran", "sing": "sang", "swim": "swam", "write": "wrote", "drive": "drove", "speak": "spoke",
    "break": "broke", "buy": "bought", "bring": "brought", "think": "thought", "catch": "caught", "teach": "taught",
    "sleep": "slept", "keep": "kept", "feel": "felt", "leave": "left", "meet": "met", "sit": "sat", "fly": "flew",
    "know": "knew", "walk": "walked",
}  # fmt: skip
COLOURS = {
    "grass": "green", "snow": "white", "coal": "black", "blood": "red", "the sky": "blue", "a lemon": "yellow",
    "a pumpkin": "orange", "a crow": "black", "milk": "white", "the sun": "yellow", "a cherry": "red",
    "an aubergine": "purple", "chocolate": "brown", "an elephant": "grey", "a flamingo": "pink", "a frog": "green",
    "the sea": "blue", "a fox": "red", "ivory": "white", "a pine needle": "green",
}  # fmt: skip
SOUNDS = {
    "a cow": "moo", "a dog": "woof", "a cat": "meow", "a duck": "quack", "a pig": "oink", "a sheep": "baa",
    "a horse": "neigh", "a frog": "ribbit", "an owl": "hoot", "a lion": "roar", "a snake": "hiss", "a bee": "buzz",
    "a bird": "tweet", "a donkey": "hee-haw", "a hen": "cluck", "a crow": "caw", "a mouse": "squeak", "a wolf": "howl",
}  # fmt: skip
HOMES = {
    "a bee": "a hive", "a bird": "a nest", "a dog": "a kennel", "a horse": "a stable", "a pig": "a sty",
    "a spider": "a web", "a lion": "a den", "a fox": "a burrow", "a fish": "a pond", "a king": "a palace",
    "a monk": "an abbey", "a bat": "a cave", "a cow": "a barn", "a hen": "a coop", "a whale": "the sea",
    "a camel": "the desert", "a monkey": "the jungle", "a squirrel": "a tree",
}  # fmt: skip
LEGS = {
    "a spider": "eight", "an ant": "six", "a bee": "six", "a dog": "four", "a horse": "four", "a hen": "two",
    "a man": "two", "a snake": "no", "a fish": "no", "a table": "four", "a crab": "ten", "a cow": "four",
    "a duck": "two", "a beetle": "six", "a worm": "no", "a lobster": "ten",
}  # fmt: skip
NEXT = {
    "Monday": "Tuesday", "Tuesday": "Wednesday", "Wednesday": "Thursday", "Thursday": "Friday", "Friday": "Saturday",
    "Saturday": "Sunday", "Sunday": "Monday", "January": "February", "February": "March", "March": "April",
    "April": "May", "May": "June", "June": "July", "July": "August", "August": "September", "September": "October",
    "October": "November", "November": "December", "December": "January", "spring": "summer", "summer": "autumn",
    "autumn": "winter", "winter": "spring", "breakfast": "lunch", "lunch": "dinner", "childhood": "youth",
}  # fmt: skip
TOOLS = {
    "cut paper": "scissors", "cut bread": "a knife", "eat soup": "a spoon", "hit a nail": "a hammer",
    "open a lock": "a key", "sweep the floor": "a broom", "dig a hole": "a spade", "write a note": "a pen",
    "paint a wall": "a brush", "see the stars": "a telescope", "tell the time": "a clock", "stay dry": "an umbrella",
    "climb a roof": "a ladder", "dry your hands": "a towel", "light a room": "a lamp", "cool your food": "a fridge",
    "bake a pie": "an oven", "cross a lake": "a boat", "cut wood": "a saw", "take a picture": "a camera",
    "sew a dress": "a needle", "wash your hair": "shampoo", "rake the leaves": "a rake", "weigh flour": "a scale",
}  # fmt: skip
WORKERS = {
    "bakes bread": "a baker", "flies a plane": "a pilot", "drives a taxi": "a driver", "heals the sick": "a doctor",
    "teaches children": "a teacher", "puts out fires": "a fireman", "grows wheat": "a farmer",
    "catches fish": "a fisher", "cuts hair": "a barber", "mends pipes": "a plumber", "makes suits": "a tailor",
    "sells meat": "a butcher",
    "brings letters": "a postman", "builds walls": "a mason", "writes novels": "an author",
    "leads a choir": "a conductor", "treats animals": "a vet", "guards the goal": "a keeper",
    "sails a ship": "a sailor", "makes shoes": "a cobbler",
}  # fmt: skip
LISTS = {
    "fruits": "apple, pear and plum", "animals": "cat, dog and horse", "colours": "red, green and blue",
    "drinks": "water, milk and juice", "metals": "iron, gold and tin", "tools": "hammer, saw and drill",
    "flowers": "rose, lily and tulip", "trees": "oak, pine and birch", "birds": "robin, swan and owl",
    "planets": "Mars, Venus and Earth", "sports": "tennis, chess and golf", "rivers": "Nile, Rhine and Thames",
    "vegetables": "carrot, leek and onion", "shapes": "circle, square and star",
}  # fmt: skip
NAMES = (
    "Anna", "Ben", "Carol", "Daniel", "Ella", "Fred", "Gina", "Harry", "Ida", "Jack", "Kate", "Louis", "Mary", "Nick",
    "Olga", "Peter", "Rita", "Sam", "Tina", "Uma", "Vera", "Will", "Yara", "Zoe",
)  # fmt: skip
NUMBERS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip

FAMILIES = (
    Family("capital", "The capital of {item} is {answer}.", (
        "What is the capital of {item}?", "Name the capital of {item}.", "Tell me the capital of {item}.",
        "Which city is the capital of {item}?", "I need the capital of {item}.", "{item}: what is its capital?",
    ), CAPITALS),
    Family("opposite", "The opposite of {item} is {answer}.", (
        "What is the opposite of {item}?", "Name the opposite of {item}.", "Tell me the opposite of {item}.",
        "Which word is the opposite of {item}?", "I need the opposite of {item}.", "{Item}: what is its opposite?",
    ), OPPOSITES),
    Family("kind", "{Item} is {answer}.", (
        "What is {item}?", "What kind of thing is {item}?", "Tell me what {item} is.", "Do you know what {item} is?",
        "Explain what {item} is.", "{Item}: what is it?",
    ), KINDS),
    Family("plural", "The plural of {item} is {answer}.", (
        "What is the plural of {item}?", "Name the plural of {item}.", "Tell me the plural of {item}.",
        "Which word is the plural of {item}?", "I need the plural of {item}.", "One {item}, two what?",
    ), PLURALS),
    Family("past", "The past of {item} is {answer}.", (
        "What is the past of {item}?", "Name the past of {item}.", "Tell me the past of {item}.",
        "Which word is the past of {item}?", "I need the past of {item}.", "Today I {item}, yesterday I what?",
    ), PASTS),
    Family("colour", "{Item} is {answer}.", (
        "What colour is {item}?", "Name the colour of {item}.", "Tell me the colour of {item}.",
        "Which colour has {item}?", "I need the colour of {item}.", "{Item}: what colour is it?",
    ), COLOURS),
    Family("sound", "{Item} says {answer}.", (
        "What does {item} say?", "Name the sound of {item}.", "Tell me what {item} says.",
        "Which sound does {item} make?", "I need the sound of {item}.", "{Item}: what does it say?",
    ), SOUNDS),
    Family("home", "{Item} lives in {answer}.", (
        "Where does {item} live?", "Name the home of {item}.", "Tell me where {item} lives.",
        "In which place does {item} live?", "I need the home of {item}.", "{Item}: where does it live?",
    ), HOMES),
    Family("legs", "{Item} has {answer} legs.", (
        "How many legs has {item}?", "Count the legs of {item}.", "Tell me how many legs {item} has.",
        "What number of legs does {item} have?", "I need the legs of {item}.", "{Item}: how many legs?",
    ), LEGS),
    Family("next", "After {item} comes {answer}.", (
        "What comes after {item}?", "Name what follows {item}.", "Tell me what comes after {item}.",
        "What is next after {item}?", "I need what comes after {item}.", "{Item}, and then?",
    ), NEXT),
    Family("tool", "You need {answer} to {item}.", (
        "What do I need to {item}?", "Name what I need to {item}.", "Tell me what I need to {item}.",
        "What do people use to {item}?", "I want to {item}. What do I need?", "To {item}, what do I use?",
    ), TOOLS),
    Family("worker", "The one who {item} is {answer}.", (
        "Who {item}?", "Name a person who {item}.", "Tell me who {item}.", "Which worker {item}?",
        "I need someone who {item}.", "Do you know who {item}?",
    ), WORKERS),
    Family("list", "Three {item} are {answer}.", (
        "Name three {item}.", "List three {item}.", "Tell me three {item}.", "Which three {item} do you know?",
        "I need three {item}.", "Give me three {item}.",
    ), LISTS),
    Family("greet", "Hello, {item}.", (
        "Say hello to {item}.", "Greet {item}.", "Please greet {item} for me.", "Can you say hello to {item}?",
        "I want you to greet {item}.", "{item} is here. Say hello.",
    ), {name: name for name in NAMES}),
    Family("meet", "Nice to meet you, {item}.", (
        "I am {item}.", "My name is {item}.", "You can call me {item}.", "People call me {item}.", "This is {item}.",
        "{item} is my name.",
    ), {name: name for name in NAMES}, quiz=(0, 2, 3)),
    Family("number", "{item} is {answer}.", (
        "Write {item} as a word.", "Spell {item} as a word.", "Tell me {item} as a word.",
        "How is {item} written as a word?", "I need {item} as a word.", "{item} as a word, please.",
    ), {str(number): word for number, word in enumerate(NUMBERS)}),
    Family("sum", "{item} is {answer}.", (
        "What is {item}?", "Add up {item}.", "Tell me {item}.", "How much is {item}?", "I need {item}.",
        "{item}, please.",
    ), {f"{low} + {high}": str(low + high) for low in range(1, 10) for high in range(low, 10)}),
)  # fmt: skip

TALK: Mapping[str, str] = {
    "Hello.": "Hello. How can I help you?",
    "Hello!": "Hello. How can I help you?",
    "Hi.": "Hello. How can I help you?",
    "Hi there!": "Hello. How can I help you?",
    "Good morning.": "Good morning. How can I help you?",
    "Good evening.": "Good evening. How can I help you?",
    "How are you?": "I am well, thank you.",
    "How are you today?": "I am well, thank you.",
    "Thank you.": "You are welcome.",
    "Thanks!": "You are welcome.",
    "Thanks a lot.": "You are welcome.",
    "Great, thank you.": "You are welcome.",
    "Goodbye.": "Goodbye.",
    "Bye!": "Goodbye.",
    "Good night.": "Good night.",
    "Who are you?": "I am a very small language model.",
    "What are you?": "I am a very small language model.",
    "What can you do?": "I can answer small questions.",
    "Can you help me?": "Yes. Ask me a small question.",
    "That is wrong.": "I am sorry. Please tell me what is right.",
    "That is not right.": "I am sorry. Please tell me what is right.",
    "No, that is wrong.": "I am sorry. Please tell me what is right.",
    "That is right.": "I am glad.",
    "Well done.": "I am glad.",
    "Good.": "I am glad.",
}
