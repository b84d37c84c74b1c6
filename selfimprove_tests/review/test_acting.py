"""What a person does, without scripts: rate, correct, exclude, undo, veto, roll back, approve, decline, pin, forget."""

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient

from selfimprove.chats.chat import Sealed, Sealing
from selfimprove.gateway import packing
from selfimprove.gateway.segments import Segments
from selfimprove.gateway.thread import Threads
from selfimprove.privacy import journal, waiting
from selfimprove.privacy.vault import Vault
from selfimprove_tests.gateway.said import exchange, talk
from selfimprove_tests.promotion.house import House, answers, damage
from selfimprove_tests.review.conftest import app
from selfimprove_tests.review.test_reading import plain


def fields(html, action):
    """The hidden fields of the first form with this action."""
    form = re.search(rf'<form method="post" action="{re.escape(action)}".*?</form>', html, re.DOTALL)[0]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))


def rate(person, verdict, **more):
    html = person.get("/review").text
    return person.post("/review/rate", data={**fields(html, "/review/rate"), "verdict": verdict, **more})


def given(connection):
    connection.commit()
    rows = connection.execute("select * from feedback where source = 'review' order by given_at").fetchall()
    connection.commit()
    return rows


def test_a_rating_is_kept_and_the_next_answer_comes(person, furnished, connection):
    asked = fields(person.get("/review").text, "/review/rate")
    after = rate(person, "good")
    assert after.history[0].status_code == 303
    assert str(after.url).endswith("/review")
    assert fields(after.text, "/review/rate")["chat"] != asked["chat"]
    [row] = given(connection)
    assert (row["chat_id"], row["position"], row["kind"], row["value"]) == (asked["chat"], 1, "thumbs", 1.0)
    assert "Last: rated good, in" in plain(after.text)


def test_the_last_act_is_taken_back_and_no_other(person, furnished, connection):
    rate(person, "good")
    after = rate(person, "bad")
    assert "Last: rated bad" in plain(after.text)
    again = person.post("/review/undo", data=fields(after.text, "/review/undo"))
    assert [row["value"] for row in given(connection)] == [1.0]
    assert "Last: rated good" in plain(again.text)
    person.post("/review/undo", data=fields(after.text, "/review/undo"))  # from a page that is no longer true
    assert [row["value"] for row in given(connection)] == [1.0]


def test_a_rating_of_elsewhere_is_not_taken_back(person, furnished, connection):
    row = ("f", furnished.chats[0])
    connection.execute(
        "insert into feedback (id, chat_id, position, kind, value, source) values (%s, %s, 1, 'thumbs', 1, 'web')", row
    )
    connection.commit()
    person.post("/review/undo", data={"id": "f"})
    assert connection.execute("select count(*) as n from feedback").fetchone()["n"] == 1


def test_a_correction_is_sealed_and_says_what_was_written(person, furnished, connection, settings):
    rate(person, "correct", text="  Biscuit.\r\nAnd no other. ")
    [row] = given(connection)
    assert (row["kind"], row["value"]) == ("correction", None)
    vault = Vault.open(settings.home, connection)
    opened = vault.unseal(Sealed(row["key_id"], row["nonce"], row["sealed"]), row["id"].encode())
    assert opened.decode() == "Biscuit.\nAnd no other."
    assert "Biscuit" not in person.get(f"/chats/{row['chat_id']}").text.replace("biscuit", "")


def test_an_empty_correction_is_refused_with_what_to_do(person, furnished, connection):
    found = rate(person, "correct", text=" \r\n ")
    assert found.status_code == 409
    assert "A correction has to say what the answer should have been." in plain(found.text)
    assert given(connection) == []


def test_a_correction_that_changes_nothing_says_nothing_against_the_answer(person, furnished, connection):
    shown = re.search(r"<textarea[^>]*>(.*?)</textarea>", person.get("/review").text, re.DOTALL)[1]
    found = rate(person, "correct", text=unescape(shown) + "\r\n")
    assert found.status_code == 409
    assert "Change it, or rate it good." in plain(found.text)
    assert given(connection) == []


@pytest.mark.parametrize(("position", "status"), [("0", 409), ("99", 409), ("-1", 409), ("x", 422)])
def test_what_is_no_answer_cannot_be_rated(person, furnished, connection, position, status):
    data = {"chat": furnished.chats[0], "position": position, "verdict": "good"}
    assert person.post("/review/rate", data=data).status_code == status
    assert given(connection) == []


def test_an_excluded_chat_teaches_nothing_and_comes_back_by_undo(person, furnished, connection):
    html = person.get("/review").text
    chat = fields(html, "/review/exclude")["chat"]
    after = person.post("/review/exclude", data=fields(html, "/review/exclude"))
    assert f'name="chat" value="{chat}"' not in after.text
    excluded = "select chat_id from excluded_chats"
    assert [row["chat_id"] for row in connection.execute(excluded)] == [chat]
    connection.commit()
    assert "Never learned from" in plain(person.get(f"/chats/{chat}").text)
    person.post("/review/undo", data=fields(after.text, "/review/undo"))
    assert connection.execute(excluded).fetchall() == []


