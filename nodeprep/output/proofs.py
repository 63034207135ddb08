"""What is proved of a compliance report, for people and as a tree. What the report itself says is told as its word."""
from nodeprep.output import Options
from nodeprep.output.columns import wrapped
from nodeprep.output.words import shown
from nodeprep.typed import Any, Dict, List

_HEADS = {'whole': 'WHOLE', 'changed': 'NOT WHOLE', 'foreign': 'NOT PROVED', 'unproved': 'CANNOT TELL'}
_COLORS = {'whole': '1;32', 'changed': '1;31', 'foreign': '1;31', 'unproved': '1;33'}
_FEW = 20                 # nodes with gaps that are named; -o json has all
_CUT = 120                # letters of a text of the report


def tree(path: str, report: Dict[str, Any], found: Any) -> Dict[str, Any]:
    """{"format": 1, "file", "verdict", "why", "signer", "authority", "report", "nodes", "gaps"}; of a report that was
    changed only the first six, for the rest is nobody's word.
    """
    from nodeprep.compliance.proof import CHANGED, gaps
    told: Dict[str, Any] = {'format': 1, 'file': path, 'verdict': found.verdict, 'why': found.why,
                            'signer': found.signer or None, 'authority': found.authority or None}
    if found.verdict != CHANGED:
        told['report'] = {key: report[key] for key in ('id', 'made', 'since', 'until', 'scope', 'by', 'digest')}
        told.update(nodes=len(report['nodes']), gaps=gaps(report))
    return told


def page(told: Dict[str, Any], options: Options, hint: str = '') -> str:
    """The text. `hint`: what would let more be told."""
    verdict = told['verdict']
    lines = _text(f'{_HEADS[verdict]}: {shown(told["why"])}.', options, _COLORS[verdict])
    if told['signer']:
        lines += _text(f'  signed with the key of {_cut(told["signer"])}, certified by', options)
    if told['authority']:
        lines += _text(f'  CA: {told["authority"]}', options)
    if hint:
        lines += _text(f'  {hint}.', options)
    if 'report' in told:
        lines += _about(told, options)
    return '\n'.join(lines) + '\n'


def _about(told: Dict[str, Any], options: Options) -> List[str]:
    about = told['report']
    lines = ['', *_text('The report says:' if told['verdict'] == 'whole' else
                        'The report says, which is not proved:', options)]
    of = f'{told["nodes"]:,} nodes' if told['nodes'] != 1 else 'one node'
    lines += _text(f'  {about["id"]}, of {of}, from {about["since"]} to {about["until"]}', options)
    lines += _text(f'  made {about["made"]} by nodeprep {_cut(about["by"]["version"])} on {_cut(about["by"]["host"])}',
                   options)
    lines += _text(f'  {about["digest"]}', options)
    host = about['scope'] == 'host'
    holes = [one for one in told['gaps'] if one['gaps']]
    none = [_cut(one['node']) for one in told['gaps'] if one['none']]
    if none and not host:                              # which names no chain of reports
        lines += _text(f'  No report is held of {", ".join(none[:_FEW])}'
                       + (f' and {len(none) - _FEW:,} more' if len(none) > _FEW else ''), options)
    if host:
        lines += _text('  It is what the host says of itself, which nobody signs.', options)
    if not holes:
        return lines if host else lines + _text('  No gap in the reports of a node was noticed in this time.', options)
    lines += _text('  Gaps in its record were noticed in this time:' if host else
                   f'  Gaps in the reports of {len(holes):,} nodes were noticed in this time:' if len(holes) > 1 else
                   '  Gaps in the reports of one node were noticed in this time:', options)
    for one in holes[:_FEW]:
        said = [f'{_cut(gap["said"] or gap["state"])} (noticed {gap["at"]})' for gap in one['gaps'][:3]]
        said += [f'and {len(one["gaps"]) - 3} more'] if len(one['gaps']) > 3 else []
        lines += _text(f'    {_cut(one["node"])}: ' + '; '.join(said), options)
    if len(holes) > _FEW:
        lines += _text(f'    and {len(holes) - _FEW:,} more: -o json has all', options)
    return lines


def _cut(said: str) -> str:
    safe = shown(said)
    return safe if len(safe) <= _CUT else safe[:_CUT - 3] + '...'


def _text(said: str, options: Options, color: str = '') -> List[str]:
    indent = ' ' * (len(said) - len(said.lstrip()))
    return [indent + (f'\x1b[{color}m{line}\x1b[0m' if color and options.color else line)
            for line in wrapped(said, options.width - len(indent))]
