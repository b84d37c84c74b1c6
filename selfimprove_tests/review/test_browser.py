"""The pages in a real Chromium, behind the real gate: every page, and what a person does with mouse and keys."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn

from selfimprove import day
from selfimprove.promotion import promote
from selfimprove.reports import morning
from selfimprove_tests.reports import nights
from selfimprove_tests.review.furnish import TALKS
from selfimprove_tests.review.test_reading import pages

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
)  # fmt: skip


@pytest.fixture(scope="module")
def chromium() -> Iterator[sync_api.Browser]:
    if not CHROMIUM.exists():
        pytest.skip("no /usr/bin/chromium: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def address(settings, furnished) -> Iterator[str]:
    """Where the whole gateway's pages are, without a model behind them."""
    config = uvicorn.Config(day.compose(settings), port=0, lifespan="off", log_level="error", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


class Person:
    """Somebody in front of a screen, and all that the browser complained about."""

    def __init__(self, chromium, address, **screen):
        self.context = chromium.new_context(base_url=address, **screen)
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.complaints = []
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(dialog.message))

    def opens(self, path):
        """Go there, and wait until the page's scripts have begun, as nobody is sooner with the hand."""
        self.page.goto(path)
        is_served = "document.querySelector('[data-htmx-powered]') || !document.querySelector('[hx-get]')"
        self.page.wait_for_function(is_served)

    def reads(self):
        return self.page.inner_text("main")


@pytest.fixture
def person(chromium, address) -> Iterator[Person]:
    found = Person(chromium, address, viewport={"width": 1000, "height": 800})
    yield found
    assert found.complaints == []
    found.context.close()


def chat_of(page):
    return page.locator('form[action="/review/rate"] input[name=chat]').first.input_value()


def press(page, *keys):
    """Press them as soon as the queue hears them."""
    page.wait_for_selector("#queue:focus-within form[data-htmx-powered]", state="attached")
    for key in keys:
        page.keyboard.press(key)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1000), ("dark", 320)])
def test_every_page_fits_and_runs_nothing_of_a_chat(chromium, address, furnished, scheme, width):
    screen = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    found = Person(chromium, address, **screen)
    for path in pages(furnished):
        found.page.goto(path)
        assert found.page.title().endswith("· selfimprove"), path
        assert found.page.locator("h1").count() == 1
        assert found.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert found.page.evaluate("document.querySelector('img, iframe, script:not([src])')") is None
    assert found.complaints == []
    dark = found.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark == ("rgb(15, 20, 25)" if scheme == "dark" else "rgb(244, 245, 247)")
    found.context.close()


def test_what_had_faded_fits_a_narrow_phone(chromium):
    night = nights.promoted()
    lost = [{"name": f"core {name}", "knew": "7", "before": 135, "now": 133, "n": 137, "drawn": 1115}
            for name in ("context/two", "puzzled/salad")]  # fmt: skip
    page = chromium.new_page(viewport={"width": 320, "height": 740})
    found = replace(night.found, manifest={**night.found.manifest, "practised": {"lost": lost}})
    page.set_content(morning.page(replace(night, found=found)))
    assert "1115 practised" in page.inner_text("main")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_today_tells_within_a_minute_who_was_taken_back_and_leaves_the_focus(
    chromium, address, furnished, connection, scheme
):
    found = Person(chromium, address, viewport={"width": 360, "height": 740}, color_scheme=scheme)
    found.page.clock.install()
    found.opens("/")
    assert "A model that learned from you answers" in found.reads()
    link = f"#lead-{furnished.champion[:12]}"
    found.page.focus(link)
    promote.veto(connection, "it-lies-" + 25 * "and-lies-")
    connection.commit()
    found.page.clock.fast_forward(61_000)
    found.page.wait_for_selector("text=answers again since")
    assert f"adapter {furnished.champion[:12]} was taken back for good (it-lies-" in found.page.inner_text(".lead")
    assert found.page.evaluate("'#' + document.activeElement.id") == link
    assert found.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert found.complaints == []
    found.context.close()


def test_rating_by_keyboard_alone(person, furnished, connection):
    page = person.page
    person.opens("/review")
    first = chat_of(page)
    page.evaluate("window.loaded = 'once'")
    with page.expect_response("**/review/rate"):
        press(page, "g")
    page.wait_for_selector(f'input[name=chat]:not([value="{first}"])', state="attached")
    page.wait_for_selector("text=Last: rated good")
    second = chat_of(page)
    press(page, "b")
    page.wait_for_selector("text=Last: rated bad")
    press(page, "u")
    page.wait_for_selector("text=Last: rated good")
    assert chat_of(page) == second
    press(page, "c")
    page.keyboard.press("Control+A")
    page.keyboard.type("gubxs. That is how.")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("text=Last: corrected")
    third = chat_of(page)
    press(page, "s")
    page.wait_for_selector("text=2 of 3 answers")
    assert chat_of(page) != third
    press(page, "x")
    page.wait_for_selector("text=Last: excluded")
    assert page.evaluate("window.loaded") == "once"
    rows = connection.execute("select kind, value from feedback where source = 'review' order by given_at").fetchall()
    assert [(row["kind"], row["value"]) for row in rows] == [("thumbs", 1.0), ("correction", None)]
    assert connection.execute("select count(*) as n from excluded_chats").fetchone()["n"] == 1


