"""hosts: see the class."""
from functools import partial

from nodeprep.linux import cloudinit, hostsfile, names
from nodeprep.linux.hostsfile import PATH
from nodeprep.linux.waiting import all_within
from nodeprep.model import CannotTell, Change, Folder, NotApplicable, Observation, Requirement, Want, Write, unknown
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterator, List, Tuple
from nodeprep.wanted import Named, Option, duration, mapping

Index = Dict[str, List[hostsfile.Line]]
_MOST = 253               # characters of a name
_ELSEWHERE = f'{PATH} is right: see the hosts line of /etc/nsswitch.conf, and what nscd or sssd remembers'


def _read_entries(value: Any) -> Dict[str, Any]:
    """The mapping, refused where /etc/hosts could not say it."""
    read: Dict[str, Any] = mapping().read(value)
    for address, found in read.items():
        if not hostsfile.address(address):
            raise Named(f'{address!r} is not an address; write it as {{10.0.0.1: [name, alias]}}')
        words = hostsfile.words(found)
        bad = next((word for word in words if '#' in word or len(word) > _MOST or not word.isprintable()), None)
        if bad is not None or not words:
            raise Named(f'{bad!r} is not a name' if words else f'{address} has no name')
    return read


class File(NamedTuple):
    """What /etc/hosts says, `rest` outside our block alone, and its edit.

    `fix` is empty when it is right or may not be touched; then `hint` says why.
    """

    text: str
    says: Index
    rest: Index
    fix: Tuple[Change, ...] = ()
    hint: str = ''


class Hosts(Requirement):
    """The names of the cluster's machines resolve to the addresses that were given.

    Why: a cluster without DNS of its own finds its control plane and its nodes through /etc/hosts. A name that means
    another machine on one node is hard to see later.
    Read: now getaddrinfo(3) for each name in `entries`. At boot /etc/hosts as the C library reads it (every line that
    has the name counts, the first comes first), the hosts line of /etc/nsswitch.conf, and manage_etc_hosts of
    cloud-init, which writes the file anew at each boot.
    Fix: one block in /etc/hosts between `# BEGIN nodeprep managed` and `# END nodeprep managed` with the names that
    stand nowhere else in it; all other bytes stay as they are.
    Left to a person: a line outside the block that maps a name elsewhere (it is named), markers that are not one pair,
    and cloud-init. Without `entries`, of the owner or of the master, there is nothing to look at.
    """

    id = 'hosts'
    title = 'The names of the cluster resolve as given'
    defaults = {'entries': Option({}, _read_entries, 'mapping', 'address: name, or a list of names'),
                'timeout': duration('2s', 'how long the resolver may take for all of them')}
    watches = (Folder('/etc'),)
    waits = True              # a resolver without an answer takes its time

    def now(self, host: Any, want: Want) -> Iterator[Observation]:
        """What each name resolves to."""
        wanted = _wanted(want)
        here = _file(host, want['entries'], wanted)
        jobs = [partial(names.resolve, host, name) for name in wanted]
        for (name, addresses), outcome in zip(wanted.items(), all_within(want['timeout'], jobs)):
            if outcome.error is not None:
                yield unknown(name, ', '.join(addresses), CannotTell(outcome.error.reason, 'getaddrinfo(3)'))
                continue
            lines = here.says.get(name, [])
            sources = [line.source for line in lines] + ['getaddrinfo(3)']
            found = _compared(name, outcome.value, addresses, sources, here)
            if not found.met and {line.address for line in lines} == set(addresses):
                found = found._replace(fix=(), hint=_ELSEWHERE)
            yield found

    def boot(self, host: Any, want: Want) -> Iterator[Observation]:
        """What the file says of each name."""
        wanted = _wanted(want)
        here = _file(host, want['entries'], wanted)
        right = True
        for name, addresses in wanted.items():
            lines = here.says.get(name, [])
            found = _compared(name, [line.address for line in lines], addresses,
                              [line.source for line in lines] or [PATH], here)
            right = right and bool(found.met)
            yield found
        if right and here.fix:
            yield Observation(PATH, 'the nodeprep block holds more than is wanted', 'the given names alone', False,
                              f'{PATH}:{(hostsfile.block(here.text) or (0,))[0]}', here.fix, advised=True)
        yield from _surroundings(host)


def _wanted(want: Want) -> Dict[str, List[str]]:
    if not want['entries']:
        raise NotApplicable('no entries are given')
    return hostsfile.by_name(want['entries'])


def _file(host: Any, given: Dict[str, Any], wanted: Dict[str, List[str]]) -> File:
    """The file and its edit: what stands outside the block already, or is contradicted there, is left out of it."""
    text = host.read(PATH, missing='')
    says = hostsfile.index(text)
    try:
        rest = hostsfile.index(hostsfile.outside(text))
    except hostsfile.Broken as error:
        return File(text, says, says, (), f'{error}; put them right or take them away')
    ours = []
    for address, found in given.items():
        mine = [name for name in hostsfile.words(found)
                if not _contrary(rest, name, wanted)
                and hostsfile.address(address) not in [line.address for line in rest.get(hostsfile.fold(name), ())]]
        if mine:
            ours.append((hostsfile.address(address), mine))
    edited = hostsfile.with_block(text, ours)
    was = text if text or host.exists(PATH) else None
    return File(text, says, rest, (Write(PATH, edited, was=was),) if edited != text else ())


def _contrary(rest: Index, name: str, wanted: Dict[str, List[str]]) -> List[hostsfile.Line]:
    """The lines outside the block that map a name to what is not wanted."""
    return [line for line in rest.get(hostsfile.fold(name), ()) if line.address not in wanted[hostsfile.fold(name)]]


def _compared(name: str, found: List[str], wanted: List[str], sources: List[str], here: File) -> Observation:
    plain = [address.partition('%')[0] for address in found]
    shown = ', '.join(dict.fromkeys(plain)) or 'nothing'
    whole = Observation(name, shown, ', '.join(dict.fromkeys(wanted)), set(plain) == set(wanted),
                        ', '.join(sources[:4]))
    if whole.met:
        return whole
    contrary = _contrary(here.rest, name, {name: wanted})
    if contrary:
        where = ', '.join(f'{line.source} ({line.address})' for line in contrary[:4])
        return whole._replace(hint=f'correct the line outside the nodeprep block that says otherwise: {where}')
    return whole._replace(fix=here.fix, hint=here.hint)


def _surroundings(host: Any) -> Iterator[Observation]:
    """What keeps the file from being asked, or from staying as it is."""
    asked = names.sources(host)
    if 'files' not in asked:
        yield Observation('/etc/nsswitch.conf', 'hosts: ' + ' '.join(asked), f'files, so that {PATH} is asked', False,
                          '/etc/nsswitch.conf', hint='put files first in its hosts line')
    if not cloudinit.runs(host):
        return
    try:
        manages = cloudinit.settings(host).get('manage_etc_hosts')
    except CannotTell as error:
        yield unknown('cloud-init', f'leaves {PATH} alone', error, advised=True)
        return
    if manages and (manages.true or manages.value == 'template'):
        yield Observation('cloud-init', f'writes {PATH} anew at each boot', f'leaves {PATH} alone', False,
                          manages.source, hint='set manage_etc_hosts: false, or put the names into its template')
