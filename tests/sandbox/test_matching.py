"""X's query language."""

import pytest

from campaign.sandbox.matching import NotAQuery, Subject, compile_query

POST = Subject(
    text="Welcome, she said. @iwelcome_now #IWelcome https://example.com/a",
    author="tess",
    lang="en",
    kind=frozenset({"reply"}),
    has=frozenset({"links"}),
    to="iwelcome_now",
    in_reply_to="7",
    conversation="5",
    urls=("https://example.com/a",),
)


@pytest.mark.parametrize(
    ("query", "matches"),
    [
        ("#iwelcome", True),
        ("#welcome", False),
        ("@IWELCOME_NOW", True),
        ("@iwelcome", False),
        ("welcome", True),
        ("wel", False),
        ('"she said"', True),
        ('"said she"', False),
        ("welcome missing", False),
        ("missing OR welcome", True),
        ("(missing OR #IWelcome) -is:retweet", True),
        ("#IWelcome -is:reply", False),
        ("#IWelcome -(from:tess OR from:una)", False),
        ("from:@Tess to:iwelcome_now lang:en", True),
        ("lang:fr", False),
        ("has:links -has:media", True),
        ("conversation_id:5 in_reply_to_tweet_id:7", True),
        ('url:"example.com"', True),
        ("missing OR welcome absent", False),
        ('-"she said"', False),
    ],
)
def test_matches_as_x_does(query: str, matches: bool) -> None:
    assert compile_query(query)(POST) is matches


@pytest.mark.parametrize(
    "query", ["", "()", "(a", "a)", "OR", "a OR", "is:happy", "colour:red", "from:", "-", "!!"]
)
def test_refuses_what_is_no_query(query: str) -> None:
    with pytest.raises(NotAQuery):
        compile_query(query)
