"""Periods, their cohorts and frozen rosters."""