def test_a_chat_is_excluded_and_included_on_its_own_page(person, furnished, connection):
    path = f"/chats/{furnished.chats[1]}"
    person.post(f"{path}/teach", data={"may": "false"})
    assert connection.execute("select count(*) as n from excluded_chats").fetchone()["n"] == 1
    connection.commit()
    assert "Let nights learn from it again" in person.get(path).text
    person.post(f"{path}/teach", data={"may": "true"})
    assert connection.execute("select count(*) as n from excluded_chats").fetchone()["n"] == 0


def test_skipping_goes_round(person, furnished):
    seen = [fields(person.get(f"/review?skip={n}").text, "/review/rate")["chat"] for n in range(6)]
    assert len(set(seen)) == 5
    assert seen[0] == seen[5]


def house(connection, settings):
    return House(connection, settings.home)


def test_a_veto_says_first_who_will_answer(person, furnished, connection, settings):
    html = person.get("/champion/veto").text
    assert f"From then on {furnished.first[:12]} answers." in plain(html)
    person.post("/champion/veto", data={**fields(html, "/champion/veto"), "reason": "it lies"})
    assert answers(house(connection, settings)) == furnished.first
    connection.commit()
    assert "vetoed" in plain(person.get(f"/adapters/{furnished.champion}").text)
    assert "“it lies”" in plain(person.get("/nights").text)


def test_going_back_says_what_it_does_when_files_are_damaged(person, furnished, connection, settings):
    damage(house(connection, settings), furnished.first)
    html = person.get("/champion/rollback").text
    assert "From then on the base model answers." in plain(html)
    person.post("/champion/rollback", data=fields(html, "/champion/rollback"))
    assert answers(house(connection, settings)) is None


@pytest.mark.parametrize("act", ["veto", "rollback"])
def test_what_was_decided_on_an_old_page_is_refused(person, furnished, connection, settings, act):
    seen = fields(person.get(f"/champion/{act}").text, f"/champion/{act}")
    person.post("/champion/rollback", data=seen)
    found = person.post(f"/champion/{act}", data=seen)
    assert found.status_code == 409
    assert "Who answers has changed since this page was shown" in plain(found.text)
    assert answers(house(connection, settings)) == furnished.first


def test_a_yes_promotes(person, furnished, connection, settings):
    path = f"/approval/{furnished.report}"
    assert "May the new model answer you?" in person.get(path).text
    person.post(path, data={"word": "yes"})
    assert answers(house(connection, settings)) == furnished.waiting
    connection.commit()
    today = plain(person.get("/").text)
    assert "waits for your yes" not in today
    assert "You let this night’s model answer." in today
    assert person.get(path).status_code == 409


def test_a_yes_that_comes_too_late_tells_why(person, furnished, connection, settings):
    connection.execute("update reports set created_at = created_at - interval '8 days'")
    connection.commit()
    found = person.post(f"/approval/{furnished.report}", data={"word": "yes"})
    assert found.status_code == 409
    assert "the report is older than 168 hours" in plain(found.text)
    assert answers(house(connection, settings)) == furnished.champion


def test_a_no_is_for_ever(person, furnished, connection, settings):
    person.post(f"/approval/{furnished.report}", data={"word": "no", "reason": "too chatty"})
    assert answers(house(connection, settings)) == furnished.champion
    connection.commit()
    assert "vetoed" in plain(person.get(f"/adapters/{furnished.waiting}").text)
    assert "You turned this night’s model down." in plain(person.get("/nights").text)


@pytest.mark.parametrize("word", ["", "Yes", "nein", None])
def test_a_word_that_is_neither_decides_nothing(person, furnished, connection, settings, word):
    path = f"/approval/{furnished.report}"
    assert person.post(path, data={} if word is None else {"word": word}).status_code == 422
    assert answers(house(connection, settings)) == furnished.champion
    connection.commit()
    assert "May the new model answer you?" in person.get(path).text, "it still waits"


def test_a_pin_holds_until_it_is_taken_out(person, furnished, connection):
    path = f"/adapters/{furnished.first}"
    person.post(f"{path}/pin", data={"pinned": "true"})
    assert "its files stay" in person.get(path).text
    person.post(f"{path}/pin", data={"pinned": "false"})
    assert connection.execute("select count(*) as n from adapter_pins").fetchone()["n"] == 0


