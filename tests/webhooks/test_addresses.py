"""Messages go to addresses on the internet, or in networks that the installation trusts, and nowhere else."""

from ipaddress import ip_address, ip_network

import pytest

from app.webhooks.addresses import is_allowed, is_public


@pytest.mark.parametrize("text", ["8.8.8.8", "103.3.244.1", "2606:4700::1111", "2400:6540::1", "::ffff:8.8.8.8"])
def test_what_is_on_the_internet_is_public(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize(
    "text",
    [
        *("10.0.0.1", "172.16.0.1", "192.168.1.1", "fc00::1", "fd12::1", "fec0::1"),  # private
        *("127.0.0.1", "127.9.9.9", "::1"),  # loopback
        *("169.254.1.1", "fe80::1"),  # link-local
        *("100.64.0.1", "100.127.255.254"),  # shared by a carrier's customers
        *("224.0.0.1", "224.0.1.1", "239.1.1.1", "ff02::1", "ff0e::1"),  # multicast
        *("0.0.0.0", "0.1.2.3", "::", "240.0.0.1", "255.255.255.255"),  # nobody  # noqa: S104 - an address to refuse
        *("192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "2001:db8::1", "3fff::1"),  # examples, measuring
        *("192.0.0.9", "192.88.99.1"),  # special
        *("::ffff:10.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254"),  # the same, written otherwise
        *("64:ff9b::a00:1", "64:ff9b::808:808", "64:ff9b:1::1"),  # translated
        *("2002:a00:1::1", "2002:808:808::1", "2001:0:1::1", "::10.0.0.1", "::8.8.8.8"),  # tunnelled
        *("169.254.169.254", "168.63.129.16", "100.100.100.200", "fd00:ec2::254"),  # credentials of a cloud
    ],
)
def test_what_is_on_this_side_or_leads_elsewhere_is_not(text: str) -> None:
    assert not is_public(ip_address(text))


def test_a_trusted_network_holds_its_addresses_however_written() -> None:
    networks = (ip_network("10.20.0.0/16"), ip_network("fd12::/16"))
    for text in ("10.20.30.40", "::ffff:10.20.30.40", "fd12::1"):
        assert is_allowed(ip_address(text), networks)
    for text in ("10.21.0.1", "8.8.8.8", "::ffff:10.21.0.1", "fd13::1"):
        assert not is_allowed(ip_address(text), networks)


@pytest.mark.parametrize("text", ["169.254.169.254", "::ffff:169.254.169.254", "168.63.129.16", "100.100.100.200"])
def test_a_clouds_credentials_are_out_of_reach_even_where_everything_is_trusted(text: str) -> None:
    assert not is_allowed(ip_address(text), (ip_network("0.0.0.0/0"), ip_network("::/0")))
