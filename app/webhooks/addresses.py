"""Which network addresses a message may be sent to."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Where clouds hand out credentials to whoever asks; some lie among public addresses. Never, whatever a setting allows.
_METADATA = frozenset(
    ip_address(text)
    for text in ("169.254.169.254", "169.254.170.2", "168.63.129.16", "100.100.100.200", "fd00:ec2::254")
)
# Addresses that lead to others: translators, tunnels and their relays (RFC 6052, 8215, 3056, 4380); and what is
# nobody's, though some Pythons call it global.
_NOT_ITSELF = tuple(
    ip_network(text)
    for text in (
        *("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "192.88.99.0/24"),
        *("192.0.0.0/24", "fec0::/10", "3fff::/20", "::/96"),
    )
)


def plain(address: Address) -> Address:
    """The address itself: an IPv4 address that is written as an IPv6 one (`::ffff:10.0.0.1`) is the IPv4 address."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def is_allowed(address: Address, networks: Sequence[Network]) -> bool:
    """Whether the installation trusts the address: it lies in one of the networks of `DTI_WEBHOOK_NETWORKS`."""
    address = plain(address)
    return address not in _METADATA and any(address in network for network in networks)


def is_public(address: Address) -> bool:
    """Whether the address belongs to somebody on the internet, and to nobody on this side of it.

    Private, loopback, link-local, shared (CGNAT), multicast, reserved, unspecified and metadata addresses do not, nor
    do those that are translated or tunnelled to others.
    """
    address = plain(address)
    if address in _METADATA or address.is_multicast or address.is_reserved or not address.is_global:
        return False
    return not any(address in network for network in _NOT_ITSELF)
