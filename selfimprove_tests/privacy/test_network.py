"""Public addresses go, private ones, netmasks, versions and scopes stay."""

import pytest

from selfimprove_tests.privacy.made import HEX, Made
from selfimprove_tests.privacy.masks import found, masks

MADE = Made(105)


@pytest.mark.parametrize(
    "text", ["ping {} please", "{}:8080", "http://{}/x", "from {} port 22", "[{}]", "({})", "ip={}", "{}."]
)
def test_public_v4_is_found(text: str) -> None:
    address = MADE.ipv4()
    assert masks(text.format(address), address)


@pytest.mark.parametrize("dot", ["[.]", " [.] ", "(.)", "[dot]", "．"])
def test_defanged_v4_is_found(dot: str) -> None:
    address = MADE.ipv4().replace(".", dot)
    assert masks(f"blocked {address} today", address)


@pytest.mark.parametrize(
    "address",
    [MADE.ipv6(), f"2a02:8108:{MADE.of('123456789', 4)}::d3f", f"::ffff:{MADE.ipv4()}", "2001:4860:4860::8888"],
)
@pytest.mark.parametrize("text", ["from {} seen", "[{}]:443", "{}"])
def test_public_v6_is_found(address: str, text: str) -> None:
    assert masks(text.format(address), address)


def test_network_cards_are_found() -> None:
    address = MADE.mac()
    assert masks(f"mac {address}", address)
    assert masks(f"mac {address.replace(':', '-').upper()}", address.replace(":", "-").upper())


def test_network_cards_are_found_as_routers_write_them() -> None:
    address = f"{MADE.of('123456789', 4)}.c{MADE.of(HEX, 2)}a.{MADE.of('789', 2)}b9"
    assert found(f"Vlan1 {address}, up.") == [("DEVICE", address)]
    assert found(address.upper()) == [("DEVICE", address.upper())]
    digits = ".".join(MADE.number(4) for _ in range(3))
    assert found(f"mac address {digits}") == [("DEVICE", digits)]
    assert found(f"build {digits}") == found("ffff.ffff.ffff") == found("interface dead.beef.cafe") == []


def test_small_octets_need_a_word() -> None:
    assert found("the server at 9.8.7.6 is down") == [("IP", "9.8.7.6")]
    assert found("9.8.7.6 brings fixes") == []
    assert found("ssh 9.8.7.6:2222") == [("IP", "9.8.7.6")]


@pytest.mark.parametrize(
    "text",
    [
        "10.0.0.1", "192.168.1.254", "172.16.3.4", "127.0.0.1:8000", "255.255.255.0", "0.0.0.0", "169.254.1.1",
        "fe80::1", "::1", "fd00::1234", "192.168.0.0/16", "netmask 255.255.0.0", "224.0.0.251", "203.0.113.7",
        "2001:db8::1", f"version {MADE.ipv4()}", f"v{MADE.ipv4()}", "Chrome/120.0.6099.109", "OID 1.3.6.1.4.1.311.2",
        f"see section {MADE.ipv4()}", "Python 3.11.4", f"numpy=={MADE.ipv4()}", "libfoo.so.1.2.3", "10.0.19045.3803",
        f"app-{MADE.ipv4()}.tar.gz", "12:34:56", "std::vector<int>::iterator", "fe::add", "abc::def", "a::b",
        "00:00:00:00:00:01", "ab:ab:ab:ab:ab:ab", "300.300.300.300", "localhost:8080", "a[1::2]", "x[::-1]",
    ],
)  # fmt: skip
def test_private_and_other_things_stay(text: str) -> None:
    assert found(text) == []


def test_fingerprints_stay() -> None:
    assert found(":".join(MADE.of(HEX, 2) for _ in range(16))) == []
    assert found(":".join(MADE.of(HEX, 2) for _ in range(8))) == []
