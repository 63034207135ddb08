"""Where a path leads below another root, however hostile what lies there is."""
import errno
import os

LINKS = 40               # as the kernel: MAXSYMLINKS, path_resolution(7)


def followed(root: bytes, path: bytes) -> bytes:
    """Where a path leads, as the host itself would write it, every link followed as if `root` were `/`.

    `root` is b'' for `/` itself. A part that is not there stands as it is written. OSError(ELOOP) for a circle.
    """
    todo, done, links = path.split(b'/')[::-1], b'', 0
    while todo:
        part = todo.pop()
        if part in (b'', b'.'):
            continue
        if part == b'..':
            done = done.rpartition(b'/')[0]
            continue
        try:
            target = os.readlink(root + done + b'/' + part)
        except OSError:
            done += b'/' + part
            continue
        links += 1
        if links > LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        if target.startswith(b'/'):
            done = b''
        todo.extend(target.split(b'/')[::-1])
    return done
