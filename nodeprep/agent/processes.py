"""Which process an agent is, so that whoever reads what it left knows whether that very one still runs.

Sources: proc(5), /proc/PID/stat: starttime is the 22nd field, the second is a name in brackets that may hold anything.
"""
import os

from nodeprep import __version__
from nodeprep.typed import Any, Dict, Mapping

_STARTED = 22 - 3         # the field among those behind the name


def this(host: Any, boot_id: str) -> Dict[str, Any]:
    """This process: {"pid", "started" (clock ticks since the boot), "boot", "version"}."""
    return {'pid': os.getpid(), 'started': _started(host, os.getpid()), 'boot': boot_id, 'version': __version__}


def runs(host: Any, process: Mapping[str, Any], boot_id: str) -> bool:
    """Whether it still runs."""
    started = _started(host, process.get('pid'))
    return bool(started) and started == process.get('started') and boot_id == process.get('boot')


def _started(host: Any, pid: Any) -> str:
    if not isinstance(pid, int):
        return ''
    fields = str(host.read(f'/proc/{pid}/stat', missing='')).rpartition(')')[2].split()
    return fields[_STARTED] if len(fields) > _STARTED else ''
