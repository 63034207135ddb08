"""nodeprep explain and nodeprep requirements: what the requirements themselves say."""
import inspect
import json
import shutil
import sys
import textwrap

import click

from nodeprep import catalogue
from nodeprep.cli import ids
from nodeprep.cli.options import policy_options
from nodeprep.cli.usage import stopping_on_bad_input, write
from nodeprep.config import ConfigError
from nodeprep.host import Host
from nodeprep.language import N_, Language, chosen, speaking
from nodeprep.output.columns import columns, wrapped
from nodeprep.policy import load
from nodeprep.round import kubernetes
from nodeprep.text import UnknownName, nearest
from nodeprep.typed import Any, Iterable, Iterator, List, Optional


@click.command()
@click.argument('requirement_id', metavar='ID', required=False)
@stopping_on_bad_input
def explain(requirement_id: Optional[str]) -> None:
    """Say why a requirement exists, what is read, what a fix does, and what is left to a person."""
    known = catalogue.ids()
    if requirement_id is None:
        raise click.UsageError('Missing argument \'ID\', one of ' + ', '.join(known))
    named = ids.chosen([requirement_id])
    wrong = [one for one in named if one not in known]
    if wrong:
        raise UnknownName(f'unknown requirement {wrong[0]!r}' + nearest(wrong[0], known))
    language = _spoken()
    for at, one in enumerate(named):
        write(sys.stdout, '\n' * min(at, 1) + '\n'.join(_explained(one, language)) + '\n')


def _spoken() -> Language:
    """The language of this host's configuration, else of the environment, also when that is wrong."""
    try:
        setting = str(load(Host('/')).get('language', ''))
    except ConfigError:
        setting = ''
    return speaking(chosen(setting, sys.stdout), 'explain')


def _explained(requirement_id: str, _: Language) -> Iterator[str]:
    requirement, width = catalogue.load(requirement_id), _width()
    severity = _(' ({what})', what=_(_SEVERITIES[requirement.severity]))
    yield _filled(requirement.id + _(': ') + _.title(requirement.title) + severity, '', '  ', width) + '\n'
    yield '\n'.join(_filled(_(text), '', '', width) if text else '' for text in paragraphs(requirement.__doc__ or ''))
    if requirement.kubeadm:
        yield '\n' + _filled(_('kubeadm calls it: {names}', names=', '.join(requirement.kubeadm)), '', '  ', width)
    if requirement.defaults:
        yield '\n' + _filled(_('Settings, below `{keys}` in /etc/nodeprep/nodeprep.yaml:',
                               keys='requirements: {%s: {...}}' % requirement.id), '', '', width)
        for name, option in requirement.defaults.items():
            kind = _('{kind}; default {value}', kind=_(option.kind), value=shown(option.default, option.kind))
            yield _filled(f'{name}  ({kind})', '  ', '      ', width)
            if option.help:
                yield _filled(_(option.help), '      ', '      ', width)


_SEVERITIES = {'required': N_('required'), 'advised': N_('advised')}


@click.command()
@click.option('-o', '--output', 'format_name', type=click.Choice(['table', 'json', 'yaml']), default='table',
              show_default=True)
@policy_options('Read the configuration of an image or mounted disk.')
@stopping_on_bad_input
def requirements(format_name: str, config_file: Optional[str], root: str, role: Optional[str], profile: str) -> None:
    """List the requirements: id, severity, mode, title, and what kubeadm calls them.

    Severity and mode are those of the configuration that is in force.
    """
    host = Host(root)
    policy = load(host, config_file, profile, role or '')
    version = kubernetes(host, policy)
    everything = [(one, policy.rule(one, version)) for one in catalogue.load_all().values()]
    if format_name != 'table':
        trees = [{'id': one.id, 'title': one.title, 'severity': rule.severity, 'mode': rule.mode,
                  'kubeadm': list(one.kubeadm)} for one, rule in everything]
        write(sys.stdout, json.dumps(trees, indent=2) + '\n' if format_name == 'json' else _yaml(trees))
        return
    _ = speaking(chosen(policy.get('language', ''), sys.stdout))
    rows = [f'{"ID":<15}{"SEVERITY":<10}{"MODE":<8}' + _('TITLE, and what kubeadm calls it')]
    for one, rule in everything:
        first, *lines = wrapped(_.title(one.title), 46) + _wrapped([f'({name})' for name in one.kubeadm])
        rows.append(f'{one.id:<15}{rule.severity:<10}{rule.mode:<8}{first}')
        rows += [' ' * (33 if columns(line) <= 47 else 15) + line for line in lines]
    write(sys.stdout, '\n'.join(rows) + '\n')


def _yaml(trees: List[Any]) -> str:
    import yaml
    text: str = yaml.safe_dump(trees, sort_keys=False)
    return text


def _width() -> int:
    return max(40, min(shutil.get_terminal_size().columns, 80))


def _filled(text: str, first: str, indent: str, width: int) -> str:
    if columns(text) > len(text):
        lines = wrapped(text, width - len(indent))
        return '\n'.join((indent if at else first) + line for at, line in enumerate(lines))
    return textwrap.fill(text, width, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False,
                         break_long_words=False)


def paragraphs(text: str) -> List[str]:
    """The paragraphs of an explanation, a line each, and '' where a blank line is.

    A line that begins with Why:, Read: and the like begins a paragraph.
    """
    found: List[str] = []
    lines: List[str] = []
    for line in inspect.cleandoc(text).strip().split('\n') + ['']:
        if lines and (not line.strip() or line.startswith(('Why:', 'Read:', 'Fix:', 'Left to a person:', '- '))):
            found.append(' '.join(lines))
            lines = []
        if line.strip():
            lines.append(line.strip())
        else:
            found.append('')
    return found[:-1]


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
