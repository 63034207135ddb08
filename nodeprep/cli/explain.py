"""nodeprep explain and nodeprep requirements: what the requirements themselves say."""
import inspect
import json
import shutil
import textwrap

import click

from nodeprep import catalogue
from nodeprep.cli import ids
from nodeprep.cli.options import policy_options
from nodeprep.cli.usage import stopping_on_bad_input
from nodeprep.host import Host
from nodeprep.policy import load
from nodeprep.round import kubernetes
from nodeprep.text import UnknownName, nearest
from nodeprep.typed import Iterable, Iterator, List, Optional


@click.command()
@click.argument('requirement_id', metavar='ID', required=False)
@stopping_on_bad_input
def explain(requirement_id: Optional[str]) -> None:
    """Say why a requirement exists, what is read, what a fix does, and what is left to a person."""
    known = catalogue.ids()
    if requirement_id is None:
        raise click.UsageError('Missing argument \'ID\', one of ' + ', '.join(known))
    named = ids.chosen([requirement_id])
    for at, one in enumerate(named):
        if one not in known:
            raise UnknownName(f'unknown requirement {one!r}' + nearest(one, known))
        click.echo('\n' * min(at, 1), nl=False)
        _explain(one)


def _explain(requirement_id: str) -> None:
    requirement = catalogue.load(requirement_id)
    width = _width()
    click.echo(_filled(f'{requirement.id}: {requirement.title} ({requirement.severity})', '', '  ', width) + '\n')
    click.echo('\n'.join(_paragraphs(inspect.cleandoc(requirement.__doc__ or '').strip(), width)).rstrip('\n'))
    if requirement.kubeadm:
        click.echo('\n' + _filled('kubeadm calls it: ' + ', '.join(requirement.kubeadm), '', '  ', width))
    if requirement.defaults:
        click.echo('\n' + _filled('Settings, below `requirements: {%s: {...}}` in /etc/nodeprep/nodeprep.yaml:'
                                  % requirement.id, '', '', width))
        for name, option in requirement.defaults.items():
            click.echo(_filled(f'{name}  ({option.kind}; default {shown(option.default, option.kind)})', '  ', '      ',
                               width))
            if option.help:
                click.echo(_filled(option.help, '      ', '      ', width))


@click.command()
@click.option('-o', '--output', 'format_name', type=click.Choice(['table', 'json']), default='table', show_default=True)
@policy_options
@stopping_on_bad_input
def requirements(format_name: str, config_file: Optional[str], root: str, role: Optional[str], profile: str) -> None:
    """List the requirements: id, severity, mode, title, and what kubeadm calls them.

    Severity and mode are those of the configuration that is in force.
    """
    host = Host(root)
    policy = load(host, config_file, profile, role or '')
    version = kubernetes(host, policy)
    everything = [(one, policy.rule(one, version)) for one in catalogue.load_all().values()]
    if format_name == 'json':
        click.echo(json.dumps([{'id': one.id, 'title': one.title, 'severity': rule.severity, 'mode': rule.mode,
                                'kubeadm': list(one.kubeadm)} for one, rule in everything], indent=2))
        return
    click.echo(f'{"ID":<15}{"SEVERITY":<10}{"MODE":<8}TITLE, and what kubeadm calls it')
    for one, rule in everything:
        lines = _wrapped(one.title.split()) + _wrapped([f'({name})' for name in one.kubeadm])
        click.echo(f'{one.id:<15}{rule.severity:<10}{rule.mode:<8}' + ('\n' + ' ' * 33).join(lines))


def _width() -> int:
    return max(40, min(shutil.get_terminal_size().columns, 80))


def _filled(text: str, first: str, indent: str, width: int) -> str:
    return textwrap.fill(text, width, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False,
                         break_long_words=False)


def _paragraphs(text: str, width: int) -> Iterator[str]:
    """The text in lines of `width` columns; a line that begins with Why:, Read: and the like begins a paragraph."""
    lines: List[str] = []
    for line in text.split('\n') + ['']:
        if lines and (not line.strip() or line.startswith(('Why:', 'Read:', 'Fix:', 'Left to a person:', '- '))):
            yield textwrap.fill(' '.join(lines), width, break_on_hyphens=False)
            lines = []
            if not line.strip():
                yield ''
        if line.strip():
            lines.append(line.strip())


def _wrapped(words: Iterable[str], width: int = 46) -> List[str]:
    """Lines of `width` columns; a word that is longer stays whole, for it is one to copy."""
    lines: List[str] = []
    for word in words:
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += ' ' + word
        else:
            lines.append(word)
    return lines


def shown(value: object, kind: str) -> str:
    """A wanted value as one writes it in the configuration; `kind` is that of its Option."""
    if kind == 'size' and isinstance(value, int):
        for unit, factor in (('GB', 10**9), ('GiB', 2**30), ('MiB', 2**20), ('MB', 10**6)):
            if value % factor == 0:
                return f'{value // factor}{unit}'
    if kind == 'duration' and isinstance(value, float):
        return f'{value:g}s' if value >= 1 else f'{value * 1000:g}ms'
    if isinstance(value, tuple):
        return '[' + ', '.join(str(one) for one in value) + ']'
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, dict):
        return json.dumps(value)
    return '""' if value in ('', None) else str(value)
