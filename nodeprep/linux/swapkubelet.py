"""Is the kubelet of this node told to run although swap is on?

Sources: KubeletConfiguration (kubelet.config.k8s.io/v1beta1) failSwapOn and memorySwap.swapBehavior; the flag
--fail-swap-on, which wins over the file; kubeadm's 10-kubeadm.conf for the files that carry flags. Kubernetes supports
swap since 1.28 (NodeSwap, beta), on cgroup v2 only; the documentation advises against it on control planes.
"""
import re

from nodeprep.linux import unitfiles
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Iterator, Optional, Tuple

CONFIG = '/var/lib/kubelet/config.yaml'
# In the order in which kubeadm's drop-in puts their words on the command line, where the last one counts.
_FLAG_FILES = ('/var/lib/kubelet/kubeadm-flags.env', '/etc/default/kubelet', '/etc/sysconfig/kubelet')
_FLAG = re.compile(r'--fail-swap-on(?:=([A-Za-z01]+))?(?=[\s"\']|$)')
_YES, _NO = ('1', 't', 'T', 'TRUE', 'true', 'True'), ('0', 'f', 'F', 'FALSE', 'false', 'False')


class Tolerance(NamedTuple):
    """The kubelet runs with swap: what says so, and how its pods may swap ('' when it is not said)."""

    said: str                      # 'failSwapOn: false'
    source: str
    behavior: str


def tolerance(host: Any) -> Optional[Tolerance]:
    """What tells this node's kubelet to run with swap; None when nothing does, which is the default."""
    text = host.read(CONFIG, missing='')
    fails, line, behavior = configured(text) if text else (None, 0, '')
    said, source = ('failSwapOn: false', f'{CONFIG}:{line}') if fails is False else ('', '')
    for path, number, value in _flags(host):
        said, source = ('', '') if value else ('--fail-swap-on=false', f'{path}:{number}')
    return Tolerance(said, source, behavior) if said else None


def configured(text: str) -> Tuple[Optional[bool], int, str]:
    r"""(failSwapOn or None, its line number, memorySwap.swapBehavior or '') of a KubeletConfiguration.

    Only block YAML as kubeadm writes it, and JSON; a value that is neither true nor false is None.

    >>> configured('kind: K\nfailSwapOn: false # ok\nmemorySwap:\n  swapBehavior: LimitedSwap\n')
    (False, 2, 'LimitedSwap')
    >>> configured('a:\n  failSwapOn: false\n'), configured('{"failSwapOn": false}')
    ((None, 0, ''), (False, 1, ''))
    """
    if text.lstrip().startswith('{'):
        return _json(text)
    fails, line, behavior, above = None, 0, '', ''
    for number, raw in enumerate(text.split('\n'), 1):
        if raw.startswith(('---', '...')):
            if above:
                break                  # the kubelet reads the first document
            continue
        if not raw.strip() or raw.lstrip().startswith('#'):
            continue
        key, colon, rest = raw.partition(':')
        value = re.sub(r'(^|\s)#.*', '', rest).strip().strip('"\'')
        if not raw[0].isspace():
            above = key.strip().strip('"\'') if colon else above
            if colon and above == 'failSwapOn':
                fails, line = {'true': True, 'false': False}.get(value.lower()), number
        elif above == 'memorySwap' and key.strip().strip('"\'') == 'swapBehavior':
            behavior = value
    return fails, line, behavior


def _json(text: str) -> Tuple[Optional[bool], int, str]:
    import json
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None, 0, ''
    fails = told.get('failSwapOn')
    memory = told.get('memorySwap')
    behavior = memory.get('swapBehavior') if isinstance(memory, dict) else ''
    place = text.find('"failSwapOn"')
    line = text.count('\n', 0, place) + 1 if place >= 0 else 0
    return fails if isinstance(fails, bool) else None, line, behavior if isinstance(behavior, str) else ''


def _flags(host: Any) -> Iterator[Tuple[str, int, bool]]:
    """Each (path, line number, value) of the flag, in the order in which the kubelet would read them."""
    try:
        drop_ins = unitfiles.tree(host).drop_ins(['kubelet.service.d'])
    except CannotTell:
        drop_ins = []
    for path in drop_ins + list(_FLAG_FILES):
        for number, line in enumerate(host.read(path, missing='').split('\n'), 1):
            if 'fail-swap-on' not in line or line.lstrip().startswith(('#', ';')):
                continue
            for match in _FLAG.finditer(line):
                value = match.group(1)
                if value is None or value in _YES or value in _NO:
                    yield path, number, value is None or value in _YES
