"""Room 1: what people asked and got, as it arrived, sealed."""
