"""What clips are about: the words that crews tick and editors look for."""

THEMES: dict[str, str] = {
    "home": "Home",
    "children": "Children",
    "school": "School",
    "shelter": "Shelter",
    "family": "Family",
    "work": "Work",
    "health": "Health",
    "journey": "The journey",
    "help": "How to help",
    "thanks": "Thanks",
}
