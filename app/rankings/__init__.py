"""The read side: the ranking of a level in a period."""
