"""Real nodes: whole systems with a systemd of their own, on which the product itself is run."""
