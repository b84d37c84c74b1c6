"""What people said is kept sealed; what leaves this room is redacted. Only this room opens sealed text."""
