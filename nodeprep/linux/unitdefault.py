"""The target that a boot starts: a kernel argument's, or default.target.

Sources: systemd.special(7) default.target; kernel-command-line(7) systemd.unit= and the run levels.
"""
from nodeprep.linux import unitsyntax
from nodeprep.linux.unitfiles import ABSENT, MASKED, Tree
from nodeprep.model import CannotTell
from nodeprep.typed import Any, Dict, Tuple

# parse_proc_cmdline_item() of src/core/main.c and runlevel_to_target() of src/basic/proc-cmdline.c.
_LEVELS = {'1': 'rescue.target', 's': 'rescue.target', 'S': 'rescue.target', 'single': 'rescue.target',
           'rescue': 'rescue.target', '-s': 'rescue.target', 'emergency': 'emergency.target', '-b': 'emergency.target',
           '2': 'multi-user.target', '3': 'multi-user.target', '4': 'multi-user.target', '5': 'graphical.target'}


def default_target(host: Any, files: Tree) -> Tuple[str, str]:
    """(the target that a boot starts, the kernel argument or file that says so). CannotTell without one."""
    asked, where = _from_kernel(host)
    found = files.loaded(asked) if asked else None
    if found is None or found.kind in (MASKED, ABSENT):
        found, where = files.loaded('default.target'), ''
    if found.kind in (MASKED, ABSENT):
        raise CannotTell('there is no default.target to start', found.source or '/etc/systemd/system/default.target')
    return found.name, where or (found.links[0] if found.links else found.path)


def asked_by_kernel(host: Any, argument: str) -> Dict[str, str]:
    """Unit -> the place of systemd.wants= or systemd.mask= that names it: systemd-debug-generator(8).

    The links that come of them lie in generator.early, before all others.
    """
    arguments = _arguments(host)
    if arguments is None:
        return {}
    found = {}
    for word, place in zip(arguments.words, arguments.places):
        name, _, value = word.partition('=')
        if name == argument:
            unit = value if unitsyntax.is_name(value) else value + '.service'
            found[unit] = f'{place} ({word})'
    return found


def _arguments(host: Any) -> Any:
    """The kernel arguments of the next boot; None where they are not known: an image without a boot loader."""
    from nodeprep.linux.kernelargs import at_boot
    try:
        return at_boot(host)
    except CannotTell:
        return None


def _from_kernel(host: Any) -> Tuple[str, str]:
    arguments = _arguments(host)
    if arguments is None:
        return '', ''
    target, where = '', ''
    for word in arguments.words:
        if word.startswith('systemd.unit='):
            target, where = word[13:], 'systemd.unit'
        elif word in _LEVELS:
            target, where = _LEVELS[word], word
    if not unitsyntax.is_name(target):
        return '', ''
    return target, f'{arguments.where(where)} ({where})'
