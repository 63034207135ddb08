"""What a plan for an image may be: files below its root, and systemctl told to work there.

A command of the plan for a running host would change the host that looks, not the image: systemctl(1) --root.
"""
from nodeprep.model import Change, Observation, Run
from nodeprep.typed import List, Optional, Tuple

_OFFLINE = ('enable', 'disable', 'mask', 'unmask')


def below(root: str, seen: Observation) -> Observation:
    """The observation with changes of the image below `root` alone; without any when they need what runs."""
    hint = f'in the image: {seen.hint}' if seen.hint and 'image' not in seen.hint else seen.hint
    changes: List[Change] = []
    for change in seen.fix:
        if isinstance(change, Run):
            there, back = _offline(root, change.argv), _offline(root, change.undo)
            if there is None or back is None:
                needs = f'run in the image: {" ".join(change.argv)}'
                return seen._replace(fix=(), hint=f'{hint}; {needs}' if hint else needs)
            changes.append(change._replace(argv=there, undo=back))
        else:
            changes.append(change)
    return seen._replace(fix=tuple(changes), hint=hint)


def _offline(root: str, argv: Tuple[str, ...]) -> Optional[Tuple[str, ...]]:
    if argv[:1] == ('systemctl',) and argv[1:2] and argv[1] in _OFFLINE and '--now' not in argv:
        return ('systemctl', f'--root={root}') + argv[1:]
    return None
