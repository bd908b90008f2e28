from collections.abc import Callable

import pytest
from csp.constants import HEADER
from csp.exceptions import CSPNonceError
from csp.middleware import CSPMiddleware
from django.conf import LazySettings
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from campaign.content_policy import PolicyMiddleware


def with_nonce(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request.csp_nonce))  # type: ignore[attr-defined]


def plain(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("page")


def framed(_request: HttpRequest) -> HttpResponse:
    response = HttpResponse("page")
    response._csp_replace = {"frame-ancestors": ["*"]}  # type: ignore[attr-defined]  # as csp_replace does
    return response


def exempt(_request: HttpRequest) -> HttpResponse:
    response = HttpResponse("page")
    response._csp_exempt = True  # type: ignore[attr-defined]  # as csp_exempt does
    return response


def own(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("page", headers={HEADER: "sandbox"})


def ask(
    view: Callable[[HttpRequest], HttpResponse],
    request: HttpRequest | None = None,
    *,
    middleware: type[CSPMiddleware] = PolicyMiddleware,
) -> HttpResponse:
    answer = middleware(view)(request or RequestFactory().get("/"))
    assert isinstance(answer, HttpResponse)
    return answer


def policy(answer: HttpResponse) -> set[str] | None:
    found = answer.headers.get(HEADER)
    return set(found.split("; ")) if found is not None else None


@pytest.mark.parametrize("view", [plain, framed, exempt, own])
def test_each_answer_has_the_policy_that_django_csp_writes(
    view: Callable[[HttpRequest], HttpResponse],
) -> None:
    assert policy(ask(view)) == policy(ask(view, middleware=CSPMiddleware))


def test_a_nonce_stands_in_the_policy_of_its_own_page_alone() -> None:
    first, second = ask(with_nonce), ask(with_nonce)
    assert first.content != second.content
    for page in (first, second):
        assert f"script-src 'self' 'nonce-{page.content.decode()}'" in page.headers[HEADER]
    assert "nonce" not in ask(plain).headers[HEADER]


def test_a_nonce_that_comes_after_the_header_is_an_error() -> None:
    request = RequestFactory().get("/")
    ask(plain, request)
    with pytest.raises(CSPNonceError):
        str(request.csp_nonce)  # type: ignore[attr-defined]


def test_django_s_own_error_pages_keep_their_styles_while_debugging(
    settings: LazySettings,
) -> None:
    settings.DEBUG = True
    assert HEADER not in ask(lambda _request: HttpResponse("oh", status=500)).headers
