"""Which solutions of a class are more alike than chance would make them."""
