"""Proof over time: how long which requirement of which node was met, as one tree of plain JSON."""
