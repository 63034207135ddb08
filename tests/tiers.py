"""What a machine must have for a tier of tests: skipped by name with the reason, or failed when all are required."""
import importlib.util
import os
import shutil
import subprocess


def need(what: str, name: str = '') -> None:
    """Skips the calling test (fails it with REQUIRE_ALL_TIERS=1) unless the machine has `what`.

    root; program NAME (on the PATH, or an absolute path); module NAME (of Python)
    python VERSION (an interpreter of that minor version, on the PATH or of pyenv)
    netns (network namespaces can be made)
    locales (localedef can make one of any country and character set)
    sock_diag (the kernel tells its TCP sockets over netlink; asking may load tcp_diag, as ss does)
    zram (the kernel makes block devices in memory)
    font LANGUAGE (one with the letters of it)
    swapless (no swap is on, so that a fix of the machine turns off just what the test turned on)
    """
    lacking = _lacking(what, name)
    if not lacking:
        return
    import pytest  # here, since benchmarks use what tests have, and are run without it
    if os.environ.get('REQUIRE_ALL_TIERS') == '1':
        pytest.fail(f'tier {what} {name}: {lacking}; REQUIRE_ALL_TIERS=1 does not let it be skipped')
    pytest.skip(f'tier {what} {name}: {lacking}')


def _lacking(what: str, name: str) -> str:
    if what == 'root':
        return '' if os.geteuid() == 0 else 'not root'
    if what == 'program':
        found = os.access(name, os.X_OK) if name.startswith('/') else shutil.which(name, path=_PATH)
        return '' if found else f'{name} is not installed'
    if what == 'module':
        return '' if importlib.util.find_spec(name) else f'the Python module {name} is not installed'
    if what == 'python':
        from tests.packaging.built import stand_in
        return '' if stand_in(name) else f'no Python {name} is on the PATH or of pyenv'
    if what == 'netns':
        done = subprocess.run(['unshare', '-n', 'true'], stderr=subprocess.PIPE)
        return '' if done.returncode == 0 else 'no network namespace can be made: ' + done.stderr.decode()
    if what == 'zram':
        return '' if os.path.exists('/sys/class/zram-control/hot_add') else 'the kernel has none, or it is not loaded'
    if what == 'font':
        found = shutil.which('fc-list') and subprocess.run(['fc-list', f':lang={name}'], stdout=subprocess.PIPE).stdout
        return '' if found else f'fontconfig knows no font for {name}'
    if what == 'locales':
        lacking = [path for path in ('/usr/share/i18n/locales/de_DE', '/usr/share/i18n/charmaps/ISO-8859-1.gz')
                   if not os.path.exists(path)]
        return f'{lacking[0]} is not there' if lacking else _lacking('program', 'localedef')
    if what == 'sock_diag':
        from nodeprep.host import sockdiag
        try:
            sockdiag.listening(sockdiag.IPV4)
        except (OSError, ValueError) as error:
            return f'the kernel does not answer it: {error}'
        return ''
    if what == 'swapless':
        with open('/proc/swaps') as file:
            return '' if len(file.readlines()) == 1 else 'the machine swaps already'
    raise ValueError(what)


_PATH = os.environ.get('PATH', '') + ':/usr/local/sbin:/usr/sbin:/sbin'
