"""What several requirements want together, by name."""
