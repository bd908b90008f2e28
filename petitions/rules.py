"""Which mail domains and networks a petition always or never takes at their word."""

import ipaddress
import time
from collections.abc import Sequence
from functools import lru_cache

from petitions.models import DomainRule, Signature

#: Seconds that a new rule may take until every process obeys it.
FRESH = 5
Suspicion = Signature.Suspicion


class Wrong(ValueError):
    """This is neither a mail domain nor a network; the text says what it should look like."""


def clean(what: str, value: str) -> str:
    """The rule's value as it is kept. Raises `Wrong`."""
    value = value.strip().lower().lstrip("@")
    if what == DomainRule.What.NETWORK:
        try:
            return str(ipaddress.ip_network(value, strict=False))
        except ValueError:
            raise Wrong("Write a network such as 192.0.2.0/24 or 2001:db8::/32.") from None
    try:
        domain = value.encode("idna").decode()
    except UnicodeError:
        domain = ""
    if "." not in domain.strip(".") or not domain.replace("-", "").replace(".", "").isalnum():
        raise Wrong("Write a mail domain such as example.org.")
    return domain


def judge(petition_id: int, *, domain: str, ip: str) -> tuple[bool, str]:
    """Whether a rule vouches for a signature, and the suspicion that one has of it (or empty)."""
    rules = _rules(petition_id, int(time.monotonic()) // FRESH)
    matching = [rule for rule in rules if _matches(rule, domain=domain, ip=ip)]
    if any(rule.kind == DomainRule.Kind.ALLOW for rule in matching):
        return True, ""
    if not matching:
        return False, ""
    of_domain = matching[0].what == DomainRule.What.DOMAIN
    return False, Suspicion.DOMAIN if of_domain else Suspicion.NETWORK


@lru_cache(maxsize=64)
def _rules(petition_id: int, _moment: int) -> Sequence[DomainRule]:
    return list(DomainRule.objects.filter(petition_id=petition_id))


def forget() -> None:
    """Obey a new rule at once in this process."""
    _rules.cache_clear()


def _matches(rule: DomainRule, *, domain: str, ip: str) -> bool:
    if rule.what == DomainRule.What.DOMAIN:
        return domain == rule.value or domain.endswith(f".{rule.value}")
    try:
        return ipaddress.ip_address(ip.partition("%")[0]) in ipaddress.ip_network(rule.value)
    except ValueError:
        return False
