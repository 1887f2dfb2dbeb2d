"""Two workers, each with its own cache: what one has acknowledged, the other shows at once."""

from contextlib import AsyncExitStack

import httpx

from tests.system.caller import SEATS, connected, points_of, ranking, report, submission
from tests.system.conftest import Serve, Staged
from tests.system.processes import holder_of
from tests.system.service import Service

_ROUNDS = 50
_CONNECTIONS = 64


async def _one_of_each(service: Service, token: str, stack: AsyncExitStack) -> list[httpx.AsyncClient]:
    """A caller for each worker, whose one connection that worker has taken."""
    workers = service.workers
    callers: dict[int, httpx.AsyncClient] = {}
    for _ in range(_CONNECTIONS):
        http = await stack.enter_async_context(connected(service, token))
        answer = await ranking(http)
        assert answer.status_code == 200, answer.text
        port = answer.extensions["network_stream"].get_extra_info("client_addr")[1]
        callers.setdefault(holder_of(port, workers), http)
        if len(callers) == len(workers):
            return list(callers.values())
    raise AssertionError(f"{_CONNECTIONS} connections were all taken by {set(callers)} of {workers}")


async def test_the_next_poll_of_any_worker_shows_an_acknowledged_write(serve: Serve, staged: Staged) -> None:
    service = serve(staged.folder, DTI_WORKERS="2")
    token = staged.admin.token(service.base)
    async with AsyncExitStack() as stack:
        callers = await _one_of_each(service, token, stack)
        assert len(callers) == 2
        tags = [(await ranking(http)).headers["etag"] for http in callers]
        for number in range(_ROUNDS):
            writer = callers[number % 2]
            put = await writer.put(submission("B1"), json=report(number % SEATS, f"lần {number}"))
            assert put.status_code == 200, put.text
            polls = [await ranking(http, **{"If-None-Match": tag}) for http, tag in zip(callers, tags, strict=True)]
            assert [poll.status_code for poll in polls] == [200, 200]
            for poll in polls:
                assert poll.json()["version"] == put.json()["version"]
                assert points_of(poll.json(), "B1") == round(put.json()["totals"]["self"]["points"], 2)
            tags = [poll.headers["etag"] for poll in polls]
            unchanged = [await ranking(http, **{"If-None-Match": tag}) for http, tag in zip(callers, tags, strict=True)]
            assert [poll.status_code for poll in unchanged] == [304, 304]
