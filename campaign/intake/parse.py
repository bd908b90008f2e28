"""A replay's file, line by line, as the stream would have given it."""

from collections.abc import Iterator
from typing import BinaryIO

from campaign.networks import x_payload
from campaign.networks.base import IncomingPost, Skipped
from campaign.networks.stream import Lines

READ = 256 * 1024


def posts(file: BinaryIO) -> Iterator[IncomingPost | Skipped]:
    """The posts of a file of X v2 payloads, one a line; never more than one line in memory.

    What cannot be used (no JSON, no author, no text, too long …) comes as `Skipped`.
    """
    lines = Lines()
    while data := file.read(READ):
        for line in lines.feed(data):
            if line != b"":
                yield post(line)
    for line in lines.feed(b"\n"):
        if line != b"":
            yield post(line)


def post(line: bytes | None) -> IncomingPost | Skipped:
    """One line; None stands for one that was too long to keep."""
    if line is None:
        return Skipped("too_long")
    try:
        return x_payload.line(line)
    except x_payload.Unreadable as unreadable:
        return Skipped(unreadable.reason)
