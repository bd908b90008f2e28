"""Who may call the sandbox. Invented values that open nothing anywhere else."""

from typing import TypedDict


class Credentials(TypedDict):
    """The five values that X hands to an app and its account."""

    consumer_key: str
    consumer_secret: str
    access_token: str
    access_token_secret: str
    bearer_token: str


class Account(TypedDict):
    """An account that the sandbox knows from the start."""

    id: str
    handle: str
    name: str
    description: str
    location: str
    credentials: Credentials


CAMPAIGN: Account = {
    "id": "1861000000000000001",
    "handle": "iwelcome_now",
    "name": "I Welcome",
    "description": "People who had to flee answer you in person. #IWelcome",
    "location": "London",
    "credentials": {
        "consumer_key": "sandbox-consumer-key",
        "consumer_secret": "sandbox-consumer-secret",
        "access_token": "1861000000000000001-sandbox-access-token",
        "access_token_secret": "sandbox-access-token-secret",
        "bearer_token": "sandbox-bearer-token",
    },
}

SECOND: Account = {
    "id": "1861000000000000002",
    "handle": "iwelcome_test",
    "name": "I Welcome, second account",
    "description": "A second account of another app, for tests.",
    "location": "London",
    "credentials": {
        "consumer_key": "sandbox-second-consumer-key",
        "consumer_secret": "sandbox-second-consumer-secret",
        "access_token": "1861000000000000002-sandbox-access-token",
        "access_token_secret": "sandbox-second-access-token-secret",
        "bearer_token": "sandbox-second-bearer-token",
    },
}

ACCOUNTS: tuple[Account, ...] = (CAMPAIGN, SECOND)
