"""Who calls: OAuth 1.0a with HMAC-SHA1 (RFC 5849) for an account, a Bearer token for an app."""

import base64
import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, quote, unquote

from starlette.requests import Request

from campaign.sandbox import credentials, problems
from campaign.sandbox.clock import Clock

# X answers 401 to a clock that is further off than this.
LEEWAY_SECONDS = 300
NONCES_KEPT = 50_000

Method = Literal["user", "app"]
NAMES = {
    "user": "OAuth 1.0a User Context",
    "app": "OAuth 2.0 Application-Only",
}


@dataclass(frozen=True)
class Caller:
    """An app, and in user context the account that it acts for."""

    app: str
    account: credentials.Account
    method: Method

    @property
    def account_id(self) -> int:
        return int(self.account["id"])


class Gate:
    """Lets a request in, or raises the refusal that X would send."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._nonces: OrderedDict[tuple[str, str, str], None] = OrderedDict()

    def caller(self, request: Request, *, accepts: Iterable[Method]) -> Caller:
        scheme, _, rest = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            caller = self._by_bearer(rest.strip())
        elif scheme.lower() == "oauth":
            caller = self._by_signature(request, _header_parameters(rest))
        else:
            raise problems.unauthorized()
        if caller.method not in accepts:
            raise problems.unsupported_authentication(
                [NAMES[method] for method in accepts], used=NAMES[caller.method]
            )
        return caller

    def _by_bearer(self, token: str) -> Caller:
        for account in credentials.ACCOUNTS:
            expected = account["credentials"]["bearer_token"]
            if hmac.compare_digest(expected.encode(), token.encode()):
                return Caller(account["credentials"]["consumer_key"], account, "app")
        raise problems.unauthorized()

    def _by_signature(self, request: Request, oauth: dict[str, str]) -> Caller:
        account = _account_of(oauth)
        keys = account["credentials"]
        base = base_string(
            request.method,
            _address(request),
            [
                *parse_qsl(request.url.query, keep_blank_values=True),
                *((name, value) for name, value in oauth.items() if name != "oauth_signature"),
            ],
        )
        expected = sign(
            base,
            consumer_secret=keys["consumer_secret"],
            token_secret=keys["access_token_secret"],
        )
        given = oauth.get("oauth_signature", "")
        if not hmac.compare_digest(expected.encode(), given.encode()):
            raise problems.unauthorized()
        self._check_fresh(oauth)
        return Caller(keys["consumer_key"], account, "user")

    def _check_fresh(self, oauth: dict[str, str]) -> None:
        """A signed request counts once, and only near its time. Real time: it is the client's."""
        timestamp, nonce = oauth.get("oauth_timestamp", ""), oauth.get("oauth_nonce", "")
        real_now = self._clock.now() - self._clock.ahead
        if not timestamp.isdigit() or abs(int(timestamp) - real_now) > LEEWAY_SECONDS or not nonce:
            raise problems.unauthorized()
        seen = (oauth["oauth_token"], timestamp, nonce)
        if seen in self._nonces:
            raise problems.unauthorized()
        self._nonces[seen] = None
        if len(self._nonces) > NONCES_KEPT:
            self._nonces.popitem(last=False)


def _address(request: Request) -> str:
    """RFC 5849 3.4.1.2, as the client sees it: a proxy on another port may stand between."""
    host = request.headers.get("host", "").lower().removesuffix(":80")
    return f"{request.url.scheme}://{host}{request.scope['raw_path'].decode()}"


def _header_parameters(text: str) -> dict[str, str]:
    parameters = {}
    for part in text.split(","):
        name, _, value = part.strip().partition("=")
        parameters[unquote(name)] = unquote(value.strip('"'))
    parameters.pop("realm", None)
    return parameters


def _account_of(oauth: dict[str, str]) -> credentials.Account:
    if (
        oauth.get("oauth_signature_method") != "HMAC-SHA1"
        or oauth.get("oauth_version", "1.0") != "1.0"
    ):
        raise problems.unauthorized()
    for account in credentials.ACCOUNTS:
        keys = account["credentials"]
        if (oauth.get("oauth_consumer_key"), oauth.get("oauth_token")) == (
            keys["consumer_key"],
            keys["access_token"],
        ):
            return account
    raise problems.unauthorized()


def base_string(method: str, url: str, parameters: Iterable[tuple[str, str]]) -> str:
    """RFC 5849 3.4.1: the method, the address and the sorted parameters, each percent-encoded."""
    pairs = sorted((_encode(name), _encode(value)) for name, value in parameters)
    joined = "&".join(f"{name}={value}" for name, value in pairs)
    return "&".join([method.upper(), _encode(url), _encode(joined)])


def sign(base: str, *, consumer_secret: str, token_secret: str) -> str:
    """RFC 5849 3.4.2."""
    key = f"{_encode(consumer_secret)}&{_encode(token_secret)}"
    # SHA-1 is what OAuth 1.0a prescribes and X expects.
    return base64.b64encode(hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()).decode()


def _encode(text: str) -> str:
    return quote(text, safe="-._~")
