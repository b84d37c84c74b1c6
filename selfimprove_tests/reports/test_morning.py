"""The page: what it shows for each night, that hostile text stays text, and that colours can be read."""

import base64
import re
from dataclasses import replace
from hashlib import sha256
from html import escape
from html.parser import HTMLParser

import pytest

from selfimprove.reports import morning, tell
from selfimprove.reports.night import Failure, Found, Lesson, Night, Pair
from selfimprove_tests.reports import nights

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"' & {{ 7 * 7 }}"
VOID = {"meta", "br", "img", "hr", "input", "link"}


class Outline(HTMLParser):
    """Tags, attributes and headings of a page; fails on a tag that is closed out of turn."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "h2":
            self.headings.append(data)


def outline(html):
    parsed = Outline()
    parsed.feed(html)
    parsed.close()
    assert parsed.open == []
    return parsed


@pytest.mark.parametrize("name", nights.ALL)
def test_the_decision_is_the_first_thing_said(name):
    night = nights.ALL[name]()
    html = morning.page(night)
    body = html[html.index("<body>") :]
    assert re.findall(r"<p[^>]*>(.*?)</p>", body)[0] == escape(tell.sentence(night), quote=False)


@pytest.mark.parametrize(("name", "headings"), [
    ("promoted", [
        "What it learned", "What got better, what got worse", "What it refused to learn", "Can I trust it?",
        "Past nights", "What it cost", "Undo",
    ]),
    ("rejected", [
        "What it tried to learn", "What got better, what got worse", "What it refused to learn", "Can I trust it?",
        "Past nights", "What it cost", "Nothing to undo",
    ]),
    ("nothing_to_learn", ["What it read", "What it refused to learn", "Past nights", "Nothing to undo"]),
    ("failed", ["What broke", "What it read", "Past nights", "Nothing to undo"]),
])  # fmt: skip
def test_each_night_shows_what_it_has(name, headings):
    assert outline(morning.page(nights.ALL[name]())).headings == headings


def test_a_night_of_which_nothing_is_known_still_has_a_page():
    html = morning.page(Night("r" * 32, nights.MONDAY))
    assert outline(html).headings == ["Nothing to undo"]


def test_the_page_needs_no_network_and_no_script():
    for name in nights.ALL:
        for tag, attributes in outline(morning.page(nights.ALL[name]())).tags:
            assert tag not in ("script", "link", "iframe", "img", "object", "form")
            assert not any(key in ("src", "href") or key.startswith("on") for key in attributes)
    assert "default-src 'none'" in morning.page(nights.promoted())
    assert not re.search(r"url\(|@import|https?://", morning.page(nights.promoted()))


@pytest.mark.parametrize("name", nights.ALL)
def test_the_page_allows_its_own_style_and_no_other(name):
    html = morning.page(nights.ALL[name]())
    style = html[html.index("<style>") + 7 : html.index("</style>")]
    assert f"style-src 'sha256-{base64.b64encode(sha256(style.encode()).digest()).decode()}'" in html
    assert not any("style" in attributes for _, attributes in outline(html).tags)


def test_what_waits_says_so_and_how_to_answer():
    html = morning.page(nights.waiting())
    assert "A new model is ready and waits for your yes: it gets 26 of 30 of your own questions right" in html
    assert "selfimprove promotion approve" in html
    assert "selfimprove promotion decline" in html
    assert "rollback" not in html
    crashed = replace(nights.waiting(), judged=replace(nights.waiting().judged, waits=False))
    assert tell.outcome(crashed) == "failed"


def test_past_nights_are_drawn_and_told():
    html = morning.page(nights.promoted())
    assert html.count('<rect class="spark-') == 6
    assert "6 nights were decided: 3 promoted, 2 turned down, 1 unsure." in html
    alone = replace(nights.promoted(), trend=nights.promoted().trend[:1])
    assert 'class="sparkline"' not in morning.page(alone)
    assert morning.history(alone.trend) == "1 night was decided: 1 promoted."


def test_the_numbers_are_there():
    html = morning.page(nights.promoted())
    for words in ("<b>246</b>", "<b>84</b>", "4 → <b>16</b> of 19", "nearly the same as another chat", "<b>88,000</b>"):
        assert words in html
    assert html.count('class="gate"') == 8
    assert "selfimprove promotion rollback" in html
    assert "now right" in html
    assert "no longer right" in html


def test_where_training_started_and_what_had_faded():
    night = nights.promoted()
    start = {"adapter": "a", "reason": "goes_on", "champion": "a", "nights": 4}
    lost = [{"name": f"core {name}", "knew": "7", "before": 14, "now": 9, "n": 15, "drawn": drawn}
            for name, drawn in (("capital/1", 31), ("sum/2", 0), *((f"more/{at}", 1) for at in range(9)))]  # fmt: skip
    lost.insert(0, {"name": "holdout", "knew": "", "before": 8, "now": 5, "n": 8, "drawn": 12})
    found = replace(night.found, manifest={**night.found.manifest, "practised": {"lost": lost}})
    adapter = replace(night.adapter, metrics={**night.adapter.metrics, "start": start})
    html = morning.page(replace(night, found=found, adapter=adapter))
    assert "It went on from the champion, the newest of 4 that went on from each other." in html
    assert "your held-out questions</span>" in html
    assert "general knowledge: capital/1</span>" in html
    assert "14 → 9 of 15" in html
    assert "31 practised" in html
    assert "sum/2" not in html, "nothing like it was practised"
    assert html.count(" practised</span>") == 5
    assert "had faded" not in morning.page(night)
    assert "had faded" not in morning.page(replace(night, found=found, adapter=None)), "nothing was trained"


def test_hostile_text_stays_text():
    night = nights.rejected()
    pair = Pair(EVIL, EVIL, EVIL, EVIL, False, True, 1.0)
    verdicts = tuple(replace(verdict, detail=EVIL, gate=EVIL) for verdict in nights.verdicts())
    night = replace(
        night,
        judged=replace(night.judged, pairs=(pair,), verdicts=verdicts, reasons=(EVIL,)),
        found=Found(EVIL, {"splits": {"train": {"examples": 1}}}, {EVIL: 3}, (Lesson(EVIL, EVIL),)),
        failures=(Failure(EVIL, EVIL, EVIL),),
        rejected={EVIL: 2},
        run_id=EVIL,
    )
    html = morning.page(night)
    tags = {tag for tag, _ in outline(html).tags}
    assert tags.isdisjoint({"script", "img"})
    assert escape(EVIL, quote=False).split("&quot;")[0].split('"')[0] in html
    assert "{{ 7 * 7 }}" in html
    assert morning.page(replace(nights.failed(), failures=(Failure("x", "", EVIL),))).count("<script") == 0


def test_commands_in_sentences_are_set_apart():
    said = Failure("chat_logs", "", "nothing was read. `selfimprove chats import FILE` brings <some>")
    html = morning.page(replace(nights.failed(), failures=(said,)))
    assert "<code>selfimprove chats import FILE</code> brings &lt;some&gt;" in html


def test_better_and_worse_are_both_shown_and_the_worst_first():
    better = [Pair(f"b{i}", "r", "x", "y", False, True, 10.0 - i) for i in range(5)]
    worse = [Pair(f"w{i}", "r", "x", "y", True, False, 1.0 - i) for i in range(5)]
    other = [Pair(f"o{i}", "r", "x", "y", None, None, 0.0) for i in range(5)]
    long = [Pair(f"l{i}", "r", "x", "y", None, None, 2.0 - i) for i in range(5)]
    shown = [(kind, pair.question) for kind, pair in morning.telling([*better, *long, *worse, *other])]
    assert shown == [
        ("better", "b0"), ("better", "b1"), ("better", "b2"), ("closer", "l0"), ("closer", "l1"),
        ("worse", "w4"), ("worse", "w3"), ("worse", "w2"), ("further", "l4"), ("further", "l3"),
        ("different", "l2"), ("different", "o0"),
    ]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "kind"), [
    (False, True, "better"), (True, False, "worse"), (True, True, "different"), (None, None, "closer"),
    (None, True, "different"),
])  # fmt: skip
def test_only_a_grade_makes_an_answer_better_or_worse(before, after, kind):
    assert morning.verdict(Pair("q", "r", "x", "y", before, after, 5.0)) == kind


@pytest.mark.parametrize(
    ("gain", "kind"), [(0.05, "closer"), (-0.05, "further"), (0.04, "different"), (None, "different")]
)
def test_without_a_grade_an_answer_is_closer_or_further(gain, kind):
    assert morning.verdict(Pair("q", "r", "x", "y", None, None, gain)) == kind


def test_reasons_of_all_stages_are_added_up():
    night = replace(nights.promoted(), rejected={"left_over_secret": 2, "odd_reason": 1, "broken": 0})
    night = replace(night, found=replace(night.found, rejected={"left_over_secret": 3}))
    assert morning.rejected(night) == [("a private detail might have been left in", 5), ("odd reason", 1)]


def test_metrics_that_are_missing_or_odd_are_left_out():
    night = nights.promoted()
    bare = replace(night, adapter=replace(night.adapter, metrics={"seconds": None, "train_losses": [[1, 2.0]]}))
    html = morning.page(bare)
    assert "What it cost" not in outline(html).headings
    manifest = replace(night, found=replace(night.found, manifest={}))
    assert [tile.value for tile in morning.tiles(manifest)] == ["246", "187"]


def test_a_long_answer_is_cut_where_it_says_so():
    assert morning.short("x" * 700) == "x" * 700
    assert morning.short("x" * 701) == "x" * 700 + " …"


def colours(block):
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))


def contrast(one, other):
    """WCAG 2 contrast ratio of two colours."""

    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_and_pictures_can_be_read(theme):
    found = colours(re.findall(r":root \{(.*?)\}", morning.page(nights.promoted()), re.DOTALL)[theme])
    text = [("text", "card"), ("text", "fill"), ("quiet", "card"), ("quiet", "page"), ("quiet", "fill")]
    text += [(tone, f"{tone}-back") for tone in ("good", "bad", "open")]
    pictures = [(f"line-{i}", back) for i in range(3) for back in ("card", "fill")]
    assert all(contrast(found[one], found[other]) >= 4.5 for one, other in text)
    assert all(contrast(found[one], found[other]) >= 3 for one, other in pictures)
