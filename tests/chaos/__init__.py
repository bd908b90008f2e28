"""Chaos: all that can fail does, over hundreds of replies; then the books are compared."""
