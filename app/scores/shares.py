"""Points as a share of their maximum."""

from decimal import ROUND_HALF_UP, Decimal

SHARE = Decimal("1e-6")


def share_of(points: Decimal, max_points: Decimal) -> Decimal:
    """Points over their maximum, half up to 6 decimals; 0 where there is nothing to reach."""
    if not max_points:
        return Decimal(0)
    return (points / max_points).quantize(SHARE, rounding=ROUND_HALF_UP)
