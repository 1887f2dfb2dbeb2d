"""What units report and what reviewers say of it."""
