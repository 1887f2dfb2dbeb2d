"""Units, their identifiers and levels, all dated."""
