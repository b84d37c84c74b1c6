"""The gates, the decision, promotion and the way back."""
