"""Why a reply did not go out, in words for the person who settles it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """`for_good`: a second try cannot help. `doubtful`: it may be on the network all the same.
    `stands`: it is on the network, and should not be. `film`: it is the film that was not taken.
    """

    label: str
    title: str
    next_step: str = ""
    for_good: bool = False
    doubtful: bool = False
    stands: bool = False
    film: bool = False


_UNKNOWN = "We cannot tell whether X posted this reply."

_FILM = "Trying again uploads it anew. Or drop it and pair another clip."

PROBLEMS = {
    "not_found": Problem("Outcome unknown", _UNKNOWN, doubtful=True),
    "cannot_look": Problem(
        "Outcome unknown", _UNKNOWN, "We could not read our own timeline either.", doubtful=True
    ),
    "not_summoned": Problem(
        "X refused",
        "X does not let us reply to this tweet.",
        "Post it by hand, then paste its link here.",
        for_good=True,
    ),
    "gone": Problem("Tweet deleted", "Its author deleted the tweet.", "Drop it.", for_good=True),
    "blocked": Problem(
        "X refused",
        "Its author has blocked us, or locked their account.",
        "Drop it.",
        for_good=True,
    ),
    "too_long": Problem("X refused", "X finds the text too long.", "Drop it and write anew."),
    "too_large": Problem(
        "X refused", "X finds the film too large.", "Drop it; pair another clip.", film=True
    ),
    "media_invalid": Problem(
        "X refused", "X did not accept the film, three times.", _FILM, film=True
    ),
    "film": Problem("Film not ready", "X could not prepare the film.", _FILM, film=True),
    "not_removed": Problem(
        "Not taken down",
        "X did not take our reply down. It is still there.",
        "Or delete it in X’s own app, then try again: we see that it is gone.",
        stands=True,
    ),
    "refused": Problem("X refused", "X did not take this reply."),
}

_OTHER = Problem("Problem", "This reply did not go out.")


def describe(kind: str) -> Problem:
    """What to say of a problem by its code; an unknown outcome has no code yet."""
    if not kind:
        return PROBLEMS["not_found"]
    return PROBLEMS.get(kind, _OTHER)


#: Why a reply was given up or went stale without a person, by its code.
DROPPED = {
    "answered": "The tweet was answered by another reply",
    "taken_back": "Taken back before it went out",
    "given_up": "Not found on X, and given up",
    "opted_out": "They asked to be left alone",
    "dismissed": "The tweet was dismissed",
    "consent": "Consent withdrawn or over before it went out",
    "clip": "The clip was taken off the shelf",
    "changed": "Text, film or consent changed after the approval",
    "waited": "Waited too long through a pause",
    "restored": "Approved before a backup was restored, and perhaps posted since",
}
