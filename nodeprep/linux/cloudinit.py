"""What cloud-init would do to a host's name and its /etc/hosts when the host boots.

Sources: cloudinit/util.py read_conf_with_confd() and read_conf_d() (cloud.cfg.d wins over cloud.cfg, a later name over
an earlier one), config/cc_set_hostname.py, cc_update_etc_hosts.py; cloud-init's documentation of its boot stages
(/etc/cloud/cloud-init.disabled). User data of the cloud wins over all of these, and is not seen here.
"""
import re

from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict

FILE, FOLDER, DISABLED = '/etc/cloud/cloud.cfg', '/etc/cloud/cloud.cfg.d', '/etc/cloud/cloud-init.disabled'
_PROGRAMS = ('/usr/bin/cloud-init', '/usr/local/bin/cloud-init')
_KEY = r'([A-Za-z_][A-Za-z0-9_]*)\s*:(?:[ \t]+(.*))?$'
_TRUE = ('true', 'yes', 'on', '1')


class Setting(NamedTuple):
    """A top-level value and where it stands."""

    value: str
    source: str

    @property
    def true(self) -> bool:
        """Whether cloud-init takes it for true: util.translate_bool() and YAML 1.1."""
        return self.value.lower() in _TRUE


def runs(host: Any) -> bool:
    """Whether cloud-init is installed, configured and not switched off by its file."""
    return host.exists(FILE) and not host.exists(DISABLED) and any(host.exists(path) for path in _PROGRAMS)


def settings(host: Any) -> Dict[str, Setting]:
    """The top-level settings that win. CannotTell for a file that cannot be read or is not written line by line."""
    found: Dict[str, Setting] = host.once('cloud-init', lambda: _settings(host))
    return found


def _settings(host: Any) -> Dict[str, Setting]:
    names = [name for name in host.names(FOLDER) if name.endswith('.cfg')]
    found: Dict[str, Setting] = {}
    for path in [FILE] + [f'{FOLDER}/{name}' for name in names if host.is_file(f'{FOLDER}/{name}')]:
        found.update(parse(host.read(path, missing=''), path))
    return found


def parse(text: str, path: str) -> Dict[str, Setting]:
    r"""The plain values at the left margin of a YAML file; lists and mappings below a key are passed over.

    No YAML reader is loaded for it, which would take 20 ms.

    >>> parse('#cloud-config\nusers:\n - hostname: x\npreserve_hostname: "true"  # keep\n', 'f')
    {'preserve_hostname': Setting(value='true', source='f:4')}
    """
    found = {}
    for number, line in enumerate(text.split('\n'), 1):
        if line[:1] in ('{', '[', '!', '&'):
            raise CannotTell(f'{path}:{number}: YAML that is not written line by line', f'{path}:{number}')
        match = re.match(_KEY, line.rstrip()) if line[:1] not in ('', ' ', '#', '-', '\t') else None
        if match and match.group(2):
            value = _scalar(match.group(2))
            if value:
                found[match.group(1)] = Setting(value, f'{path}:{number}')
    return found


def _scalar(text: str) -> str:
    text = text.strip()
    if text[:1] in ('"', "'"):
        end = text.find(text[0], 1)
        return text[1:end] if end > 0 else ''
    return '' if text[:1] in ('{', '[', '|', '>', '&', '*', '!', '#') else text.partition(' #')[0].strip()
