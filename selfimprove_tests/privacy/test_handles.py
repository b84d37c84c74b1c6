"""Handles are found in links to profiles and beside the network's name; what only looks like one stays."""

import pytest

from selfimprove.privacy.redact import locate, redact
from selfimprove_tests.privacy.made import Made
from selfimprove_tests.privacy.masks import found

MADE = Made(151)
HANDLE = f"{MADE.of('bcdfghklm', 6)}_{MADE.number(2)}"
WORD = MADE.of("bcdfghklm", 7)


@pytest.mark.parametrize(
    "text",
    [
        "My insta is @{}", "my handle is @{}.", "Follow me on Twitter: @{}", "DM me @{}!", "telegram @{}",
        "My Instagram and TikTok handle is @{}", "mein Telegram ist @{}", "Folgt mir auf Instagram @{}",
        "mein Insta-Name lautet @{}", "mon insta : @{}", "mon compte Twitter c'est @{}",
        "Mi Telegram es @{}", "mi Instagram es @{}", "Meu Instagram é @{}",
        "il mio Instagram è @{}", "mijn Insta is @{}", "mój Instagram to @{}", "Snapchat - @{}", "insta (@{})",
        "x handle: @{}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("handle", [HANDLE, WORD])
def test_with_a_sign_beside_the_network(text: str, handle: str) -> None:
    assert found(text.format(handle)) == [("USERNAME", handle)]


@pytest.mark.parametrize(
    "text",
    [
        "my discord is {}", "My Snapchat: {}", "mein Discord-Name ist {}", "mon snap est {}", "mi telegram es {}",
        "meu Discord é {}", "il mio Telegram è {}", "mijn Discord is {}", "mój Discord to {}", "her Instagram is {}",
    ],
)
def test_without_a_sign_what_is_no_word(text: str) -> None:
    assert found(text.format(HANDLE)) == [("USERNAME", HANDLE)]
    assert found(text.format(WORD)) == []


@pytest.mark.parametrize(
    "text",
    [
        "My Instagram: {}", "my discord name is {}", "mein Telegram-Benutzername ist {}",
        "mon pseudo est x, mon insta : {}",
    ],
)  # fmt: skip
def test_a_point_counts_where_a_name_is_announced(text: str) -> None:
    handle = f"{WORD}.{MADE.of('bcdfghklm', 5)}"
    assert found(text.format(handle)) == [("USERNAME", handle)]
    assert found(f"my instagram is {handle}") == []


@pytest.mark.parametrize(
    "after", [" and I like tulips", " if you want to talk", ", say hi", " und du?", " lol", " please add me"]
)
def test_a_sentence_may_go_on_after_a_handle(after: str) -> None:
    name = f"{WORD}{MADE.number(2)}"
    assert found(f"my discord is {name}{after}") == [("USERNAME", name)]
    assert found(f"my discord is {HANDLE} over there") == [("USERNAME", HANDLE)]
    assert found(f"my discord is {name} compatible") == []


@pytest.mark.parametrize(
    "text",
    [
        "Mein Messenger ist WhatsApp.", "Our GitLab is GitLab-CE 16.", "our gitlab is gitlab-ce16",
        "my discord is TypeScript", "Our Xbox is OneS2", "my facebook account is 2-factor protected",
        "My YouTube is YouTube Premium", "our GitLab is self_hosted", "my discord: Python3",
        "My Twitch name is Twitch_2", "On Discord: see FAQ#1001",
        "Discord forum#1234", "discord version#2024", "my steam is Windows11", "Our Discord is Gen2 now",
    ],
)  # fmt: skip
def test_products_are_no_handles(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "link",
    [
        "twitter.com/{}", "https://x.com/{}", "https://www.instagram.com/{}/", "facebook.com/{}?ref=1",
        "https://m.facebook.com/{}", "https://de.linkedin.com/in/{}/", "linkedin.com/in/{}", "https://tiktok.com/@{}",
        "https://t.me/{}", "youtube.com/@{}", "reddit.com/u/{}", "https://www.reddit.com/user/{}/comments",
        "https://twitter.com/{}/status/1", "[me](https://instagram.com/{})", "my GitHub is github.com/{}",
    ],
)
@pytest.mark.parametrize("handle", [HANDLE, WORD])
def test_links_to_profiles(link: str, handle: str) -> None:
    assert found(f"see {link.format(handle)}") == [("USERNAME", handle)]


@pytest.mark.parametrize("text", ["discord {}", "My Discord tag is {}.", "on Discord: {}"])
def test_tags_with_four_digits(text: str) -> None:
    tag = f"{WORD}#{MADE.number(4)}"
    assert found(text.format(tag)) == [("USERNAME", tag)]
    assert found(f"see {tag}") == []


@pytest.mark.parametrize(
    "text",
    [
        "https://github.com/{}/tulips", "git clone git@github.com:{}/tulips.git", "https://twitter.com/intent/tweet",
        "https://x.com/home", "https://www.instagram.com/p/{}/", "https://facebook.com/sharer/sharer.php?u=1",
        "https://www.linkedin.com/company/{}", "https://netflix.com/{}", "https://cdn.box.com/{}",
        "https://t.me/joinchat",
        "https://youtube.com/watch?v=1", "twitter.com/yourhandle", "instagram.com/<handle>", "https://twitter.com/",
        "my instagram is private", "my discord is not working", "My Telegram is down again", "Twitter is down",
        "@everyone look at Discord", "discord @everyone", "@property\ndef snap(self): ...", "issue#1234 on Discord",
        "the snap package @types/{}", "import {{ {} }} from '@instagram/{}'", "Telegram: @BotFather",
        "my handle is @username",
        "Discord bug#1234", "github @v3",
        "youtube @4k",
        "my discord is v1.2 now", "my xbox is X360", "my github is github.com/features",
        "steam engines are old", "my steam is gone", "the threads are 8",
    ],
)
def test_what_is_nobodys_stays(text: str) -> None:
    assert found(text.format(*[WORD] * text.count("{}"))) == []


def test_a_handle_has_one_name_in_the_chat() -> None:
    redacted = redact([f"My insta is @{HANDLE}", f"Is twitter.com/{HANDLE} yours too?"]).texts
    assert redacted == ("My insta is @[USERNAME_1]", "Is twitter.com/[USERNAME_1] yours too?")


@pytest.mark.parametrize("question", ["What's your Insta?", "Wie ist dein Instagram-Name?", "Your Discord tag?"])
def test_a_handle_that_was_asked_for(question: str) -> None:
    for answer in (f"@{HANDLE}", f"sure, it's @{HANDLE}"):
        (span,) = locate([question, answer])[1]
        assert (span.type, answer[span.start : span.end]) == ("USERNAME", HANDLE)
