"""A URL is read in one way, or refused."""

import pytest

from app.kernel.errors import InvalidError
from app.webhooks.targets import Target, read_url


@pytest.mark.parametrize(
    ("url", "target", "host"),
    [
        ("https://a.vn", Target("https", "a.vn", 443, "/"), "a.vn"),
        ("HTTPS://Hook.A.VN:443/X?y=Z", Target("https", "hook.a.vn", 443, "/X?y=Z"), "hook.a.vn"),
        ("https://a.vn:8443/", Target("https", "a.vn", 8443, "/"), "a.vn:8443"),
        ("http://10.1.2.3/%C4%91", Target("http", "10.1.2.3", 80, "/%C4%91"), "10.1.2.3"),
        ("https://a.vn?to=@b.vn:1", Target("https", "a.vn", 443, "/?to=@b.vn:1"), "a.vn"),
        ("https://[FD12::1]:9000/a", Target("https", "fd12::1", 9000, "/a"), "[fd12::1]:9000"),
        ("https://xn--x-4ja.vn/", Target("https", "xn--x-4ja.vn", 443, "/"), "xn--x-4ja.vn"),
    ],
)
def test_a_sound_url_has_one_host_and_one_port(url: str, target: Target, host: str) -> None:
    assert read_url(url) == target
    assert read_url(url).host_header == host


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://user:word@a.vn/", "invalid_url"),
        ("https://a.vn@b.vn/", "invalid_url"),
        ("https://a.vn\\@b.vn/", "invalid_url"),
        ("https://a.vn/#part", "invalid_url"),
        ("https://a.vn/a b", "invalid_url"),
        ("https://a.vn/đ", "invalid_url"),
        ("https://a.vn/\n", "invalid_url"),
        ("https://a\t.vn/", "invalid_url"),
        (" https://a.vn/", "invalid_url"),
        ("ftp://a.vn/", "invalid_url"),
        ("//a.vn/", "invalid_url"),
        ("https:/a.vn", "invalid_url"),
        ("https:///a", "invalid_url"),
        ("https://a..vn/", "invalid_url"),
        ("https://a.vn./", "invalid_url"),
        ("https://-a.vn/", "invalid_url"),
        ("https://a.vn:/", "invalid_url"),
        ("https://a.vn:0443/", "invalid_url"),
        ("https://[fe80::1%25eth0]/", "invalid_url"),
        ("https://a.vn/" + "x" * 2000, "invalid_url"),
        ("https://xã.vn/", "non_ascii_host"),
        ("https://a。vn/", "non_ascii_host"),
        ("https://①②⑦.0.0.1/", "non_ascii_host"),
        ("https://2130706433/", "invalid_host"),
        ("https://0x7f000001/", "invalid_host"),
        ("https://127.0.0.0x1/", "invalid_host"),
        ("https://0177.0.0.1/", "invalid_host"),
        ("https://127.1/", "invalid_host"),
        ("https://256.1.1.1/", "invalid_host"),
        ("https://a.1/", "invalid_host"),
        ("https://[1::2::3]/", "invalid_host"),
        (f"https://{'a' * 64}.vn/", "invalid_host"),
        (f"https://{'a.' * 130}vn/", "invalid_host"),
        ("https://a.vn:22/", "port_not_allowed"),
        ("https://a.vn:80/", "port_not_allowed"),
        ("https://a.vn:1023/", "port_not_allowed"),
        ("https://a.vn:65536/", "port_not_allowed"),
        ("http://a.vn:443/", "port_not_allowed"),
    ],
)
def test_anything_else_is_refused_at_the_url(url: str, code: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read_url(url)
    assert [(refused.value.code, error.pointer, error.code) for error in refused.value.errors] == [(code, "/url", code)]
