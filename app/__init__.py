"""The service that scores and ranks the digital transformation of a province and its units."""
