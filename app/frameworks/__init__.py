"""Index sets: documents of a tree of indicators, drafted, published, retired."""
