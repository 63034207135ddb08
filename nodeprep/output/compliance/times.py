"""The parts of the page that weigh time: by requirement, node, group, system and day."""
from nodeprep import epoch
from nodeprep.language import N_, Language
from nodeprep.output.compliance import figures, pieces, words
from nodeprep.output.compliance.pieces import CSV_TOO, JSON_ONLY, SHARES, Section, bar, more, name, shares, table, text
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterator, List, Tuple

MOST_REQUIREMENTS, MOST_NODES, MOST_GROUPS, MOST_DAYS = 100, 50, 60, 400
_WORST = 3                # requirements that are named beside a node
# How nodes are told apart where there are too many to list: the least share, and what it is called.
_BINS = ((1.0, '100 %'), (0.99, N_('99 % and more')), (0.95, N_('95 to 99 %')), (0.9, N_('90 to 95 %')),
         (0.0, N_('below 90 %')))


class Line(NamedTuple):
    """A day of the chart."""

    name: str
    seconds: Dict[str, float]
    counted: float


def requirements(tree: Dict[str, Any], _: Language) -> Section:
    """Worst first."""
    rows = tree['requirements']
    html = list(table(_('Shares of the time that counts, over all nodes; the worst first'),
                      (_('Requirement'), *map(_, SHARES), _('#Began to drift'), _('#Not met at the end')), [
                          [name(one['requirement']) + ' <span class="soft">' + text(_.title(one['title']))
                           + (_(' (advised)') if one['severity'] == 'advised' else '') + '</span>',
                           *shares(one['seconds'], _), *_counts(one, _)]
                          for one in rows[:MOST_REQUIREMENTS]]))
    return Section('requirements', _('Worst requirements'), len(rows),
                   html + list(more(len(rows) - MOST_REQUIREMENTS, CSV_TOO, _)))


def nodes(tree: Dict[str, Any], _: Language) -> Section:
    """Worst first, and how all of them are spread where they are many."""
    rows = tree['nodes']
    html = list(table(_('Shares of the time that counts, over all requirements; the worst first'),
                      (_('Node'), _('At the end'), *map(_, SHARES), _('#Began to drift'), _('Worst in')), [
                          [name(one['name']) + _about(one, tree['since'], _),
                           pieces.word(one['standing'], _), *shares(one['seconds'], _), figures.number(one['drifts']),
                           ', '.join(map(name, _worst(one)))] for one in rows[:MOST_NODES]]))
    if len(rows) > MOST_NODES:
        html += [*more(len(rows) - MOST_NODES, CSV_TOO, _), *_spread(rows, _)]
    return Section('nodes', _('Worst nodes'), len(rows), html)


def groups(tree: Dict[str, Any], _: Language) -> Section:
    """By label."""
    rows = tree['groups']
    html = list(table(_('By the labels that nodes have at the end'), (_('Label'), _('#Nodes'), *map(_, SHARES)), [
        [f'{text(one["label"])} = {text(one["value"])}', figures.number(one['nodes']), *shares(one['seconds'], _)]
        for one in rows[:MOST_GROUPS]]))
    return Section('groups', _('By group'), len(rows), html + list(more(len(rows) - MOST_GROUPS, JSON_ONLY, _)))


def systems(tree: Dict[str, Any], _: Language) -> Section:
    """By release of the operating system."""
    rows = tree['systems']
    html = list(table(_('By the system that nodes have at the end'), (_('System'), _('#Nodes'), *map(_, SHARES)), [
        [text(one.get('name') or f'{one["os"]} {one["version"]}'.strip() or _('unknown')), figures.number(one['nodes']),
         *shares(one['seconds'], _)] for one in rows[:MOST_GROUPS]]))
    return Section('systems', _('By system'), len(rows), html + list(more(len(rows) - MOST_GROUPS, JSON_ONLY, _)))


def days(tree: Dict[str, Any], _: Language) -> Section:
    """The numbers of the chart."""
    rows = tree['days']
    html = list(table(_('The numbers of the chart, in days of UTC; the newest first'), (_('Day'), *map(_, SHARES)), [
        [name(one['day']), *shares(one['seconds'], _)] for one in rows[::-1][:MOST_DAYS]]))
    return Section('days', _('By day'), len(rows), html + list(more(len(rows) - MOST_DAYS, JSON_ONLY, _)))


def chart(tree: Dict[str, Any], _: Language) -> Iterator[str]:
    """The picture of all days."""
    lines = [Line(one['day'], one['seconds'], words.seconds(one['seconds'])) for one in tree['days']]
    lines = [one for one in lines if one.counted]
    begin = epoch.of(tree['since']) // figures.DAY
    count = int(-(-epoch.of(tree['until']) // figures.DAY) - begin)
    if len(lines) > 1:
        yield from pieces.days(lines, begin * figures.DAY, count, _)


def _counts(one: Dict[str, Any], _: Language) -> List[str]:
    """How often it began to drift, and at how many nodes it was not met; nothing where it counts for nothing."""
    if not words.seconds(one['seconds']) and not one['drifts']:
        return ['', '']
    return [figures.number(one['drifts']), _of(one['failing'], one['nodes'], _) if words.decides(one) else '']


def _of(part: int, whole: int, _: Language) -> str:
    said = figures.number(part)
    return _('{part} of {whole}', part=said, whole=figures.number(whole)) if whole else said


def _about(node: Dict[str, Any], since: str, _: Language) -> str:
    about = [text(part) for part in (node['role'], node['os']['name'], words.labels(node)) if part]
    if node['counts_from'] and node['counts_from'] > since:
        about.append(_('counts from {when}', when=pieces.when(node['counts_from'], _)))
    return f' <span class="soft">{_(", ").join(about)}</span>' if about else ''


def _worst(node: Dict[str, Any]) -> List[str]:
    """The requirements in which most time was not met, the longest first."""
    lost: List[Tuple[float, str]] = []
    for requirement, one in node['requirements'].items():
        away = sum(one['seconds'].get(kind, 0.0) for kind in ('drifted', 'unknown'))
        if away:
            lost.append((-away, requirement))
    return [requirement for _, requirement in sorted(lost)[:_WORST]]


def _spread(rows: List[Dict[str, Any]], _: Language) -> Iterator[str]:
    counts = dict.fromkeys((said for _, said in _BINS), 0)
    none = 0
    for one in rows:
        if one['share'] is None:
            none += 1
        else:
            counts[next(said for least, said in _BINS if one['share'] >= least)] += 1
    if none:
        counts[N_('no time that counts')] = none
    yield f'<h3>{_("How the nodes are spread")}</h3>'
    yield from table(_('By the share of its time in which a node was as wanted'),
                     (_('Share met'), _('Nodes'), _('#Of all')), [
        [_(said), f'{bar(count, len(rows))} <span>{figures.number(count)}</span>',
         figures.share(count, len(rows), _)] for said, count in counts.items()])
