"""Which units changed since a version, for systems that ask instead of being told."""
