"""Compliance reports that are made by themselves: when, into which folder, and who is sent them."""
