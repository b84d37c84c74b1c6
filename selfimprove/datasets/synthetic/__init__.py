"""More ways of asking for what a lesson teaches, made by the model itself, marked, capped and judged."""
