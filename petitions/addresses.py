"""Mail addresses: checked, reduced to the one mailbox they reach, and their usual typos."""

from dataclasses import dataclass
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

LONGEST = 254
_PLUS = frozenset({"+"})


@dataclass(frozen=True, slots=True)
class Mailbox:
    """How a provider reads the part before the @: what it ignores, where its tag begins."""

    domain: str
    ignored: str = ""
    tags: frozenset[str] = _PLUS


def _same(domain: str, *others: str, ignored: str = "") -> dict[str, Mailbox]:
    return dict.fromkeys((domain, *others), Mailbox(domain, ignored=ignored))


#: Providers that deliver several spellings into one mailbox (source: their own help pages).
PROVIDERS: dict[str, Mailbox] = {
    **_same("gmail.com", "googlemail.com", ignored="."),
    **_same("proton.me", "protonmail.com", "protonmail.ch", "pm.me", ignored=".-_"),
    **_same("icloud.com", "me.com", "mac.com"),
    **_same("yandex.ru", "yandex.com", "ya.ru"),
    **{
        domain: Mailbox(domain)
        for domain in (
            "outlook.com", "outlook.fr", "outlook.de", "hotmail.com", "hotmail.co.uk",
            "hotmail.fr", "hotmail.de", "hotmail.es", "live.com", "live.co.uk", "live.fr",
            "msn.com", "fastmail.com", "fastmail.fm", "mailbox.org", "posteo.de", "zoho.com",
        )
    },
}  # fmt: skip

#: Where most people have their mail; a domain that is almost one of these is taken for a typo.
USUAL = (
    "gmail.com", "googlemail.com", "yahoo.com", "yahoo.co.uk", "yahoo.fr", "yahoo.de",
    "hotmail.com", "hotmail.co.uk", "hotmail.fr", "outlook.com", "outlook.fr", "live.com",
    "live.co.uk", "icloud.com", "btinternet.com", "aol.com", "msn.com", "orange.fr", "free.fr",
    "laposte.net", "wanadoo.fr", "web.de", "gmx.de", "gmx.net", "gmx.com", "t-online.de",
    "proton.me", "protonmail.com",
)  # fmt: skip
#: Real providers that are one letter from another; never offered a correction.
REAL = frozenset({"ymail.com", "mail.com", "email.com", "gmx.at", "gmx.ch", "gmx.fr", "live.de"})


class Unusable(Exception):
    """No mail can reach this."""


def check(text: str) -> str:
    """The address as mail is sent to it: no spaces, the domain in ASCII.

    Raises `Unusable`. Addresses with letters beyond ASCII before the @ are refused: too few
    servers take them.
    """
    if len(text) > LONGEST:
        raise Unusable
    try:
        found = validate_email(text.strip(), allow_smtputf8=False, check_deliverability=False)
    except EmailNotValidError:
        raise Unusable from None
    return f"{found.ascii_local_part}@{found.ascii_domain}"


def canonical(address: str) -> str:
    """One text for all spellings of one mailbox. For comparing alone: never mail this."""
    local, _, domain = address.lower().rpartition("@")
    mailbox = PROVIDERS.get(domain)
    if mailbox is None:
        return f"{local}@{domain}"
    for mark in mailbox.tags:
        local = local.split(mark, 1)[0] or local
    for ignored in mailbox.ignored:
        local = local.replace(ignored, "") or local
    return f"{local}@{mailbox.domain}"


def suggestion(address: str) -> str | None:
    """The address that was probably meant, when the domain is a slip away from a usual one."""
    local, _, domain = address.rpartition("@")
    meant = _meant(domain.lower())
    return f"{local}@{meant}" if meant else None


@lru_cache(maxsize=4_096)
def _meant(domain: str) -> str | None:
    if domain in USUAL or domain in PROVIDERS or domain in REAL:
        return None
    slips = sorted((_slips(domain, usual), usual) for usual in USUAL)
    least, usual = slips[0]
    allowed = 1 if len(usual) < 8 else 2
    return usual if least <= allowed else None


def _slips(one: str, other: str) -> int:
    """Letters wrong, missing, too many or swapped (optimal string alignment)."""
    if abs(len(one) - len(other)) > 2:
        return 3
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        above, row = row, [i]
        for j, b in enumerate(other, start=1):
            best = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before = above
    return row[-1]
