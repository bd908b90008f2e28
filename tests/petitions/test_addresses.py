import pytest

from petitions import addresses


@pytest.mark.parametrize(
    ("written", "one"),
    [
        ("Tess.Morland@Gmail.com", "tessmorland@gmail.com"),
        ("tess.morland+news@googlemail.com", "tessmorland@gmail.com"),
        ("Tess+x@outlook.com", "tess@outlook.com"),
        ("te.ss-m_o+y@proton.me", "tessmo@proton.me"),
        ("tess.morland+x@example.org", "tess.morland+x@example.org"),
    ],
)
def test_canonical_is_one_text_for_one_mailbox(written: str, one: str) -> None:
    assert addresses.canonical(written) == one


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("tess@gmial.com", "tess@gmail.com"),
        ("tess@gmail.co", "tess@gmail.com"),
        ("tess@hotmial.com", "tess@hotmail.com"),
        ("tess@yaho.com", "tess@yahoo.com"),
        ("tess@outlok.com", "tess@outlook.com"),
        ("Tess.M@gmail.con", "Tess.M@gmail.com"),
        ("tess@gmail.com", None),
        ("tess@ymail.com", None),
        ("tess@mail.com", None),
        ("tess@example.org", None),
        ("tess@ox.ac.uk", None),
        ("tess@gmx.at", None),
    ],
)
def test_suggestion_mends_slips_of_usual_domains(written: str, meant: str | None) -> None:
    assert addresses.suggestion(written) == meant


@pytest.mark.parametrize(
    ("written", "sent_to"),
    [
        (" tess@example.org ", "tess@example.org"),
        ("tess@bücher.example", "tess@xn--bcher-kva.example"),
        ("tess@مثال.example", "tess@xn--mgbh0fb.example"),
        ("O'Brien@example.org", "O'Brien@example.org"),
    ],
)
def test_check_gives_the_address_that_mail_is_sent_to(written: str, sent_to: str) -> None:
    assert addresses.check(written) == sent_to


@pytest.mark.parametrize(
    "written",
    [
        "",
        "tess",
        "tess@",
        "@example.org",
        "tess@localhost",
        "tess@example..org",
        "a b@example.org",
        "tess@example.org\nBcc: all@example.org",
        "tess@example.org\x00",
        "tëss@example.org",
        "x" * 300 + "@example.org",
        "tess@[127.0.0.1]",
    ],
)
def test_check_refuses_what_no_mail_reaches(written: str) -> None:
    with pytest.raises(addresses.Unusable):
        addresses.check(written)
