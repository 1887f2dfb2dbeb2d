import asyncio

from httpx import AsyncClient

from tests.frameworks.documents import framework, leaf


async def test_a_get_with_the_tag_held_is_answered_without_a_body(admin: AsyncClient, draft: str) -> None:
    for path in (draft, f"{draft}/indicators", f"{draft}/indicators/1.1"):
        first = await admin.get(path)
        assert first.headers["ETag"] == '"1"'
        again = await admin.get(path, headers={"If-None-Match": '"0", W/"1"'})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", '"1"')
        assert (await admin.get(path, headers={"If-None-Match": '"2"'})).status_code == 200


WRITES = [
    ("PUT", "", framework(title="Ba")),
    ("DELETE", "", None),
    ("POST", "/publish", None),
    ("POST", "/indicators", leaf("3", 0)),
    ("PUT", "/indicators/2", leaf("2", 10, title="Ba")),
    ("DELETE", "/indicators/1.2", None),
]


async def test_a_stale_if_match_changes_nothing(admin: AsyncClient, draft: str) -> None:
    await admin.put(draft, json=framework(title="Hai"))
    before = (await admin.get(draft)).json()
    for method, path, body in WRITES:
        for held in ('"1"', 'W/"2"', "nonsense"):
            stale = await admin.request(method, draft + path, json=body, headers={"If-Match": held})
            assert (stale.status_code, stale.json()["code"]) == (412, "stale_revision"), (method, path)
            assert stale.json()["current_revision"] == 2
    assert (await admin.get(draft)).json() == before


async def test_a_stale_revision_in_the_body_counts_like_a_stale_if_match(admin: AsyncClient, draft: str) -> None:
    read = (await admin.get(draft)).json()
    assert (await admin.put(draft, json=read | {"title": "Hai"})).status_code == 200
    answer = await admin.put(draft, json=read | {"title": "Ba"})
    assert (answer.status_code, answer.json()["current_revision"]) == (412, 2)


async def test_retiring_with_a_stale_tag_is_refused(admin: AsyncClient, published: str) -> None:
    answer = await admin.post(f"{published}/retire", headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["current_revision"]) == (412, 2)
    assert (await admin.post(f"{published}/retire", headers={"If-Match": '"2"'})).status_code == 200


async def test_of_two_editors_with_the_same_tag_one_wins(admin: AsyncClient, draft: str) -> None:
    answers = await asyncio.gather(
        *(admin.put(draft, json=framework(title=f"Bản {number}"), headers={"If-Match": '"1"'}) for number in range(4))
    )
    assert sorted(each.status_code for each in answers) == [200, 412, 412, 412]
    winner = next(each for each in answers if each.status_code == 200).json()
    assert (await admin.get(draft)).json() == winner
    assert winner["revision"] == 2


async def test_of_two_who_create_the_same_framework_one_wins(admin: AsyncClient) -> None:
    answers = await asyncio.gather(*(admin.post("/v1/frameworks", json=framework()) for _ in range(4)))
    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409]
    assert {each.json()["code"] for each in answers if each.status_code == 409} == {"framework_exists"}


async def test_two_who_edit_different_nodes_both_win(admin: AsyncClient, draft: str) -> None:
    answers = await asyncio.gather(
        admin.put(f"{draft}/indicators/2", json=leaf("2", 10, title="Hai")),
        admin.put(f"{draft}/indicators/1.2", json=leaf("1.2", 10, title="Một hai")),
    )
    assert [each.status_code for each in answers] == [200, 200]
    nodes = (await admin.get(f"{draft}/indicators")).json()["items"]
    assert [each["title"] for each in nodes if each["code"] in ("1.2", "2")] == ["Một hai", "Hai"]


async def test_a_put_creates_only_when_it_says_so(admin: AsyncClient) -> None:
    path = "/v1/frameworks/trial-commune/1"
    missing = await admin.put(path, json=framework())
    assert (missing.status_code, missing.json()["code"]) == (404, "framework_not_found")
    held = await admin.put(path, json=framework(), headers={"If-Match": '"1"'})
    assert held.status_code == 412
    created = await admin.put(path, json=framework(), headers={"If-None-Match": "*"})
    assert (created.status_code, created.headers["Location"]) == (201, path)
    again = await admin.put(path, json=framework(), headers={"If-None-Match": "*"})
    assert (again.status_code, again.json()["code"]) == (412, "already_exists")
