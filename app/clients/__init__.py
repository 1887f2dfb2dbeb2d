"""Clients of the service: their secrets, scopes, bounds and tokens."""
