"""What is sealed is opened only with the same pepper, for the same purpose and beside the same name."""

import pytest

from app.kernel.sealing import BrokenSealError, Seal

SEAL = Seal(b"a pepper of the house", "secrets")


def test_what_is_sealed_is_hidden_and_comes_back() -> None:
    sealed = SEAL.seal(b"whsec", b"one")
    assert b"whsec" not in sealed
    assert SEAL.open(sealed, b"one") == b"whsec"


def test_the_same_sealed_twice_differs() -> None:
    assert SEAL.seal(b"whsec", b"one") != SEAL.seal(b"whsec", b"one")


@pytest.mark.parametrize(
    ("seal", "name"),
    [
        (SEAL, b"two"),
        (Seal(b"another pepper", "secrets"), b"one"),
        (Seal(b"a pepper of the house", "answers"), b"one"),
    ],
)
def test_it_opens_nowhere_else(seal: Seal, name: bytes) -> None:
    with pytest.raises(BrokenSealError):
        seal.open(SEAL.seal(b"whsec", b"one"), name)


def test_an_altered_one_does_not_open() -> None:
    sealed = bytearray(SEAL.seal(b"whsec", b"one"))
    sealed[-1] ^= 1
    with pytest.raises(BrokenSealError):
        SEAL.open(bytes(sealed), b"one")
