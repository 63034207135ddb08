"""Which release of which system a host runs, and what follows from it."""
import os
import re

from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict

EL_IDS = ('centos', 'rhel', 'rocky', 'almalinux', 'ol', 'oracle', 'eurolinux', 'scientific', 'virtuozzo', 'circle')
_SYSTEMD = {7: 219, 8: 239, 9: 252, 10: 257}       # facts of each EL major; the library on the disk decides first
_PLATFORM, _LIBRARY = 'platform:el', 'libsystemd-shared-'


class Release(NamedTuple):
    """`major` is the EL (or Debian) major version, 0 when it has none; `family` is el, debian or other."""

    id: str
    version: str
    name: str
    family: str
    major: int
    systemd: int           # 0: could not be told
    source: str


def release(host: Any) -> Release:
    """The release of a host, from os-release(5); a host without one is asked through the `distro` package."""
    found: Release = host.once('release', lambda: _release(host))
    return found


def _release(host: Any) -> Release:
    for path in ('/etc/os-release', '/usr/lib/os-release'):
        fields = parse(host.read(path, missing=''))
        if fields.get('ID'):
            break
    else:
        fields, path = _from_distro(host), '/etc/*-release'
    system, like = fields['ID'].lower(), fields.get('ID_LIKE', '').split()
    version = fields.get('VERSION_ID', '')
    # ID_LIKE alone misleads: Amazon Linux says fedora. peers and facts: centos.md chapter 1.
    family = 'el' if system in EL_IDS or 'rhel' in like else 'debian' if 'debian' in [system] + like else 'other'
    platform = fields.get('PLATFORM_ID', '')
    of_platform = _number(platform[len(_PLATFORM):]) if family == 'el' and platform.startswith(_PLATFORM) else 0
    major = of_platform or _number(version)
    return Release(system, version, fields.get('PRETTY_NAME') or fields.get('NAME') or system, family, major,
                   _systemd(host, family, major), path)


def parse(text: str) -> Dict[str, str]:
    r"""The fields of an os-release(5) file: shell-like assignments, quotes taken off.

    >>> parse('ID="centos"\n# no\nVERSION_ID=\'7\'\nNAME=a\\ b\n')['VERSION_ID']
    '7'
    """
    fields = {}
    for line in text.splitlines():
        key, equals, value = line.strip().partition('=')
        if equals and key.isupper() and key.isidentifier():
            if len(value) > 1 and value[0] == value[-1] and value[0] in '"\'':
                value = value[1:-1]
            fields[key] = re.sub(r'\\(.)', r'\1', value) if '\\' in value else value
    return fields


def _number(text: str) -> int:
    """The number of up to four digits that a text begins with; 0 when it begins with none."""
    return int('0' + text[:4][:len(text) - len(text.lstrip('0123456789'))])


def _systemd(host: Any, family: str, major: int) -> int:
    """systemd's major version: since 233 its private library carries it in its name."""
    for folder in ('/usr/lib/systemd', '/usr/lib64/systemd', '/usr/lib/x86_64-linux-gnu/systemd',
                   '/usr/lib/aarch64-linux-gnu/systemd'):
        for name in host.names(folder):
            if name.startswith(_LIBRARY) and name.endswith('.so') and _number(name[len(_LIBRARY):]) > 99:
                return _number(name[len(_LIBRARY):])
    return _SYSTEMD.get(major, 0) if family == 'el' else 0


def _from_distro(host: Any) -> Dict[str, str]:
    import distro
    # distro opens paths as the locale has them, and its files are to be UTF-8.
    root = os.fsdecode(host.root.encode('utf-8', 'surrogateescape'))
    here = distro.LinuxDistribution(include_lsb=False, include_uname=False, root_dir=root)
    try:
        if not here.id():
            raise CannotTell('no os-release file, and no other release file that is known', '/etc/os-release')
        return {'ID': here.id(), 'VERSION_ID': here.version(), 'NAME': here.name(pretty=True), 'ID_LIKE': here.like()}
    except UnicodeError:
        raise CannotTell('no os-release file, and a release file that is not UTF-8', '/etc/os-release') from None
