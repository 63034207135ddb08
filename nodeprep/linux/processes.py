"""The processes of the running host, from /proc: proc(5)."""
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, List


class Process(NamedTuple):
    """`name` is the kernel's comm: the first 15 bytes of the program's name, or what a process calls itself."""

    pid: int
    name: str


def named(host: Any, *names: str) -> List[Process]:
    """Processes that run one of these programs. A program of an interpreter is told by its script.

    comm holds 15 bytes and the `python3` of a script: then the command line tells. Kernel threads have none.
    """
    short = {name[:15]: name for name in names}
    found = []
    for process in processes(host):
        if process.name in short and (len(process.name) < 15 or _runs(host, process.pid, names)):
            found.append(Process(process.pid, short[process.name]))
        elif process.name.startswith(('python', 'platform-python', 'perl', 'ruby', 'bash', 'sh')):
            script = _runs(host, process.pid, names)
            if script:
                found.append(Process(process.pid, script))
    return found


def processes(host: Any) -> List[Process]:
    """Every process, lowest id first. One that ends meanwhile is left out; CannotTell when /proc shows none."""
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
            continue              # it ended between the listing and the reading (ESRCH), or belongs to someone else
    if not found:
        raise CannotTell('/proc shows no processes', '/proc')
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
    heads = host.once(('programs of', pid), lambda: _heads(command_line(host, pid)))
    return next((head for head in heads if head in names), '')


def _heads(argv: List[str]) -> List[str]:
    heads = argv[:1] + [word for word in argv[1:6] if not word.startswith('-')][:1]
    return [head.rpartition('/')[2] for head in heads]
