"""One leaf as a push meets it: inputs that come more than once are checked once."""

from collections.abc import Mapping
from typing import Any

import msgspec
import orjson

from app.kernel.canonical import canonical
from app.pushes.reading import UNREADABLE
from app.pushes.values import Given, parsed
from app.scores.repository import array_text
from app.scores.stored import StoredAnswer
from app.scoring import AnswerError, Indicator, read_inputs
from app.submissions.repository import AnswerRecord

_INPUTS = msgspec.json.Decoder(dict[str, Any])


class Taken(msgspec.Struct, gc=False):
    """Inputs that a leaf takes, in normal form, and what follows from them alone.

    `text` is their canonical JSON; `values` what they give to the cohort's figures, as PostgreSQL reads an array, None
    for a leaf that is not compared; `stored` the answer of a unit on which no reviewer has spoken.
    """

    text: str
    values: str | None
    stored: StoredAnswer

    @property
    def inputs(self) -> Mapping[str, Any]:
        """The inputs themselves."""
        assert self.stored.reported is not None  # noqa: S101  it was made of them
        return self.stored.reported


class PushedLeaf:
    """A leaf of the framework and its database id. `blank` is a row of which nothing has to be known."""

    __slots__ = ("_taken", "blank", "code", "id", "indicator")

    def __init__(self, indicator: Indicator, indicator_id: int) -> None:
        self.indicator = indicator
        self.code = indicator.code
        self.id = indicator_id
        self.blank = AnswerRecord(indicator_id)
        self._taken: dict[bytes, Taken] = {}

    def take(self, given: Given) -> Taken:
        """The inputs of a value. AnswerError with all that is wrong, by pointer; UnusualError as `reading` says."""
        text = given.inputs
        if not isinstance(text, bytes):
            return self._take(text or {}, f"{given.at}/inputs")
        taken = self._taken.get(text)
        if taken is None:
            taken = self._taken[text] = self._read(text, f"{given.at}/inputs")
        return taken

    def forget(self) -> None:
        """Let go of the JSON that inputs came as; the leaf will take no more."""
        self._taken.clear()

    def _read(self, text: bytes, at: str) -> Taken:
        try:
            inputs = _INPUTS.decode(text)
            # A colon more: a text has one, or a member comes twice.
            colons = text.count(b":")
            if colons == len(inputs) or colons == members(inputs):
                return self._take(inputs, at)
        except (*UNREADABLE, AnswerError):
            pass  # told of what the careful parser makes of it
        return self._take(parsed(text), at)

    def _take(self, inputs: Mapping[str, Any], at: str) -> Taken:
        checked, values = read_inputs(self.indicator, inputs, at)
        return Taken(text_of(inputs, checked), array_text(values) if values else None, StoredAnswer(checked))


def members(inputs: Mapping[str, Any]) -> int:
    """How many members inputs have, their parts' too."""
    found = len(inputs)
    for value in inputs.values():
        if type(value) is dict:
            found += members(value)
    return found


def text_of(given: Mapping[str, Any], checked: Mapping[str, Any]) -> str:
    """The canonical JSON of checked inputs. That of whole numbers is what was given, in order."""
    if are_whole(given):
        return orjson.dumps(given, option=orjson.OPT_SORT_KEYS).decode()
    return canonical(checked).decode()


def are_whole(inputs: Mapping[str, Any]) -> bool:
    """Whether inputs are whole numbers, those of their parts too."""
    for value in inputs.values():
        if type(value) is not int and not (type(value) is dict and are_whole(value)):
            return False
    return True
