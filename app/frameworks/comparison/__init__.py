"""What changed from one framework to another, in lists and in words. Pure: documents in, lists out."""
