"""Reports that the master refused, each in a file of its own for a person to look at. The newest of them stay."""
import contextlib
import json
import os

from nodeprep.agent import owned
from nodeprep.typed import Any, Dict

FOLDER = 'refused'
MOST = 20


def keep(spool: str, report: Dict[str, Any], why: str) -> None:
    """Writes a report and the reason below the spool's folder. OSError when it cannot."""
    folder = os.path.join(spool, FOLDER)
    owned.folder(folder)
    name = os.path.join(folder, f'{report["sequence"]:016d}.json')
    for old in sorted(os.listdir(folder))[:-MOST + 1]:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(os.path.join(folder, old))
    handle = owned.opened(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    try:
        owned.write(handle, json.dumps({'refused': why, 'report': report}).encode('ascii') + b'\n')
        os.fsync(handle)
    finally:
        os.close(handle)
