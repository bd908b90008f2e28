"""Which networks there are. Nothing else makes an adapter."""

from collections.abc import Callable, Mapping

from django.conf import settings

from campaign.models import Account
from campaign.networks.base import Network
from campaign.networks.x import X


class UnknownNetwork(LookupError):
    """No adapter is registered under this name."""


Maker = Callable[[Mapping[str, str], str], Network]


def _x(credentials: Mapping[str, str], account_id: str) -> Network:
    return X(
        credentials,
        account_id=account_id,
        base_url=settings.X_API_URL,
        stream_url=settings.X_STREAM_URL,
    )


NETWORKS: dict[str, Maker] = {"x": _x}


def connect(account: Account) -> Network:
    """The account's own connection. No request is made yet.

    Raises `Rejected` (`REVOKED`) if the stored credentials are incomplete.
    """
    return introduce(
        account.network, credentials=account.credentials, account_id=account.external_id
    )


def introduce(network: str, *, credentials: Mapping[str, str], account_id: str = "") -> Network:
    """A connection with credentials that belong to no account yet: ask it `me()`."""
    maker = NETWORKS.get(network)
    if maker is None:
        known = ", ".join(sorted(NETWORKS))
        raise UnknownNetwork(f"There is no network {network!r}. There is: {known}.")
    return maker(credentials, account_id)
