"""modprobe.d and the kernel arguments that keep a module from being loaded.

Sources: kmod_config_parse() and kmod_config_parse_kcmdline() of libkmod/libkmod-config.c,
kmod_module_get_install_commands() of libkmod/libkmod-module.c, modprobe.d(5); blacklisted() of the kernel's
kernel/module/main.c for module_blacklist=.
systemd-modules-load asks libkmod to apply the blacklist (KMOD_PROBE_APPLY_BLACKLIST in src/shared/module-util.c and, on
EL7 and EL8, src/modules-load/modules-load.c): unlike for `modprobe NAME`, a `blacklist` line stops it.
"""
from nodeprep.linux import bootargs, confd
from nodeprep.linux.modules import same
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Iterator, Tuple

BLACKLIST, INSTALL, KERNEL = 'blacklist', 'install', 'module_blacklist'
_DOES_NOTHING = ('true', 'false', ':', 'nologin')


class Rule(NamedTuple):
    """A rule that keeps a module out: its kind, what it says, where it stands."""

    kind: str
    said: str
    source: str


def rules(host: Any, name: str) -> Iterator[Rule]:
    """The rules against one module at the next boot. CannotTell for an `install` line whose command may do anything."""
    name, installed = same(name), False
    for words, source in host.once('modprobe.d', lambda: list(_lines(host))):
        if words[0] == BLACKLIST and same(words[1]) == name:
            yield Rule(BLACKLIST, ' '.join(words[:2]), source)
        elif words[0] == INSTALL and not installed and _matches(name, same(words[1])):
            installed = True               # libkmod takes the first one that matches
            if not _command_loads(words[2:], source):
                yield Rule(INSTALL, ' '.join(words), source)
    args = bootargs.arguments(host)
    for kind, argument in ((BLACKLIST, 'modprobe.blacklist'), (KERNEL, 'module_blacklist')):
        for value, source in args.values(argument):
            if name in (same(one) if kind == BLACKLIST else one for one in value.split(',')):
                yield Rule(kind, f'{argument}={value}', source)


def _matches(name: str, pattern: str) -> bool:
    from nodeprep.linux import wildcard  # few hosts have such a line
    return wildcard.matches(name, pattern)


def parse(text: str) -> Iterator[Tuple[Tuple[str, ...], int]]:
    r"""(words, line number) of each line that is not blank or a comment; a backslash at the end goes on with the next.

    >>> list(parse('# no\nblacklist a\ninstall b \\\n/bin/true\n'))
    [(('blacklist', 'a'), 2), (('install', 'b', '/bin/true'), 3)]
    """
    begun, number = '', 0
    for at, line in enumerate(text.split('\n'), 1):
        number = number if begun else at
        if line.endswith('\\'):
            begun += line[:-1] + ' '
            continue
        whole, begun = begun + line, ''
        words = tuple(whole.replace('\t', ' ').split(' '))
        words = tuple(word for word in words if word)
        if words and not whole.startswith('#'):
            yield words, number


def _lines(host: Any) -> Iterator[Tuple[Tuple[str, ...], str]]:
    for path in confd.files(host, 'modprobe.d'):
        for words, number in parse(confd.text(host, path)):
            if len(words) > 1 and words[0] in (BLACKLIST, INSTALL):
                yield words, f'{path}:{number}'


def _command_loads(words: Tuple[str, ...], source: str) -> bool:
    """Whether the command of an `install` line loads the module after all."""
    if words and words[0].rpartition('/')[2] in _DOES_NOTHING:
        return False
    if any(word.rpartition('/')[2] == 'modprobe' for word in words) and ('--ignore-install' in words or '-i' in words):
        return True
    raise CannotTell(f'whether the command {" ".join(words)!r} loads the module cannot be told', source)
