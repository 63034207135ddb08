"""The processes of the running host, from /proc: proc(5)."""
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List, Tuple

_INTERPRETERS = ('python', 'platform-python', 'perl', 'ruby', 'bash', 'sh')


class Process(NamedTuple):
    """`name` is the kernel's comm: the first 15 bytes of the program's name, or what a process calls itself."""

    pid: int
    name: str


def named(host: Any, *names: str) -> List[Process]:
    """Processes of this host, not of its containers, that run one of these programs. A program of an interpreter is
    told by its script.

    comm holds 15 bytes and the `python3` of a script: then the command line tells. Kernel threads have none.
    """
    by_name, scripts = _index(host)
    short = {name[:15]: name for name in names}
    found = []
    for stem, name in short.items():
        found += [Process(pid, name) for pid in by_name.get(stem, ()) if len(stem) < 15 or _runs(host, pid, names)]
    for process, heads in scripts:
        script = next((head for head in heads if head in names), '')
        if script and process.name not in short:
            found.append(Process(process.pid, script))
    return sorted(one for one in found if not _elsewhere(host, one.pid))


def _elsewhere(host: Any, pid: int) -> bool:
    """Whether a process has ended, and only waits until its parent has taken note of it; or has a number in a PID
    namespace below this one, as those in containers have.

    State and NSpid of proc(5), the latter since Linux 4.1; where it does not stand nobody can tell, and the process
    counts.
    """
    try:
        status = host.read(f'/proc/{pid}/status', missing='')
    except CannotTell:
        return False
    if '\nState:\tZ' in status or '\nState:\tX' in status:
        return True
    numbers = status.partition('\nNSpid:')[2].partition('\n')[0].split()
    return len(numbers) > 1


def _index(host: Any) -> Tuple[Dict[str, List[int]], List[Tuple[Process, List[str]]]]:
    """Process ids by name, and the processes of interpreters with the programs that their command lines name."""
    found: Tuple[Dict[str, List[int]], List[Tuple[Process, List[str]]]] = host.once(
        'processes by name', lambda: _indexed(host))
    return found


def _indexed(host: Any) -> Tuple[Dict[str, List[int]], List[Tuple[Process, List[str]]]]:
    by_name: Dict[str, List[int]] = {}
    scripts = []
    for process in processes(host):
        by_name.setdefault(process.name, []).append(process.pid)
        if process.name.startswith(_INTERPRETERS):
            scripts.append((process, _heads(command_line(host, process.pid))))
    return by_name, scripts


def processes(host: Any) -> List[Process]:
    """Every process, lowest id first; one that ends meanwhile is left out. CannotTell when /proc does not show all.

    It hides those of others from who may not trace them where it is mounted with hidepid=, proc(5): from root too, when
    CAP_SYS_PTRACE was taken from it. The first process is there as long as any is.
    """
    found: List[Process] = host.once('processes', lambda: _processes(host))
    return found


def _processes(host: Any) -> List[Process]:
    if not host.live:
        raise CannotTell('nothing runs in an image', '/proc')
    found = []
    for pid in sorted(int(name) for name in host.names('/proc') if name.isdigit()):
        try:
            found.append(Process(pid, host.line(f'/proc/{pid}/comm')))
        except CannotTell:
            if host.exists(f'/proc/{pid}/comm'):
                raise             # else it ended between the listing and the reading (ESRCH)
    if not found:
        raise CannotTell('/proc shows no processes', '/proc')
    if found[0].pid != 1:
        raise CannotTell('/proc hides the processes of others (hidepid=); root sees them', '/proc')
    return found


def command_line(host: Any, pid: int) -> List[str]:
    """The words that a process was started with; none for a kernel thread or one that has ended."""
    try:
        text: str = host.read(f'/proc/{pid}/cmdline', missing='')
    except CannotTell:
        return []
    return text.rstrip('\0').split('\0') if text.rstrip('\0') else []


def _runs(host: Any, pid: int, names: Any) -> str:
    """Which of these programs a command line starts: as its first word, or as the script of an interpreter."""
    return next((head for head in _heads(command_line(host, pid)) if head in names), '')


def _heads(argv: List[str]) -> List[str]:
    heads = argv[:1] + [word for word in argv[1:6] if not word.startswith('-')][:1]
    return [head.rpartition('/')[2] for head in heads]
