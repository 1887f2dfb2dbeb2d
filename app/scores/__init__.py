"""What is cached: scorecards, cohort figures, aggregates; refreshed in the write, rebuilt on demand."""
