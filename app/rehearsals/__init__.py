"""Trying a framework on a past period: what its answers would be worth under other rules. Nothing is stored."""
