"""The one way in which tests of real processes and machines wait: for a condition, and not for ever."""
import time


def until(what, seconds=60, said=lambda: '', pause=0.05):
    """The first true value of what(); fails, with what said() gives, when there is none in time.

    `pause`: seconds between two attempts; an emulated machine has little left when it is asked all the time.
    """
    end = time.monotonic() + seconds
    while True:
        found = what()
        if found:
            return found
        assert time.monotonic() < end, f'it did not come to that: {said()}'
        time.sleep(pause)
