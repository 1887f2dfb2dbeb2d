"""The schedule of Standard Webhooks: ten attempts in some three days."""

from app.webhooks.schedule import ATTEMPTS, DELAYS_SECONDS, GIVEN_UP_AFTER_HOURS, delay_seconds

_HOUR = 3600


def test_each_delay_is_the_standards_or_up_to_a_tenth_more() -> None:
    standard = [5, 300, 1800, 2 * _HOUR, 5 * _HOUR, 10 * _HOUR, 14 * _HOUR, 20 * _HOUR, 24 * _HOUR]
    for attempt, delay in enumerate(standard, 1):
        found = [delay_seconds(attempt, None) or 0 for _ in range(50)]
        assert delay <= min(found)
        assert max(found) <= delay * 1.1
        assert len(set(found)) > 1, "many that failed together must not come back together"


def test_after_the_tenth_it_is_given_up() -> None:
    assert delay_seconds(9, None)
    assert [delay_seconds(attempt, 60) for attempt in (ATTEMPTS, ATTEMPTS + 1)] == [None, None]
    assert ATTEMPTS == 10


def test_a_receiver_may_ask_for_more_time_but_neither_for_less_nor_for_ever() -> None:
    assert delay_seconds(1, 120) == 120
    assert 300 <= (delay_seconds(2, 1) or 0) <= 330
    assert delay_seconds(1, 10**8) == 24 * _HOUR


def test_a_message_that_nobody_ever_took_ends_after_its_webhook_was_given_up() -> None:
    assert sum(DELAYS_SECONDS) > GIVEN_UP_AFTER_HOURS * _HOUR
