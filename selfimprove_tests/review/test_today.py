"""What the first page says of who answers: another server, whoever was promoted, or who answers again since."""

import re

import pytest
from fastapi.testclient import TestClient

from selfimprove.experiments import table as experiments
from selfimprove.gateway import remembered
from selfimprove.gateway.parts import Health
from selfimprove.gateway.plan import Plan
from selfimprove.gateway.remembered import Remembered
from selfimprove.promotion import promote
from selfimprove.reports.morning import code
from selfimprove.review import signs
from selfimprove.review.house import Sign
from selfimprove_tests.review.conftest import app
from selfimprove_tests.review.furnish import EVIL, alert
from selfimprove_tests.review.test_reading import plain

MOMENT = r"\d+ \w+ \d{4}, \d\d:\d\d"
HARM = "live chats show that it does harm: 14 of 20 chats displeased with it, 1 of 20 with the voice before"


def tight(html):
    """As `plain`, without the room that tags leave before a mark."""
    return re.sub(r" ([.,:;)])", r"\1", plain(html)).replace("( ", "(")


def lead(html):
    return tight("<body>" + re.search(r'<p class="lead">.*?</p>', html, re.DOTALL)[0]).strip()


def last_night(html):
    return tight(html).split("Last night")[1].split("Since yesterday")[0].strip()


def reads(pattern, text):
    return re.fullmatch(pattern.replace("MOMENT", MOMENT), text)


def waits_no_longer(person, furnished):
    """The adapter that waited is promoted: last night came to something."""
    person.post(f"/approval/{furnished.report}", data={"word": "yes"})


@pytest.fixture
def go(connection):
    """A move of the champion, as the commands and the experiments make it."""

    def move(act, *given, **more):
        act(connection, *given, **more)
        connection.commit()

    return move


def test_while_another_server_answers_the_page_says_so_and_why(settings, furnished, connection):
    found = signs._model(Health(True, "its memory is needed for tonight's training"))
    assert (found.ok, found.tone, found.stands_in) == (True, "open", True)
    with TestClient(app(settings, signs=lambda: [found])) as person:
        html = person.get("/").text
    assert lead(html) == (
        "Another server’s model answers for now (SELFIMPROVE_FALLBACK_URL), and nothing that was learned here: "
        "this house’s own model cannot."
    )
    assert "answers, since" not in plain(html)
    assert '<span class="badge small open">! Model</span>' in html
    said = "another server answers: its memory is needed for tonight&#39;s training"
    assert f'<span class="small">{said}</span>' in html
    needs = html.split("What needs you")[1].split("Last night")[0]
    assert needs.index('<li class="need need-open">') < needs.index(f"Model: {said}")
    assert "until this house’s own model can answer; <code>selfimprove doctor</code> may know more." in needs


@pytest.mark.parametrize(("sign", "tone"), [
    (Sign("x", True, ""), "good"), (Sign("x", False, ""), "bad"), (Sign("x", True, "", stands_in=True), "open"),
    (Sign("x", False, "", stands_in=True), "bad"),
])  # fmt: skip
def test_the_tone_of_a_sign(sign, tone):
    assert sign.tone == tone


def test_after_a_veto_the_base_model_answers_again_since_when_and_why(person, furnished, go):
    go(promote.rollback, "base")
    go(promote.rollback, furnished.first)
    go(promote.veto, "it lies")
    taken = rf"The base model answers again since MOMENT: adapter {furnished.first[:12]} was taken back for good"
    assert reads(rf"{taken} \(it lies\)\.", lead(person.get("/").text))


def test_after_a_rollback_without_a_reason_none_is_made_up(person, furnished, go):
    go(promote.rollback, "base")
    said = rf"The base model answers again since MOMENT: adapter {furnished.champion[:12]} was taken back\."
    assert reads(said, lead(person.get("/").text))


def test_after_a_demotion_the_adapter_before_answers_again(person, furnished, go):
    go(promote.rollback, reason=HARM)
    names = f"Adapter {furnished.first[:12]} answers again since MOMENT: adapter {furnished.champion[:12]}"
    assert reads(rf"{names} was taken back \({re.escape(HARM)}\)\.", lead(person.get("/").text))


@pytest.mark.parametrize("earlier", ["base", "the first"])
def test_who_was_brought_back_took_nobody_back(person, furnished, go, earlier):
    go(promote.rollback, "base" if earlier == "base" else furnished.first)
    go(promote.rollback, furnished.champion)
    said = rf"Adapter {furnished.champion[:12]} answers again since MOMENT: it was brought back\."
    assert reads(said, lead(person.get("/").text))
    assert "Taken back since" not in person.get("/nights").text


def test_the_next_promotion_is_the_last_word_again(person, furnished, go):
    go(promote.rollback)
    assert "answers again since" in lead(person.get("/").text)
    go(promote.rollback, furnished.champion)
    waits_no_longer(person, furnished)
    said = rf"A model that learned from you answers, since MOMENT: adapter {furnished.waiting[:12]}\."
    assert reads(said, lead(person.get("/").text))


UNHEARD = "Adapter {champion}, promoted on MOMENT, answers nobody yet: selfimprove experiments stop lets it\\."


