"""What people do in the newsroom, by what they see on the screen."""

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.running import Run

#: Film is prepared and mail is sent by workers; on a busy machine that takes a while.
PATIENCE = 120_000


def sign_in(context: BrowserContext, newsroom: Run, *, as_: str) -> Page:
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type == "error" else None,
    )
    page.goto(f"{newsroom.address}/sign-in/")
    page.get_by_label("Name").fill(as_)
    page.get_by_label("Password").fill(newsroom.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    assert complaints == []
    return page


def tweet(
    context: BrowserContext, newsroom: Run, *, handle: str, text: str, lang: str = "en"
) -> Page:
    """Somebody made up says something on the timeline."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(newsroom.sandbox)
    page.get_by_text("Make somebody up").click()
    page.get_by_label("Handle").fill(handle)
    page.get_by_label("Name", exact=True).fill(handle.title())
    page.get_by_label("Language", exact=True).select_option(lang)
    page.get_by_label("You say").fill(text)
    page.get_by_role("button", name="Tweet", exact=True).click()
    expect(page.locator("article", has_text=text).first).to_be_visible()
    return page


def wait_for_a_clip(page: Page, newsroom: Run) -> None:
    """Until the demo's first clips are on the shelf."""
    page.goto(f"{newsroom.address}/c/iwelcome/clips/?state=ready")
    expect(page.locator("video, [data-preview], img[src*=footage]").first).to_be_visible(
        timeout=PATIENCE
    )


def open_tweet(page: Page, handle: str, *, at: str) -> None:
    """The desk at that address, with their tweet open as soon as it has arrived, nobody on it."""
    card_of(page, handle, at=at, looks=60).get_by_role("link").click()
    expect(page.locator("#pane")).to_contain_text("Free", timeout=PATIENCE)


def card_of(page: Page, handle: str, *, at: str, looks: int) -> Locator:
    """The card of their tweet on the desk at that address, looked for so often while it arrives."""
    page.goto(f"{at}/c/iwelcome/desk/?q=@{handle}")
    card = page.locator(".queue-card", has_text=f"@{handle}")
    for _ in range(looks):
        if card.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    return card
