"""Who answers: local models through MLX, and servers that speak the OpenAI protocol."""
