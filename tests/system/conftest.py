"""Fixtures of the tests that need the machine."""
from tests.system.postgres import postgres

__all__ = ['postgres']
