"""Being told: endpoints of other systems, the outbox of messages to them, and how these are delivered."""
