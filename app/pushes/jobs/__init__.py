"""Pushes that are carried out after they were received: accepted, carried out by whatever process is free, shown."""
