"""How Linux keeps things: pure functions over text and a host."""
