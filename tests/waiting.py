"""The one way in which the lab waits: for a condition, and not for ever."""
import time


def until(what, seconds=60, said=lambda: '', pause=0.05):
    """The first true value of what(); fails, with what said() gives, when there is none in time.

    `pause`: seconds between two attempts; an emulated machine has little left when it is asked all the time.
    """
    end = time.time() + seconds
    while True:
        found = what()
        if found:
            return found
        assert time.time() < end, f'it did not come to that: {said()}'
        time.sleep(pause)
