"""A sysctl that is needed: what is seen of it now and at boot, and the changes that set it."""
from nodeprep.linux import bootargs, netns, sysctlplan, tuned, units
from nodeprep.linux.sysctlboot import CONF, IP_FORWARD, Left, left, reads_conf_last
from nodeprep.model import CannotTell, Change, Observation, Write
from nodeprep.typed import Any, Iterator, Mapping, Optional, Tuple

_SAME = {'net/ipv4/conf/all/forwarding': IP_FORWARD}


def now(host: Any, path: str, wanted: str, absent: str = '') -> Observation:
    """The value that the running kernel has. `absent`: what it means when there is no such sysctl.

    kubeadm's FileContent checks compare the first byte alone; '10' is not met here.
    """
    file, subject = f'/proc/sys/{path}', sysctlplan.dotted(path)
    if not host.is_folder('/proc/sys'):
        raise CannotTell('/proc/sys is not there', file)
    there = host.exists(file)
    text = host.read(file) if there else ''
    value = text.strip() if there else f'not there: {absent}'
    apart = netns.apart(host)
    if apart:
        value += ', in a network namespace that is not the host\'s'
    if text.strip() == wanted:
        return Observation(subject, value, wanted, True, file, hint=apart)
    fix: Tuple[Change, ...] = () if apart else (Write(file, wanted + '\n', was=text if there else None),)
    return Observation(subject, value, wanted, False, file, fix, apart)


def boot(host: Any, wanted: Mapping[str, str], absent: str = '', source: str = '',
         before: Optional[Tuple[Change, ...]] = ()) -> Iterator[Observation]:
    """For each key, path below /proc/sys -> value, what the next boot leaves; and what tuned would do to it after.

    `absent`: why the keys will not be there when sysctl.d is applied, and `source`: what says so; '' when they will.
    `before`: the changes that end that and go before ours; None when there are none, so that ours would be in vain.
    """
    found = left(host)
    suspects = [one for path in wanted for one in _tuned(host, path, wanted[path], found[path])]
    wrong = bool(absent) or any(found[path].value != value for path, value in wanted.items())
    fix: Tuple[Change, ...] = ()
    why = ''
    if wrong or any(right is False for _, _, right in suspects):
        fix, why = sysctlplan.plan(host, wanted)
        fix = (before or ()) + fix if fix and before is not None else ()
    for path, value in wanted.items():
        one = found[path]
        if absent:
            then = '' if one.value == value else f'Once it is there, {one.source} sets it to {one.value}.'
            yield Observation(sysctlplan.dotted(path), f'not there: {absent}', value, False, source, fix, why or then)
            continue
        said = f'{one.value}, {one.note}' if one.note else one.value
        met = one.value == value
        hint = '' if met else ' '.join(part for part in (why, _hint(host, path, one)) if part)
        yield Observation(sysctlplan.dotted(path), said, value, met, one.source, () if met else fix, hint)
    for path, setting, right in suspects:
        yield _of_tuned(host, path, wanted[path], setting, right, fix)


def _of_tuned(host: Any, path: str, value: str, setting: tuned.Setting, right: Optional[bool],
              fix: Tuple[Change, ...]) -> Observation:
    subject = sysctlplan.dotted(path) + ' by tuned'
    if right is None:
        return Observation(subject, 'whether tuned starts cannot be told', value, None, setting.source)
    said = f'profile {setting.profile} sets {setting.value}'
    if right:
        return Observation(subject, said + ', then /etc/sysctl.d is applied', value, True, setting.source)
    if not tuned.reapplies(host):
        return Observation(subject, said, value, False, setting.source, hint='reapply_sysctl is off in '
                           f'/etc/tuned/tuned-main.conf: take the line out of the profile {setting.profile}')
    return Observation(subject, said, value, False, setting.source, fix,
                       'tuned applies /etc/sysctl.d again after its own values, but nothing there sets this one')


def _tuned(host: Any, path: str, value: str, found: Left) -> Iterator[Tuple[str, tuned.Setting, Optional[bool]]]:
    """A setting of tuned against what is wanted, and whether the files that it applies again put it right.

    None: whether tuned starts at all cannot be told.
    """
    setting = next((one for key, one in tuned.settings(host).items() if _SAME.get(key, key) == path), None)
    starts = _starts(host, 'tuned.service') if setting is not None and setting.value != value else False
    if setting is None or starts is False:
        return
    if starts is None:
        yield path, setting, None
        return
    again = tuned.reapplies(host) and found.option is not None and found.option.path.startswith('/etc/')
    yield path, setting, again and found.value == value


def _hint(host: Any, path: str, one: Left) -> str:
    parts = []
    if one.option is not None and one.option.path == CONF:
        parts.append('This systemd applies /etc/sysctl.conf after every file of sysctl.d.' if reads_conf_last(host)
                     else '/etc/sysctl.conf is read as the file of sysctl.d that links to it.')
    trouble = bootargs.arguments(host).trouble
    if one.option is None and trouble:
        parts.append(trouble[:1].upper() + trouble[1:] + '.')
    if path == IP_FORWARD and _starts(host, 'docker.service'):
        parts.append('Docker sets it to 1 when it starts; that is not counted on, since it comes later and only there.')
    return ' '.join(parts)


def _starts(host: Any, name: str) -> Optional[bool]:
    try:
        return bool(units.starts_at_boot(host, name)[0])
    except CannotTell:
        return None
