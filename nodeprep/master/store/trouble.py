"""Why the store cannot do what it was asked: one family, so that the front answers 503 to all of it."""


class StoreTrouble(Exception):
    """Nothing of what was asked is done; another time it may go. The message says what is wrong and what helps."""

    retry_after = 5           # seconds after which to ask again


class StoreBusy(StoreTrouble):
    """Another program holds the database for longer than it is waited for."""

    retry_after = 2


class StoreClash(StoreBusy):
    """What was done was undone because another master did the opposite at the same time: at once it may go."""


class StoreFull(StoreTrouble):
    """The disk of the database takes nothing more."""

    retry_after = 30


class StoreGone(StoreTrouble):
    """The database cannot be reached, opened, read or written."""

    retry_after = 10


class NotOurs(StoreTrouble):
    """The database is none of ours: it is not touched."""


class Newer(NotOurs):
    """The database is of a newer version than this program."""
