"""Care of a master: a backup of all that it cannot make again, and what is wrong with it."""
import contextlib
import os
import tarfile

from nodeprep.config import ConfigError
from nodeprep.master import ca, folder, keys, serve
from nodeprep.master.delivery import mail
from nodeprep.master.fleet import cluster as judging
from nodeprep.master.store import ahead, authority, cluster, doctor, presence, quarantine
from nodeprep.master.store import backup as copying
from nodeprep.master.store.doctor import Seen
from nodeprep.typed import Any, Dict, Iterator, List

_DAY = 86400.0
_ROOM = 2**30             # bytes that should be free
_ONE_BY_ONE = 5           # nodes that are named


def backup(data: str, settings: Any, target: str) -> List[str]:
    """Writes a tar (0600) with the database and the CA while the master runs; returns the names in it. ConfigError,
    StoreTrouble. It is there whole or not at all, and writes over nothing.
    """
    path = folder.url(data, settings.database)
    held = [name for name in (keys.AUTHORITY, keys.AUTHORITY_KEY) if os.path.exists(f'{data}/{name}')]
    temporary, copied = f'{target}.new', f'{target}.db'
    if os.path.lexists(target):
        raise ConfigError(f'{target} is there already: a backup does not write over anything')
    try:
        with contextlib.ExitStack() as after:
            for left in (temporary, copied, f'{copied}.new'):
                after.callback(_remove, left)
                _remove(left)
            if path.startswith('sqlite://'):
                copying.write(path[len('sqlite://'):], copied)
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            with open(handle, 'wb') as file:
                with tarfile.open(fileobj=file, mode='w') as tar:
                    for name in held:
                        tar.add(f'{data}/{name}', name)
                    if path.startswith('sqlite://'):
                        tar.add(copied, folder.DATABASE)
                file.flush()
                os.fsync(file.fileno())
            os.link(temporary, target)
    except OSError as error:
        raise ConfigError(f'{error.filename or target}: {error.strerror}') from None
    return held + ([folder.DATABASE] if path.startswith('sqlite://') else [])


def look(store: Any, settings: Any, data: str, now: float) -> Iterator[Seen]:
    """Everything, one after the other: the certificates, the disk, what mail needs, the nodes, the store."""
    yield _certificates(settings, data, now)
    yield _authority(store, settings, data, now)
    free = os.statvfs(data)
    room = free.f_bavail * free.f_frsize
    yield Seen(f'there is room where the data are: {room / 2**30:.1f} GiB',
               [f'less than {_ROOM / 2**30:.0f} GiB are free in {data}'] if room < _ROOM else [],
               f'there is little room where the data are: {room / 2**30:.1f} GiB')
    if settings.report.mail.to:
        yield Seen('what reports are sent with can be read', mail.unready(settings.report.mail),
                   'what reports are sent with cannot be read')
    clocks = store.read(presence.wrong_clocks)
    yield Seen('the clocks of the nodes are right', [
        f'{name} is off by {offset / 1000:.1f} s (give or take {bound / 1000:.1f} s)'
        for name, offset, bound in clocks[:_ONE_BY_ONE]] + (
            [f'and {len(clocks) - _ONE_BY_ONE} more'] if len(clocks) > _ONE_BY_ONE else []),
               'clocks of nodes are wrong')
    said = quarantine.said(store.read(quarantine.count))
    yield Seen('no node is in quarantine', [f'{said}; nodeprep master clones says why'] if said else [],
               'nodes are in quarantine')
    yield store.read(left_out)
    yield Seen('nothing is of the future', store.read(lambda cursor: ahead.told(cursor, now)),
               'something is of the future')
    yield from store.read(lambda cursor: list(doctor.look(cursor)))


def left_out(cursor: Any) -> Seen:
    """Who is told to no other node, since its name or address is in doubt. Who has no address at all, such as a node on
    the master's own host, is only counted.
    """
    _, nodes = cluster.everybody(cursor)
    found = [(name, one) for name, some in sorted(nodes.items()) for one in judging.judged(some)[1]]
    wrong = [f'{one.name}: {one.said}' + (f' (cluster {name})' if name else '') for name, one in found
             if one.why != judging.NOWHERE]
    nowhere = len(found) - len(wrong)
    return Seen('nodes can be told of each other' + (f'; of {nowhere} no address is known' if nowhere else ''),
                wrong[:_ONE_BY_ONE] + ([f'and {len(wrong) - _ONE_BY_ONE} more'] if len(wrong) > _ONE_BY_ONE else []),
                'there are nodes that other nodes are not told of')


def tree(seen: List[Seen]) -> List[Dict[str, Any]]:
    """As -o json has it."""
    return [{'looked_at': one.what, 'wrong': list(one.wrong)} for one in seen]


def _certificates(settings: Any, data: str, now: float) -> Seen:
    try:
        held = serve.load_keys(settings, data, now)
        above = ca.read(held.ca.encode('ascii', 'replace'))
    except (ConfigError, ValueError) as error:
        return Seen('the certificates can be used', str(error).split('\n'), 'the certificates cannot be used')
    wrong = []
    if held.ends - now < 14 * _DAY:
        wrong.append(f'the certificate ends in {keys.days(held.ends, now)} days')
    if above.ends - now < 365 * _DAY:
        wrong.append(f'the CA ends in {keys.days(above.ends, now)} days; then every node joins anew with another')
    lacking = [name for name in settings.names if name not in held.names]
    if lacking:
        wrong.append(f'the certificate is not for {", ".join(lacking)}, which the settings name')
    return Seen(f'the certificates can be used, for {keys.days(held.ends, now)} days', wrong,
                'the certificates want looking after')


def _authority(store: Any, settings: Any, data: str, now: float) -> Seen:
    shown = store.read(authority.shown)
    try:
        ours = serve.load_keys(settings, data, now).hash
    except (ConfigError, ValueError):
        ours = shown                               # which is told already
    return Seen('all masters of this database have one CA', [] if shown in ('', ours) else [
        f'the one that began last has another ({shown}): nodes that joined with one do not believe the other; give all '
        f'of them the same ca.crt and ca.key, and restart them'], 'masters of this database have different CAs')


def _remove(path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
