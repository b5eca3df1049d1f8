"""What another version, or another reading, would change for real orders, and because of what."""
