"""What an administrator changes in an open period: benchmarks and the roster, kept beside what the service holds."""

import random

from tests.oracle.cohort_steps import TRAITS, Kept, Step
from tests.oracle.numbers import Json

REASON = "Theo Công văn 12/STTTT-CNTT"
SOURCE = "Báo cáo DTI 2024 của Bộ"
# Leaf: the goalposts it may be given.
GOALPOSTS = {"higher": ("min", "max"), "lower": ("min", "max"), "best": ("best",), "half-fixed": ("max",)} | {
    "gated": ("best",)
}


async def set_benchmark(kept: Kept, leaf: str, goalposts: Json) -> None:
    status = 200 if leaf in kept.benchmarks else 201
    body = {**goalposts, "source": SOURCE}
    await kept.service.send("PUT", f"/periods/{kept.period}/benchmarks/{leaf}", body, status=status)
    kept.benchmarks[leaf] = goalposts


async def remove_benchmark(kept: Kept, leaf: str) -> None:
    await kept.service.send("DELETE", f"/periods/{kept.period}/benchmarks/{leaf}", status=204)
    del kept.benchmarks[leaf]


async def set_traits(kept: Kept, code: str, *traits: str) -> None:
    """Give a participant other traits, or put a unit on the roster with them."""
    body = {"traits": list(traits), "reason": REASON}
    status = 200 if code in kept.traits else 201
    await kept.service.send("PUT", f"/periods/{kept.period}/participants/{code}", body, status=status)
    kept.traits[code] = list(traits)


async def remove(kept: Kept, code: str) -> None:
    await kept.service.send("DELETE", f"/periods/{kept.period}/participants/{code}", status=204, reason=REASON)
    del kept.traits[code]


def benchmark(leaf: str, **goalposts: float) -> Step:
    return lambda kept: set_benchmark(kept, leaf, goalposts)


def no_benchmark(leaf: str) -> Step:
    return lambda kept: remove_benchmark(kept, leaf)


def traits(code: str, *names: str) -> Step:
    return lambda kept: set_traits(kept, code, *names)


def removal(code: str) -> Step:
    return lambda kept: remove(kept, code)


async def random_change(kept: Kept, chance: random.Random) -> str:
    """One change of any kind; what it was."""
    verb = chance.choice([_benchmark, _benchmark, _traits, _removal])
    return await verb(kept, chance)


async def _benchmark(kept: Kept, chance: random.Random) -> str:
    leaf = chance.choice(list(GOALPOSTS))
    if leaf in kept.benchmarks and chance.random() < 0.4:
        await remove_benchmark(kept, leaf)
        return f"no benchmark {leaf}"
    named = chance.sample(GOALPOSTS[leaf], chance.randint(1, len(GOALPOSTS[leaf])))
    values = {"min": chance.choice([-1, 0, 1]), "max": chance.choice([2, 3.5, 9]), "best": chance.choice([0.5, 2, 40])}
    goalposts = {name: values[name] for name in named}
    if goalposts != kept.benchmarks.get(leaf):
        await set_benchmark(kept, leaf, goalposts)
    return f"benchmark {leaf} {goalposts}"


async def _traits(kept: Kept, chance: random.Random) -> str:
    code = chance.choice(list(TRAITS))
    names = [name for name in ("no-online", "no-below") if chance.random() < 0.4]
    await set_traits(kept, code, *names)
    return f"traits {code} {names}"


async def _removal(kept: Kept, chance: random.Random) -> str:
    if len(kept.traits) < 4:
        return "nothing"
    code = chance.choice(list(kept.traits))
    await remove(kept, code)
    return f"removal {code}"
