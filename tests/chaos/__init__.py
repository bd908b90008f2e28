"""Chaos: everything that can fail does, over hundreds of replies, and then the books are compared."""