@pytest.mark.parametrize(("share", "said"), [
    (0.0, f"Adapter {{first}} answers. {UNHEARD}"),
    (0.5, "A model that learned from you answers, since MOMENT: adapter {champion}\\."),
])  # fmt: skip
def test_who_is_promoted_and_answers_nobody_is_not_said_to_answer(person, furnished, connection, share, said):
    row = connection.execute("select * from promotions order by id desc limit 1").fetchone()
    experiments.begin(connection, {**row, "promotion_id": row["id"]}, share)
    connection.commit()
    names = {"first": furnished.first[:12], "champion": furnished.champion[:12]}
    assert reads(said.format(**names), lead(person.get("/").text))


def test_who_was_put_back_and_refused_by_the_gateway_was_not_promoted_then(settings, person, furnished, go):
    go(promote.rollback)
    file = remembered.place(settings.home)
    remembered.write(file, Remembered(4, "base0", Plan(), {}, {}, "Adapter x does not take over: it says nothing."))
    said = rf"The base model answers, and not adapter {furnished.first[:12]}, which was put back on MOMENT\."
    assert reads(said, lead(person.get("/").text))


@pytest.mark.parametrize(("act", "given", "said"), [
    (promote.rollback, {"reason": HARM}, rf"taken back on MOMENT \({re.escape(HARM)}\)"),
    (promote.rollback, {}, "taken back on MOMENT"),
    (promote.veto, {"reason": "too chatty"}, r"taken back for good on MOMENT \(too chatty\)"),
])  # fmt: skip
def test_a_promotion_of_last_night_that_was_taken_back_is_marked(person, furnished, go, act, given, said):
    waits_no_longer(person, furnished)
    before = last_night(person.get("/").text)
    assert "Taken back since" not in before
    go(act, **given)
    html = person.get("/").text
    head = r"Promoted Taken back since night of \d+ \w+ \d{4} You let this night’s model answer\."
    holds = f"That holds no more: adapter {furnished.waiting[:12]} was {said}"
    assert reads(rf"{head} {holds}\. Read the report", last_night(html)), last_night(html)
    assert '<span class="badge plain">Promoted</span> <span class="badge open">Taken back since</span>' in html
    assert plain(person.get("/nights").text).count("Promoted Taken back since") == 1


def test_what_was_brought_back_is_marked_no_longer(person, furnished, go):
    waits_no_longer(person, furnished)
    go(promote.rollback)
    assert "Taken back since" in person.get("/").text
    go(promote.rollback, furnished.waiting)
    assert "Taken back since" not in person.get("/").text
    assert "Taken back since" not in person.get("/nights").text


def test_the_report_of_a_night_says_that_its_model_answers_no_more(person, furnished, go):
    path = f"/nights/{furnished.runs[1]}"
    assert "answers no more" not in person.get(path).text
    go(promote.rollback, reason=HARM)
    said = rf".*This night’s model answers no more: it was taken back on MOMENT \({re.escape(HARM)}\)\..*"
    assert reads(said, tight(person.get(path).text))
    assert "answers no more" not in person.get(f"/nights/{furnished.runs[0]}").text
    assert "answers no more" not in person.get(f"/nights/{furnished.runs[2]}").text


def test_a_storm_of_alerts_is_counted_and_the_newest_are_shown(person, furnished, connection):
    for number in range(23):
        alert(connection, run_id=f"run {number}", message=f"m {number}\nhttp://127.0.0.1/")
    connection.commit()
    text = plain(person.get("/").text)
    assert "23 alerts in the last two days." in text
    assert "The newest 20; selfimprove reports alerts lists more." in text


def test_a_hostile_reason_stays_text(person, furnished, go):
    waits_no_longer(person, furnished)
    go(promote.veto, EVIL)
    for path in ("/", "/nights", f"/nights/{furnished.runs[3]}"):
        html = person.get(path).text
        assert "<script>document" not in html
        assert "&lt;script&gt;document.title" in html
    assert "(<bdi>&lt;script&gt;" in person.get("/").text


@pytest.mark.parametrize(("text", "html"), [
    ("Bring some with `selfimprove chats import FILE`.", "Bring some with <code>selfimprove chats import FILE</code>."),
    ("`a` and `<b>`", "<code>a</code> and <code>&lt;b&gt;</code>"), ("it`s <b>", "it`s &lt;b&gt;"),
    ("`a` it`s", "<code>a</code> it`s"), ("``", "``"), ("a `\n` b", "a `\n` b"),
])  # fmt: skip
def test_commands_are_set_apart_and_the_rest_escaped(text, html):
    assert str(code(text)) == html


def test_no_page_shows_a_backtick_where_it_names_a_command(settings, furnished, connection):
    said = "Nothing to learn: there are no chats at all. Bring some with `selfimprove chats import FILE`."
    alert(connection, message="gateway, check model: it is too large. `selfimprove doctor` may know more.")
    connection.execute("update morning_reports set sentence = %s", [said])
    damage = '["its files are damaged. Look with `selfimprove adapters list`"]'
    connection.execute("update decisions set decision = 'reject', reasons = %s, verdicts = '[]'", [damage])
    connection.commit()
    told = [Sign("Nights", False, "down: `selfimprove up`"), signs._model(Health(True, "no room; `selfimprove up`"))]
    with TestClient(app(settings, signs=lambda: told)) as person:
        for path in ("/", "/nights", *(f"/nights/{run}" for run in furnished.runs)):
            html = person.get(path).text
            assert "`" not in plain(html), path
            assert "<code>selfimprove " in html, path
        today = person.get("/").text
    assert today.count("<code>selfimprove up</code>") == 4, "two signs, and what needs a person"
    assert "<code>selfimprove chats import FILE</code>" in today
    assert "too large. <code>selfimprove doctor</code> may know more." in today
