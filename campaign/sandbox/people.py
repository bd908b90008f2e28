"""What a handle and a language may look like."""

HANDLE = r"^[A-Za-z0-9_]{1,15}$"
LANGUAGE = r"^[a-z]{2,3}$"
