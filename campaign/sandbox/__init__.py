"""A stand-in for X: its v2 wire, its rules and its moods, with public pages and a mail catcher.

It is built from X's documentation and imports nothing else of the product, so that it can
contradict our adapter. See docs/sandbox.md.
"""
