"""Names of users are found in paths and at prompts; those that software and documentation go by stay."""

import pytest

from selfimprove.privacy.redact import find, redact
from selfimprove.privacy.rules.nobodys import NOBODYS
from selfimprove_tests.cost import is_within
from selfimprove_tests.privacy.made import Made
from selfimprove_tests.privacy.masks import found

MADE = Made(157)
USER = MADE.of("bcdfghklm", 7)


@pytest.mark.parametrize(
    "text",
    [
        'File "/home/{}/projects/x.py", line 3', "/Users/{}/Library/Caches", "cd /home/{}", "HOME=/home/{}",
        "x:1000:1000::/home/{}:/bin/sh", "my home directory is /home/{}", "file:///home/{}/x.html",
        "/mnt/c/Users/{}/Desktop", "/c/Users/{}/repo", "-v /home/{}/data:/data", "PATH=/usr/bin:/home/{}/.local/bin",
        "/export/home/{}/.ssh", "C:\\Users\\{}\\Desktop", r'"C:\\Users\\{}\\AppData"', "PS C:\\Users\\{}> dir",
        "c:/users/{}/x", "D:\\Documents and Settings\\{}\\x", "%2Fhome%2F{}%2Fx", "(/Users/{}/x.js:3:1)",
        "scp x host:/home/{}/",
    ],
)  # fmt: skip
def test_in_paths(text: str) -> None:
    assert found(text.format(USER)) == [("USERNAME", USER)]


@pytest.mark.parametrize("user", ["theo", "youri", "newt", "myra", "tester_k", "adminka", "rootje"])
def test_what_only_begins_like_nobodys_name(user: str) -> None:
    assert found(f"/home/{user}/x") == [("USERNAME", user)]


@pytest.mark.parametrize("user", ["my-user", "your_name", "yourusername", "the-user", "newuser", "testuser2"])
def test_what_stands_for_a_name(user: str) -> None:
    assert found(f"/home/{user}/x") == []


def test_two_words_and_other_letters() -> None:
    assert found("C:\\Users\\Tulpe Rose\\Desktop\\x") == [("USERNAME", "Tulpe Rose")]
    assert found("/home/größe/x") == [("USERNAME", "größe")]
    assert found("C:\\Users\\Public is a folder \\ of all") == []


@pytest.mark.parametrize(
    "text",
    [
        "{}@MacBook-Pro ~ % ls", "{}@web01:~$ ls", "{}@web01:/var/log$ tail x", "[{}@web01 ~]$ ls",
        "(base) {}@box:~/x$ ",
        "{}@DESKTOP-4F7 MINGW64 ~/repo\n$ ls", "first\n{}@box:~$ ls",
    ],
)
def test_at_prompts(text: str) -> None:
    assert found(text.format(USER)) == [("USERNAME", USER)]
    assert found(text.format("root")) == found(text.format("ubuntu")) == []


@pytest.mark.parametrize("host", ["MacBook-{}", "{}s-MacBook-Pro", "{}s-MBP", "MacBook-Pro-von-{}", "{}-laptop"])
def test_a_computer_that_bears_its_owners_name(host: str) -> None:
    own = host.format(USER.title())
    assert found(f"{USER}@{own} ~ % ls") == [("USERNAME", USER), ("USERNAME", own)]


@pytest.mark.parametrize(
    "text",
    [
        "/home/{}/x", "/Users/{}/x", "C:\\Users\\{}\\x", "/home/{}",
    ],
)  # fmt: skip
def test_what_everybody_goes_by_stays(text: str) -> None:
    assert [name for name in NOBODYS if found(text.format(name))] == []


@pytest.mark.parametrize(
    "text",
    [
        "/home/<user>/x", "/home/$USER/x", "/home/{user}/x", "C:\\Users\\%USERNAME%\\x", "/home/user1/x",
        "/home/yourname/",
        "https://example.com/home/tulips", "./home/tulips/x", "app/home/tulips.py", "/home/index.html",
        "/users/tulips/3", "GET /users/tulips", "$HOME/home/tulips", "tulips@example", "root@server:~# ls",
        "a@b.c", "x @ y $ z",
        "GET /home/feed HTTP/1.1", "@app.route('/home/tulips')", '<a href="/home/tulips">', "go to /home/tulips",
        "/home/dbuser/x", "/home/sandbox/x", "router.push('/Users/tulips')", '[HttpGet("/Users/active")]',
        "/homes/tulips/x",
        "/home/nextjs/.npm", "/home/rust/src/main.rs", "/home/bun/app", "/home/perl/x", "/home/frappe/frappe-bench",
        "/home/deno/x", "/home/pwuser/x", "/home/jovyan/x", "/home/nonroot/x", "/home/gitpod/x", "frappe@box:~$ ls",
        "at home/users we", "C:\\Program Files\\tulips\\x",
    ],
)
def test_what_is_no_users_stays(text: str) -> None:
    assert found(text) == []


def test_one_name_in_the_chat() -> None:
    texts = (f"/home/{USER}1/a fails", f"and C:\\Users\\{USER}1\\b?")
    assert redact(texts).texts == ("/home/[USERNAME_1]/a fails", "and C:\\Users\\[USERNAME_1]\\b?")


@pytest.mark.parametrize(
    "piece",
    [
        "/home/a", "/home/", "C:\\Users\\a ", "C:\\Users\\", "a@b ~", "a@b:~/", "\na@b:/", "(a) ", "discord a#123 ",
        "my insta is ", "insta - and ", "twitter.com/", "x.com/a/", "telegram @a@", "a.b_c#1234 discord ",
    ],
)  # fmt: skip
def test_time_grows_with_the_text_and_not_faster(piece: str) -> None:
    small, large = (piece * (size // len(piece)) for size in (10_000, 100_000))
    find(small)
    assert is_within(10 * 2.5, lambda: find(large), lambda: find(small))
