"""Hearing that somebody set the clock: timerfd_create(2) with TFD_TIMER_CANCEL_ON_SET.

A timer of the wall clock that is never due is cancelled by each step of the clock (also when a suspended machine
wakes, and by a leap second), not by the slewing of a time daemon. Python has timerfd from 3.13 on; there is one way
here for every Python.
"""
import errno
import os
import struct

from nodeprep.host.libc import call

_REALTIME = 0                                        # CLOCK_REALTIME
_ABSOLUTE, _CANCEL_ON_SET = 1, 2                     # <sys/timerfd.h>
_NEVER = 2**33                                       # seconds since 1970: the year 2242


class ClockSet:
    """To be polled for reading; then `was_set` says whether it was. OSError when the kernel gives no timer."""

    def __init__(self) -> None:
        self._handle = call('timerfd_create', _REALTIME, os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            self._arm()
        except OSError:
            self.close()
            raise

    def _arm(self) -> None:
        # struct itimerspec: no interval; due never
        call('timerfd_settime', self._handle, _ABSOLUTE | _CANCEL_ON_SET, struct.pack('4l', 0, 0, _NEVER, 0), None)

    def fileno(self) -> int:
        """For poll(2)."""
        return self._handle

    def was_set(self) -> bool:
        """Whether the clock was set since this was last asked. The timer stays: timerfd_canceled() of fs/timerfd.c."""
        try:
            os.read(self._handle, 8)
        except OSError as error:
            if error.errno not in (errno.ECANCELED, errno.EAGAIN):
                raise
            return error.errno == errno.ECANCELED
        return True                                  # due: the clock stands beyond the year 2242

    def close(self) -> None:
        """Ends it."""
        os.close(self._handle)
