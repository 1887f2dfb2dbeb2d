"""Values that other systems push in, many at a time, and how they check afterwards that all of them arrived."""