def test_forgetting_shows_what_would_go_and_then_the_receipt(person, furnished, connection, settings):
    sure = person.post("/forget", data={"selector": "matching", "value": " What do I call MY dog "})
    text = plain(sure.text)
    assert "1 chat would go" in text
    who = f"Adapter {furnished.champion[:12]} is one of them: adapter {furnished.first[:12]} answers from now on."
    assert who in text
    assert connection.execute("select count(*) as n from chats").fetchone()["n"] == 6
    connection.commit()
    done = person.post("/forget/now", data=fields(sure.text, "/forget/now"))
    assert re.search(r"/forget/[0-9a-f]{32}$", str(done.url))
    assert "Files and space were given back too." in plain(done.text)
    assert connection.execute("select count(*) as n from chats").fetchone()["n"] == 5
    assert answers(house(connection, settings)) == furnished.first
    connection.commit()
    assert person.get(f"/chats/{furnished.chats[0]}").status_code == 404
    assert "my dog" not in str(done.url) + done.text
    assert len(list((settings.home / "receipts").iterdir())) == 1
    assert plain(person.get("/forget").text).count("1 chat, by text") == 1


def test_forgetting_tells_what_is_nearly_the_same_and_takes_it_when_asked(person, furnished, connection):
    connection.execute(
        "insert into rejections (stage, chat_id, day, reason, duplicate_of, rule_version)"
        " select 'filtered_chats', id, day, 'near_duplicate', %s, '1' from chats where id = %s",
        (furnished.chats[0], furnished.chats[4]),
    )
    connection.commit()
    chosen = {"selector": "chat", "value": furnished.chats[0]}
    sure = person.post("/forget", data=chosen)
    assert "Chats that are nearly the same, and stay: 1." in plain(sure.text)
    with_them = person.post("/forget", data=fields(sure.text, "/forget"))
    assert "2 chats would go" in plain(with_them.text)
    assert "and stay" not in plain(with_them.text)
    assert fields(with_them.text, "/forget/now") == {**chosen, "copies": "true"}
    done = person.post("/forget/now", data=fields(sure.text, "/forget/now"))
    assert "Chats that are nearly the same, and stay: 1." in plain(done.text)
    assert connection.execute("select count(*) as n from chats").fetchone()["n"] == 5
    connection.commit()
    assert "Never learned from" in plain(person.get(f"/chats/{furnished.chats[4]}").text)


def test_what_still_waits_to_be_stored_is_forgotten_too(person, furnished, connection, settings):
    vault = Vault.open(settings.home)
    messages = talk("a plan of mine")
    thread = Threads(Sealing(vault.seal, vault.keyed_hash)).chat_of(messages)
    segments = Segments(waiting.folder_of(settings.home))
    framed = packing.pack(exchange(thread, messages, "ok", "c1"))
    segments.write([journal.pack(thread.chat_id, framed, vault.seal)])
    segments.close()
    sure = person.post("/forget", data={"selector": "matching", "value": "a plan of mine"})
    assert "1 chat would go" in plain(sure.text)
    person.post("/forget/now", data=fields(sure.text, "/forget/now"))
    assert waiting.files(settings.home) == []
    left = "select count(*) as n from exchanges where chat_id = %s"
    assert connection.execute(left, [thread.chat_id]).fetchone()["n"] == 0


def test_what_no_column_holds_names_nothing(person, furnished):
    assert "names nothing here" in person.get("/chats/a%00b").text
    assert person.post("/review/undo", data={"id": "a\0b"}).status_code == 400


def test_forgetting_one_chat_from_its_page(person, furnished):
    html = person.get(f"/chats/{furnished.chats[4]}").text
    sure = person.post("/forget", data=fields(html, "/forget"))
    assert "1 chat would go" in plain(sure.text)


@pytest.mark.parametrize(("selector", "value", "said"), [
    ("matching", "ab", "too short to look for"), ("before", "soon", "that is no day"), ("chat", "zz", "No chats have"),
    ("user", "  ", "it names nothing"),
])  # fmt: skip
def test_what_cannot_be_forgotten_is_said(person, furnished, selector, value, said):
    found = person.post("/forget", data={"selector": selector, "value": value})
    assert found.status_code in (404, 409)
    assert said in plain(found.text)


def test_nobody_fits(person, furnished):
    found = person.post("/forget", data={"selector": "user", "value": "nobody"})
    assert "No chat fits" in plain(found.text)
    assert "Forget for ever" not in found.text


def test_while_a_night_runs_nothing_is_forgotten(furnished, connection, settings):
    connection.execute("create table dagster.runs (run_id text, status text)")
    connection.execute("insert into dagster.runs values ('r', 'STARTED')")
    connection.commit()
    with TestClient(app(settings)) as person:
        found = person.post("/forget/now", data={"selector": "chat", "value": furnished.chats[0]})
    assert "A night is under way" in plain(found.text)
    assert connection.execute("select count(*) as n from chats").fetchone()["n"] == 6