def test_keys_that_come_before_the_next_answer_does_say_nothing_of_the_last(person, furnished, connection):
    page = person.page
    person.opens("/review")
    first = chat_of(page)
    held = []
    page.route("**/review/rate", lambda route: held.append(route))  # or a busy machine shows the next one before "x"
    press(page, *"gbgsx")
    [rating] = held
    rating.continue_()
    page.unroute("**/review/rate")
    page.wait_for_selector("text=Last: rated good")
    second = chat_of(page)
    with page.expect_response("**/review/rate"):
        press(page, "b")
    page.wait_for_selector("text=Last: rated bad")
    rows = connection.execute("select chat_id, value from feedback where source = 'review' order by given_at")
    assert [(row["chat_id"], row["value"]) for row in rows] == [(first, 1.0), (second, -1.0)]
    assert connection.execute("select count(*) as n from excluded_chats").fetchone()["n"] == 0


def test_the_last_rating_is_undone_by_key_too(person, furnished):
    page = person.page
    person.opens("/review")
    number = int(page.inner_text("#queue header .quiet").split()[2])
    for left in range(number - 1, 0, -1):
        press(page, "g")
        page.wait_for_selector(f"text=of {left} answers")
    last = chat_of(page)
    press(page, "b")
    page.wait_for_selector("text=No answer waits for you.")
    press(page, "u")
    page.wait_for_selector("text=1 of 1 answers")
    assert chat_of(page) == last


def test_keys_do_nothing_outside_the_queue(person, connection):
    page = person.page
    person.opens("/review")
    page.focus("nav a >> nth=0")
    page.keyboard.press("g")
    page.wait_for_timeout(150)
    assert connection.execute("select count(*) as n from feedback").fetchone()["n"] == 0


def test_a_veto(person, furnished):
    page = person.page
    page.goto("/nights")
    page.click("text=Veto this model")
    assert f"From then on {furnished.first[:12]} answers." in person.reads()
    page.fill("#reason", "it lies")
    page.click("text=Never let it answer again")
    page.wait_for_url("**/")
    assert furnished.first[:12] in person.reads()


def test_a_yes_by_keyboard(person, furnished):
    page = person.page
    page.goto("/")
    page.focus("text=Decide")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/approval/{furnished.report}")
    page.focus("text=Yes, let it answer")
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    assert furnished.waiting[:12] in person.reads()


def test_enter_after_a_reason_against_it_is_no_yes(person, furnished, connection):
    page = person.page
    page.goto(f"/approval/{furnished.report}")
    page.fill("#reason", "too chatty")
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    rows = connection.execute("select state, reason from approvals where report_id = %s", [furnished.report])
    assert [(row["state"], row["reason"]) for row in rows] == [("declined", "too chatty")]
    assert furnished.champion[:12] in person.page.inner_text(".lead")


def test_a_forget(person, furnished):
    page = person.page
    page.goto("/forget")
    page.fill("#value", TALKS[5][0])
    page.click("text=Show what would go")
    assert "1 chat would go" in person.reads()
    page.click("button:has-text('Forget for ever')")
    page.wait_for_url("**/forget/*")
    assert "Forgotten" in person.reads()
    assert page.goto(f"/chats/{furnished.chats[5]}").status == 404
    person.complaints = [one for one in person.complaints if "404" not in one]


def test_without_scripts_it_all_works(chromium, address, furnished, connection):
    found = Person(chromium, address, java_script_enabled=False)
    found.page.goto("/review")
    first = chat_of(found.page)
    found.page.click("button:has-text('Good')")
    assert chat_of(found.page) != first
    found.page.click("summary")
    found.page.fill("#text", "Better.")
    found.page.click("button:has-text('Save')")
    assert "Last: corrected" in found.reads()
    found.page.click("button:has-text('Undo')")
    assert "Last: rated good" in found.reads()
    assert connection.execute("select count(*) as n from feedback").fetchone()["n"] == 1
    found.context.close()


def test_another_sites_page_can_do_nothing(chromium, address, furnished, connection):
    found = Person(chromium, "http://127.0.0.1:1")
    form = f'<form method=post action="{address}/review/exclude"><input name=chat value="{furnished.chats[0]}"></form>'
    found.page.route("http://evil.example/", lambda route: route.fulfill(body=form, content_type="text/html"))
    found.page.goto("http://evil.example/")
    with found.page.expect_response("**/review/exclude") as answer:
        found.page.evaluate("document.forms[0].submit()")
    assert answer.value.status == 403
    assert connection.execute("select count(*) as n from excluded_chats").fetchone()["n"] == 0
    found.context.close()
