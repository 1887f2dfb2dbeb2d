"""Where a name leads decides whether a URL is taken."""

from collections.abc import AsyncIterator, Callable, Sequence
from ipaddress import ip_address, ip_network

import pytest

from app.kernel.errors import InvalidError
from app.webhooks.addresses import Address
from app.webhooks.receivers import Receivers, RefusedAddressError, Resolve, UnknownHostError
from app.webhooks.targets import read_url

PRIVATE = (ip_network("10.0.0.0/8"),)


def leading(**names: Sequence[str]) -> Resolve:
    """A directory of hosts in `.vn`."""

    async def resolve(host: str) -> Sequence[Address]:
        found = names.get(host.removesuffix(".vn"))
        if found is None:
            raise UnknownHostError
        return [ip_address(text) for text in found]

    return resolve


@pytest.fixture
async def made() -> AsyncIterator[Callable[..., Receivers]]:
    receivers: list[Receivers] = []

    def make(*arguments: object) -> Receivers:
        receivers.append(Receivers(*arguments))  # type: ignore[arg-type]
        return receivers[-1]

    yield make
    for each in receivers:
        each.close()


async def refusal(receivers: Receivers, url: str) -> str | None:
    try:
        await receivers.check(read_url(url))
    except InvalidError as error:
        return error.errors[0].code
    return None


async def test_every_address_of_the_name_must_be_public(made: Callable[..., Receivers]) -> None:
    receivers = made((), leading(good=["8.8.8.8", "2606:4700::1111"], bad=["8.8.8.8", "10.0.0.1"]))
    assert await refusal(receivers, "https://good.vn/") is None
    assert await refusal(receivers, "https://bad.vn/") == "address_not_allowed"
    assert list(await receivers.addresses(read_url("https://good.vn/"))) == [
        ip_address("8.8.8.8"),
        ip_address("2606:4700::1111"),
    ]
    with pytest.raises(RefusedAddressError):
        await receivers.addresses(read_url("https://bad.vn/"))


async def test_a_name_that_leads_nowhere_yet_is_taken_and_found_out_later(made: Callable[..., Receivers]) -> None:
    receivers = made((), leading())
    assert await refusal(receivers, "https://later.vn/") is None
    with pytest.raises(UnknownHostError):
        await receivers.addresses(read_url("https://later.vn/"))


async def test_without_tls_only_trusted_networks_are_sent_to(made: Callable[..., Receivers]) -> None:
    directory = leading(inside=["10.1.1.1"], outside=["8.8.8.8"], both=["10.1.1.1", "8.8.8.8"], other=["192.168.0.1"])
    receivers = made(PRIVATE, directory)
    found = {
        url: await refusal(receivers, url)
        for scheme in ("http", "https")
        for url in (f"{scheme}://{host}.vn/" for host in ("inside", "outside", "both", "other"))
    }
    assert found == {
        "http://inside.vn/": None,
        "http://outside.vn/": "https_required",
        "http://both.vn/": "https_required",
        "http://other.vn/": "https_required",
        "https://inside.vn/": None,
        "https://outside.vn/": None,
        "https://both.vn/": None,
        "https://other.vn/": "address_not_allowed",
    }
    assert await refusal(made((), directory), "http://inside.vn/") == "https_required"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "localhost", "[64:ff9b::7f00:1]"]
)
async def test_the_machines_own_directory_is_asked_and_addresses_too(made: Callable[..., Receivers], host: str) -> None:
    assert await refusal(made(()), f"https://{host}/") == "address_not_allowed"


async def test_a_name_that_nobody_can_have_leads_nowhere(made: Callable[..., Receivers]) -> None:
    assert await refusal(made(()), "https://nobody.invalid/") is None
