"""What a person in a real Chromium keeps, and is told, when an answer is an error or does not come at all."""

import json
import time

import pytest

from selfimprove.gateway import tokens
from selfimprove_tests.review.test_browser import Person, address, chat_of, chromium, person, press

__all__ = ["address", "chromium", "person"]  # fixtures
WORDS = "Biscuit, and no other."


@pytest.fixture
def entered(chromium, address, settings, connection):
    """Somebody who logged in with a token that may everything, and its id."""
    id, token = tokens.add(connection, "me", ["admin"])
    connection.commit()  # first: who answers writes down what it finds stored
    tokens.remember(connection, settings.home)
    time.sleep(tokens.LOOK_SECONDS + 0.05)
    found = Person(chromium, address, viewport={"width": 390, "height": 740})
    found.page.goto("/review")
    enter(found.page, token)
    yield found, id
    found.context.close()


def enter(page, token):
    page.fill("#token", token)
    page.click("button")


def correct(page):
    """Write what should have been said, and send it, as nobody could before the page's scripts have begun."""
    page.wait_for_selector("#queue form[data-htmx-powered]:has(#text)", state="attached")
    page.click("summary")
    page.fill("#text", WORDS)
    page.press("#text", "Control+Enter")
    page.wait_for_selector("#queue .trouble:not(:empty)")
    return page.inner_text("#queue .trouble")


def said_by_programs(route):
    error = {"error": {"message": "Nobody can be let in now.", "type": "server_error", "param": None, "code": None}}
    route.fulfill(status=503, body=json.dumps(error), content_type="application/json")


def count(connection):
    connection.commit()
    return connection.execute("select count(*) as n from feedback where source = 'review'").fetchone()["n"]


@pytest.mark.parametrize(("answer", "said"), [
    (said_by_programs, "Not stored: Nobody can be let in now. Your text is still here."),
    (lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>", content_type="text/html"),
     "Not stored: The gateway answered 502. Your text is still here."),
    (lambda route: route.abort(), "Perhaps not stored: The gateway does not answer. Your text is still here."),
], ids=["JSON", "a proxy's page", "none"])  # fmt: skip
def test_what_was_written_outlasts_an_answer_that_is_none(person, furnished, connection, answer, said):
    page = person.page
    person.opens("/review")
    asked = chat_of(page)
    page.route("**/review/rate", answer)
    assert correct(page).strip() == said
    assert (page.input_value("#text"), chat_of(page), count(connection)) == (WORDS, asked, 0)
    assert page.get_by_role("status").last.inner_text().strip() == said, "it is read aloud, too"
    page.unroute("**/review/rate")
    page.focus("#text")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("text=Last: corrected")
    assert (page.inner_text("#queue .trouble"), count(connection)) == ("", 1)
    person.complaints = []  # the browser's own, of answers that are errors


def test_a_correction_that_says_nothing_is_told_and_the_queue_stays(person, furnished, connection):
    page = person.page
    person.opens("/review")
    page.click("summary")
    page.fill("#text", "  ")
    page.click("button:has-text('Save')")
    page.wait_for_selector("text=Not stored: A correction has to say what the answer should have been.")
    assert page.locator("#text").is_visible()
    assert count(connection) == 0
    person.complaints = [one for one in person.complaints if "409" not in one]


def test_what_was_stored_is_not_called_lost(person, furnished, connection):
    page = person.page
    person.opens("/review")
    connection.execute("alter table critiques rename to critiques_away")
    connection.commit()
    press(page, "g")
    page.wait_for_selector("text=Stored, but the next answer is not shown")
    assert count(connection) == 1
    assert page.locator("#queue h2").count() == 1
    person.complaints = [one for one in person.complaints if "500" not in one]


def test_whose_session_ended_logs_in_elsewhere_and_sends_it_then(entered, settings, connection):
    found, id = entered
    page = found.page
    tokens.revoke(connection, id)
    _, other = tokens.add(connection, "again", ["admin"])
    connection.commit()  # first: who answers writes down what it finds stored
    tokens.remember(connection, settings.home)
    time.sleep(tokens.LOOK_SECONDS + 0.05)
    assert "Not stored: A token is needed" in correct(page)
    with found.context.expect_page() as opened:
        page.click("text=Log in (in another tab)")
    enter(opened.value, other)
    opened.value.wait_for_url("**/review")
    page.focus("#text")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("text=Last: corrected")
    assert count(connection) == 1


@pytest.mark.parametrize("answer", [said_by_programs, lambda route: route.abort()], ids=["an error", "none"])
def test_today_stays_and_tells_since_when_it_is_old(person, furnished, answer):
    page = person.page
    page.clock.install()
    person.opens("/")
    since = page.get_attribute("#state .trouble", "data-since")
    assert "Not refreshed" not in person.reads()
    page.route("**/", answer)
    page.clock.fast_forward(61_000)
    page.wait_for_selector(f"text=Not refreshed since {since}")
    assert "A model that learned from you answers" in person.reads()
    page.unroute("**/")
    page.clock.fast_forward(61_000)
    page.wait_for_selector("#state .trouble:empty", state="attached")
    assert "A model that learned from you answers" in person.reads()
    person.complaints = []


def writings(page, place):
    """How often something is written into this place from now on, as a screen reader hears it."""
    watch = "new MutationObserver(all => heard += all.length).observe(one, {childList: true})"
    page.eval_on_selector(place, f"one => {{ window.heard = 0; {watch} }}")
    return lambda: page.evaluate("heard")


def test_the_same_trouble_is_read_aloud_once_and_another_again(person, furnished):
    page, asked, answers = person.page, [], [said_by_programs]

    def answer(route):
        asked.append(route)
        answers[-1](route)

    page.clock.install()
    person.opens("/")
    heard = writings(page, "#state .trouble")
    page.route("**/", answer)
    down, gone = "Nobody can be let in now", "The gateway does not answer"
    for minute, (said, times) in enumerate([(down, 1), (down, 1), (gone, 2), (gone, 2), (down, 3)], 1):
        answers.append(said_by_programs if said == down else lambda route: route.abort())
        page.clock.fast_forward(61_000)
        while len(asked) < minute:
            page.wait_for_timeout(20)
        page.wait_for_selector(f"#state .trouble:has-text('{said}')")
        page.wait_for_timeout(300)
        assert heard() == times, f"minute {minute}"
    person.complaints = []


def test_the_same_trouble_with_what_one_sent_again_is_read_aloud_again(person, furnished):
    page = person.page
    person.opens("/review")
    page.route("**/review/rate", said_by_programs)
    told = correct(page)
    heard = writings(page, "#queue .trouble")
    page.focus("#text")
    page.keyboard.press("Control+Enter")
    page.wait_for_function("() => heard >= 2")
    assert (heard(), page.inner_text("#queue .trouble")) == (2, told), "it is emptied, and told"
    person.complaints = []


def test_a_link_in_a_mail_opens_the_page_it_names(entered, address):
    found, _ = entered
    link = f'<a href="{address}/review?skip=3">look</a>'
    found.page.route("http://mail.example/", lambda route: route.fulfill(body=link, content_type="text/html"))
    found.page.goto("http://mail.example/")
    found.page.click("a")
    found.page.wait_for_url("**/review?skip=3")
    assert found.page.inner_text("h1") == "Review"
