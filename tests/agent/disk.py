"""A disk that fails on purpose: full, broken, or gone with the process at any byte. For the spool's tests."""
import errno
import os


class Crash(BaseException):
    """The process was killed here."""


class Disk:
    """Stands between the spool and os: every change counts, a write counts its bytes.

    `left`: how much may still be changed before the crash (None: no crash). `room`: bytes that new data may take
    (None: no bound); what is written in place needs none. `broken`: nothing can be written at all.
    """

    NAMES = ('open', 'close', 'write', 'pwrite', 'fsync', 'fdatasync', 'ftruncate', 'unlink', 'rename', 'mkdir')

    def __init__(self):
        self.left = self.room = None
        self.broken = False
        self.handles = set()
        self.real = {name: getattr(os, name) for name in self.NAMES}

    def __enter__(self):
        for name in ('open', 'close', 'write', 'pwrite'):
            setattr(os, name, getattr(self, name))
        for name in ('fsync', 'fdatasync'):
            setattr(os, name, self.counted(lambda handle: None))
        for name in ('ftruncate', 'unlink', 'rename', 'mkdir'):
            setattr(os, name, self.counted(self.real[name]))
        return self

    def __exit__(self, *error):
        self.mend()
        for name, call in self.real.items():
            setattr(os, name, call)

    def counted(self, call):
        """The same, but it may be the last thing that the process does, or fail."""
        def called(*args, **kwargs):
            self.spend(1)
            if self.broken:
                raise OSError(errno.EIO, 'Input/output error')
            return call(*args, **kwargs)
        return called

    def spend(self, amount):
        """How much of it still happens."""
        if self.left is not None:
            if self.left < amount:
                done, self.left = self.left, 0
                raise Crash(done)
            self.left -= amount

    def open(self, path, flags, *mode, **kwargs):
        if flags & os.O_CREAT and not os.path.exists(path):
            self.spend(1)
            if self.broken:
                raise OSError(errno.EROFS, 'Read-only file system')
        handle = self.real['open'](path, flags, *mode, **kwargs)
        self.handles.add(handle)
        return handle

    def close(self, handle):
        self.real['close'](handle)
        self.handles.discard(handle)

    def write(self, handle, data):
        if self.broken:
            raise OSError(errno.EIO, 'Input/output error')
        if self.room is not None:
            if not self.room:
                raise OSError(errno.ENOSPC, 'No space left on device')
            data = data[:self.room]
            self.room -= len(data)
        return self.cut(lambda part: self.real['write'](handle, part), data)

    def pwrite(self, handle, data, offset):
        if self.broken:
            raise OSError(errno.EIO, 'Input/output error')
        return self.cut(lambda part: self.real['pwrite'](handle, part, offset), data)

    def cut(self, call, data):
        try:
            self.spend(len(data))
        except Crash as crash:
            if crash.args[0]:
                call(data[:crash.args[0]])
            raise
        return call(data)

    def mend(self):
        """All is well again, and what a killed process held open is closed, its lock with it."""
        self.left = self.room = None
        self.broken = False
        for handle in list(self.handles):
            self.close(handle)
