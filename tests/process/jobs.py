"""Jobs and sweeps for the tests of those who run them; what they did is noted in Redis."""

import os
import time

import redis


def _notes() -> redis.Redis:
    return redis.Redis.from_url(os.environ["REDIS_URL"])


def notes() -> list[str]:
    with _notes() as connection:
        return [note.decode() for note in connection.lrange("notes", 0, -1)]


def note(text: str) -> None:
    with _notes() as connection:
        connection.rpush("notes", text)


def note_slowly(text: str, seconds: float) -> None:
    note(f"{text} begins")
    time.sleep(seconds)
    note(f"{text} ends")


def good_sweep() -> None:
    note("good")


def bad_sweep() -> None:
    note("bad")
    raise RuntimeError("this sweep always fails")
