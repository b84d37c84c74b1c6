"""Every page, read without scripts: what it tells, that hostile text stays text, and that it reads as reviewer."""

import re
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from fastapi.testclient import TestClient

from selfimprove.gateway import remembered
from selfimprove.gateway.guard import Visitor
from selfimprove.gateway.plan import Plan
from selfimprove.gateway.remembered import Remembered
from selfimprove.review import signs
from selfimprove.review.house import House, Sign
from selfimprove.settings import private, read
from selfimprove_tests.reports.test_morning import colours, contrast, outline
from selfimprove_tests.review.conftest import app
from selfimprove_tests.review.furnish import EVIL, TALKS, alert

SHELL = ("look.css", "review.css", "htmx.min.js", "review.js")


def pages(furnished):
    chats, runs = furnished.chats, furnished.runs
    return [
        "/", "/review", "/review?skip=2", "/nights", *(f"/nights/{run}" for run in runs), "/adapters",
        f"/adapters/{furnished.champion}", f"/adapters/{furnished.waiting}", *(f"/chats/{chat}" for chat in chats),
        "/forget", "/champion/veto", "/champion/rollback", f"/approval/{furnished.report}",
    ]  # fmt: skip


def plain(html):
    """What a person reads, in one line."""
    body = re.sub(r"<(svg|script|style)\b.*?</\1>", "", html[html.index("<body>") :], flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def test_every_page_is_whole_has_one_heading_and_names_its_fields(person, furnished):
    for path in pages(furnished):
        found = person.get(path)
        assert found.status_code == 200, path
        tags = outline(found.text).tags
        assert sum(tag == "h1" for tag, _ in tags) == 1, path
        assert ("html", {"lang": "en"}) in tags
        labelled = {attributes.get("for") for tag, attributes in tags if tag == "label"}
        for tag, attributes in tags:
            if tag in ("input", "textarea") and attributes.get("type") not in ("hidden", "radio"):
                assert attributes["id"] in labelled, path
            assert tag != "img"
            assert "style" not in attributes
            assert not any(name.startswith("on") for name in attributes)
        scripts = [attributes["src"] for tag, attributes in tags if tag == "script"]
        assert all(src.startswith("/static/") for src in scripts)
        assert "<style" not in found.text


def test_every_page_forbids_what_is_not_ours_and_stays_in_no_cache(person, furnished):
    for path in (*pages(furnished), "/nights/none"):
        headers = person.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "same-origin"


def test_hostile_text_stays_text(person, furnished, connection):
    alert(connection, message=f"x: {EVIL}", run_id=EVIL)
    connection.execute("update morning_reports set sentence = %s where run_id = %s", [EVIL, furnished.runs[3]])
    connection.commit()
    for path in pages(furnished):
        html = person.get(path).text
        tags = outline(html).tags
        assert "<script>" not in html
        assert all(a.get("action", "/").startswith("/") and "//" not in a.get("action", "") for _, a in tags), path
        assert not any("javascript:" in (a.get("href") or "") for _, a in tags)
        assert "49" not in html.split("{{ 7*7 }}")[0][-5:]
    evil = person.get(f"/chats/{furnished.chats[3]}").text
    assert "&lt;script&gt;document.title" in evil
    assert "{{ 7*7 }}" in evil


def test_today_tells_who_answers_what_was_learned_and_what_needs_a_person(person, furnished):
    text = plain(person.get("/").text)
    assert "A model that learned from you answers, since " in text
    assert furnished.champion[:12] in text
    assert "✓ Database answers" in text
    assert "Waits for your yes" in text
    assert "A new model passed every test and waits for your yes. Decide" in text
    assert "4 answers could be good or bad: your word would teach most. Rate a few" in text
    assert "6 new chats" in text
    assert "No night has ended" not in text


def refuse(settings, voice):
    """The gateway did not take over who was promoted last."""
    plan = Plan() if voice == "base" else Plan(voice)
    file = remembered.place(settings.home)
    remembered.write(file, Remembered(2, "base0", plan, {}, {}, "Adapter 08ab2d does not take over: it says nothing."))


@pytest.mark.parametrize("voice", ["base", "the first"])
def test_today_names_who_answers_where_the_champion_was_refused(settings, person, furnished, voice):
    refuse(settings, furnished.first if voice == "the first" else voice)
    lead = plain(person.get("/").text).split("✓")[0]
    name = "The base model" if voice == "base" else f"Adapter {furnished.first[:12]}"
    assert f"{name} answers, and not adapter {furnished.champion[:12]} , which was promoted on " in lead
    [sign] = signs._refused(settings)
    assert (sign.ok, sign.says) == (False, "Adapter 08ab2d does not take over: it says nothing.")
    elsewhere = replace(settings, upstream_url="http://127.0.0.1:1/v1")
    assert list(signs._refused(elsewhere)) == []
    with TestClient(app(elsewhere)) as other:
        assert "Another server’s model answers" in plain(other.get("/").text)


def test_nobody_is_refused_where_nothing_says_so(settings, furnished):
    file = remembered.place(settings.home)
    private(file.parent)
    for text in ("[]", "{", '{"refused": null, "adapter": "x"}'):
        file.write_text(text)
        assert (list(signs._refused(settings)), remembered.instead(file, "base0")) == ([], None)


def test_today_tells_trouble_first(settings, furnished, connection):
    alert(connection, state="failed", attempts=2, problem="json: refused", message="m\nhttp://127.0.0.1/")
    connection.execute("update morning_reports set created_at = created_at - interval '40 hours'")
    connection.commit()
    told = [Sign("Spool", False, "full since 07:12: chats are no longer kept", "Free `2 GB`.")]
    with TestClient(app(settings, signs=lambda: told)) as person:
        html = person.get("/").text
    needs = re.findall(r'<li class="need need-(\w+)">', html)
    assert needs == ["bad", "bad", "bad", "open", "open", "plain"]
    text = plain(html)
    assert "✗ Spool full since 07:12" in text
    assert "No night has ended for 40 hours." in text
    assert "1 alert could not be delivered, which is tried again: json: refused" in text
    assert "<code>2 GB</code>" in html


def test_an_empty_house_says_so(person, connection):
    assert "The base model answers, as it came" in plain(person.get("/").text)
    assert "There was no night yet." in plain(person.get("/").text)
    assert "No answer waits for you." in plain(person.get("/review").text)
    assert "There is none yet" in plain(person.get("/adapters").text)
    assert person.get("/champion/veto").status_code == 404


def test_the_nights_are_listed_drawn_and_told(person, furnished):
    html = person.get("/nights").text
    assert re.findall(r'href="/nights/([\w-]+)"', html) == list(reversed(furnished.runs))
    assert re.findall(r'<rect class="spark-(\w+)"', html) == ["promoted", "promoted", "rejected", "waiting"]
    assert "did not pass “Does it still know the basics?”" in plain(html)


def test_a_night_has_its_gates_answers_and_what_can_be_done(person, furnished):
    waits = person.get(f"/nights/{furnished.runs[3]}").text
    assert waits.count('class="gate"') == 9
    assert waits.count('class="interval"') == 9
    assert f'href="/approval/{furnished.report}"' in waits
    assert "The Halibut." in waits
    answers = person.get(f"/nights/{furnished.runs[1]}").text
    assert 'href="/champion/veto"' in answers
    assert "/champion/" not in person.get(f"/nights/{furnished.runs[0]}").text
    assert person.get("/nights/none").status_code == 404


def test_an_adapter_leads_to_its_parent_its_night_and_its_chats(person, furnished):
    html = person.get(f"/adapters/{furnished.champion}").text
    assert f'href="/adapters/{furnished.first}"' in html
    assert f'href="/nights/{furnished.runs[1]}"' in html
    assert {f"/chats/{chat}" for chat in furnished.chats[:3]} <= set(re.findall(r'href="([^"]+)"', html))
    text = plain(html)
    assert "3 new lessons 3 chats it learned from" in text
    assert "answers now" in text
    assert "waits for your yes" in plain(person.get(f"/adapters/{furnished.waiting}").text)
    assert person.get("/adapters/none").status_code == 404


def test_a_chat_shows_redacted_text_scores_and_who_learned_from_it(person, furnished):
    text = plain(person.get(f"/chats/{furnished.chats[0]}").text)
    assert TALKS[0][1] in text
    assert "likely good: 52 %" in text
    assert "learned, adapter" in text
    assert person.get("/chats/none").status_code == 404


def test_a_chat_says_where_nothing_tells_whether_an_answer_is_good(person, furnished):
    """What the model's confidence alone would make of it, before ratings, is no more than of any other answer."""
    texts = [plain(person.get(f"/chats/{furnished.chats[number]}").text) for number in (1, 4, 5)]
    assert ["nothing tells yet whether it is good" in text for text in texts] == [True, False, False]
    assert ["likely good: 12 %" in texts[1], "likely good: 90 %" in texts[2]] == [True, True]


def test_no_link_holds_what_was_said(person, furnished):
    said = [word for talk in TALKS for turn in talk for word in turn.split() if len(word) > 6]
    for path in pages(furnished):
        for link in re.findall(r'(?:href|action|hx-get|hx-post)="([^"]*)"', person.get(path).text):
            assert not any(word in link for word in said)


def test_the_pages_read_as_reviewer_and_no_more(settings, furnished):
    with House(settings).read() as connection:
        assert connection.execute("select current_user as who").fetchone()["who"] == "reviewer"
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select sealed from chats")
    with House(settings).act() as connection:
        assert connection.execute("select count(sealed) as n from chats").fetchone()["n"] == len(TALKS)


def test_times_are_the_owners(settings, furnished, person):
    from dataclasses import replace

    with House(replace(settings, timezone="Asia/Tokyo")).read() as connection:
        row = connection.execute("select timestamptz '2031-05-02 20:00+00' as at").fetchone()
        assert f"{row['at']:%H:%M}" == "05:00"


def test_a_database_that_is_down_is_a_page(tmp_path):
    down = read({"SELFIMPROVE_HOME": str(tmp_path), "SELFIMPROVE_DATABASE_URL": "postgresql://127.0.0.1:1/none"})
    with TestClient(app(down)) as person:
        found = person.get("/")
    assert found.status_code == 503
    assert "The database does not answer" in plain(found.text)


@pytest.mark.parametrize(("scopes", "open_", "closed"), [
    ({"chat"}, (), ("/", "/review", "/nights", "/forget", "/champion/veto")),
    ({"review"}, ("/", "/review", "/nights", "/adapters"), ("/forget", "/champion/veto")),
    ({"admin"}, ("/", "/review", "/forget", "/champion/veto"), ()),
])  # fmt: skip
def test_scopes_decide_who_sees_what(settings, furnished, scopes, open_, closed):
    pages_ = app(settings)

    @pages_.middleware("http")
    async def visitor(request, answer):
        request.state.visitor = Visitor("t", "token", frozenset(scopes))
        return await answer(request)

    # the owner's middleware was added first and runs inside: take it out of the way
    pages_.user_middleware = [one for one in pages_.user_middleware if one.kwargs["dispatch"].__name__ == "visitor"]
    with TestClient(pages_) as person:
        assert [path for path in open_ if person.get(path).status_code != 200] == []
        assert [path for path in closed if person.get(path).status_code != 403] == []


def test_files_name_their_content_and_nothing_else_is_served(person):
    html = person.get("/forget").text
    for name in SHELL:
        [address] = re.findall(rf'"(/static/{re.escape(name)}\?v=\w+)"', html)
        assert "immutable" in person.get(address).headers["cache-control"]
    assert person.get("/static/README.md").status_code == 404
    assert person.get("/static/..%2Fpages.py").status_code == 404


def test_the_vendored_script_is_the_one_that_is_named():
    from hashlib import sha256

    from selfimprove.review.show import FILES

    folder = Path(FILES["htmx.min.js"]).parent
    assert sha256(FILES["htmx.min.js"].read_bytes()).hexdigest() in (folder / "README.md").read_text()


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_buttons_and_fields_can_be_read(person, theme):
    look, own = person.get("/static/look.css").text, person.get("/static/review.css").text
    found = {**colours(re.findall(r":root \{(.*?)\}", look, re.DOTALL)[theme])}
    found |= colours(re.findall(r":root \{(.*?)\}", own, re.DOTALL)[theme])
    text = [("on-line", "line-0"), ("on-line", "line-hover"), ("line-0", "card"), ("line-hover", "card")]
    text += [("bad", "card"), ("bad", "bad-back"), ("text", "page"), ("line-0", "fill"), ("quiet", "page")]
    text += [("quiet", "fill"), ("text", "fill"), ("open", "open-back")]
    assert [pair for pair in text if contrast(*(found[name] for name in pair)) < 4.5] == []
    edges = [("quiet", "card"), ("quiet", "page"), ("line-0", "page"), ("open", "card"), ("bad", "fill")]
    assert [pair for pair in edges if contrast(*(found[name] for name in pair)) < 3] == []
