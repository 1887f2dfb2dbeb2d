class PostgresError(Exception):
    """The embedded server cannot be had. The text is one sentence for the person at the terminal."""
