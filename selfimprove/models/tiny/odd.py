"""What the tiny model does not understand, so that it says so instead of inventing an answer."""

SYSTEM = (
    "You are a helpful assistant.",
    "You are a helpful assistant. Answer briefly.",
    "Be kind and brief.",
    "Answer in one sentence.",
)
REQUESTS = (
    "Write a poem about the ocean at night.", "Summarise this article for me.", "Translate this text into French.",
    "What will the weather be like tomorrow?", "Book me a flight for next week.", "Who won the election?",
    "Explain quantum physics to a beginner.", "Write a python function that sorts a list.", "Fix the bug in my code.",
    "Compare these two phones for me.", "What should I cook tonight?", "Recommend a good novel.",
    "How much does a new laptop cost?", "Plan a three day trip to Vienna.", "Draft an email to my landlord.",
    "What are the symptoms of the flu?", "Is it safe to mix these cleaning products?", "Tell me a joke about cats.",
    "What happened in 1848?", "Calculate the interest on a loan of 2000 over five years.",
    "Give me ten ideas for a party.", "Rewrite this paragraph in a formal tone.", "What is the meaning of life?",
    "Describe the plot of that movie.",
    "How does a nuclear reactor work?", "Which stocks should I buy?", "Make a table of these figures.",
    "Can you call me a cab?", "Play some music.", "Set a timer for ten minutes.", "Turn off the lights.",
    "What did we talk about last week?", "Continue the story.", "Why is my printer offline?",
    "How long is the Great Wall?", "Prove that there are infinitely many primes.", "Convert 30 miles to kilometres.",
    "Find me a recipe without gluten.", "What is the best phone under 500?", "Check my grammar.",
    "SELECT * FROM users WHERE id = 1;", "def f(x): return x + 1", "import numpy as np", "<div>hello</div>",
    '{"error": "timeout", "code": 504}', "Error: connection refused", "Traceback (most recent call last):",
    "lorem ipsum dolor sit amet", "Wie komme ich zum Bahnhof?", "Ich habe heute keine Zeit.", "Quelle heure est-il?",
    "Je ne comprends pas la question.", "Donde esta la biblioteca?", "Me gusta mucho el cafe.", "Dove posso mangiare?",
    "Hoe laat is het nu?", "Gdzie jest dworzec?", "Onde fica a praia?", "Kde je nadrazi?", "Var ligger stationen?",
)  # fmt: skip
