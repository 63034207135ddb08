"""nodeprep config: the effective configuration, its validation, and a commented file to start from."""
import json
import os
import shlex
import time

import click

from nodeprep import catalogue
from nodeprep.agent.supplied import load
from nodeprep.cli.explain import shown
from nodeprep.cli.options import policy_options
from nodeprep.cli.usage import stopping_on_bad_input
from nodeprep.config import ConfigError
from nodeprep.host import Host
from nodeprep.host.files import reason
from nodeprep.policy import DEFAULT, FILE, Policy
from nodeprep.round import kubernetes
from nodeprep.text import clean
from nodeprep.typed import Any, Dict, Iterator, Optional, Tuple


@click.group()
def config() -> None:
    """Show, check or write the configuration."""


@config.command(short_help='Print every setting in force, and its origin.')
@policy_options('Read the configuration of an image or mounted disk.')
@click.option('-o', '--output', 'format_name', type=click.Choice(['table', 'json', 'yaml']), default='table',
              show_default=True)
@stopping_on_bad_input
def show(config_file: Optional[str], root: str, role: Optional[str], profile: str, format_name: str) -> None:
    """Print every setting that is in force, and where it comes from."""
    host = Host(root)
    settings = list(_effective(host, load(host, config_file, profile, role or '')))
    if format_name == 'table':
        for name, written, origin, _ in settings:
            click.echo(clean(f'{name}: {written}') + click.style(f'  # {clean(origin)}', dim=True))
        return
    tree: Dict[str, Any] = {name: {'value': value, 'origin': origin} for name, _, origin, value in settings}
    if format_name == 'json':
        click.echo(json.dumps(tree, indent=2))
    else:
        import yaml
        click.echo(yaml.safe_dump(json.loads(json.dumps(tree)), sort_keys=False), nl=False)


@config.command(short_help='Say what is wrong with the configuration.')
@policy_options('Read the configuration of an image or mounted disk.')
@stopping_on_bad_input
def check(config_file: Optional[str], root: str, role: Optional[str], profile: str) -> None:
    """Say what is wrong with the configuration: exit 0 when nothing is, else 2."""
    policy = load(Host(root), config_file, profile, role or '')
    places = [value.origin for value in policy.settings.values()] + [place for _, place in policy.waivers.values()]
    files = sorted({place.rpartition(':')[0] for place in places if ':' in place})
    click.echo('The configuration is right: ' + (', '.join(map(clean, files)) or 'no file sets anything'))
    for waiver, place in policy.waivers.values():
        if waiver.until < time.strftime('%Y-%m-%d', time.gmtime()):
            click.echo(clean(f'{place}: the waiver of {waiver.requirement} ended with {waiver.until}: '
                             'it waives nothing'))


@config.command(short_help='Write a commented configuration.')
@click.argument('file', default=FILE, type=click.Path(dir_okay=False, allow_dash=True))
@stopping_on_bad_input
def init(file: str) -> None:
    """Write a commented configuration to FILE (default /etc/nodeprep/nodeprep.yaml, - for standard output).

    Everything in it is commented out, so it changes nothing until it is edited. A file that is there is left alone.
    """
    text = '\n'.join(_commented()) + '\n'
    if file == '-':
        click.echo(text, nl=False)
        return
    try:
        os.makedirs(os.path.dirname(os.path.abspath(file)), exist_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError as error:
        if error.filename != file:
            raise ConfigError(f'{error.filename}: is no folder') from None
        raise click.UsageError(f'{file} is there already and is left as it is; name another file') from None
    except OSError as error:
        raise ConfigError(f'{file}: {reason(error)}; as root, or with the name of another file, or - to see '
                          'it') from None
    with open(handle, 'w', encoding='utf-8') as out:
        out.write(text)
    click.echo(f'Written: {file}')
    if os.path.abspath(file) != FILE:
        click.echo(f'It is read from {FILE}, or where --config {shlex.quote(file)} names it.')


def _effective(host: Any, policy: Policy) -> Iterator[Tuple[str, str, str, Any]]:
    """(name, as written, origin, as JSON) of every setting."""
    version = kubernetes(host, policy)
    setting = policy.settings['kubernetes']
    yield 'profile', policy.profile, _origin(policy, 'profile'), policy.profile
    yield 'role', policy.role, _origin(policy, 'role'), policy.role
    written = '"{}.{}"'.format(*version)
    origin = setting.origin if setting.value == version else 'the installed kubelet'
    yield 'kubernetes', written, origin, written.strip('"')
    for name, value in policy.settings.items():
        if not name.startswith('requirements.') and name not in ('profile', 'role', 'kubernetes'):
            kind = 'duration' if name in ('interval', 'master.heartbeat') else 'text'
            yield name, shown(value.value, kind), value.origin, value.value
    for one in catalogue.load_all().values():
        rule = policy.rule(one, version)
        prefix = f'requirements.{one.id}.'
        for name, word in (('mode', rule.mode), ('severity', rule.severity)):
            yield prefix + name, word, _origin(policy, prefix + name), word
        for name, option in one.defaults.items():
            yield prefix + name, shown(rule.want[name], option.kind), _origin(policy, prefix + name), rule.want[name]
    for waiver, place in policy.waivers.values():
        yield f'waivers.{waiver.requirement}', f'{waiver.reason} ({waiver.owner}, until {waiver.until})', place, \
            dict(waiver._asdict())


def _origin(policy: Policy, name: str) -> str:
    found = policy.settings.get(name)
    return found.origin if found else DEFAULT


def _commented() -> Iterator[str]:
    yield '# nodeprep: what this host should be. Every line is a default; take the # away to change it.'
    yield '# `nodeprep config check` says whether it is right, `nodeprep explain ID` what a requirement is about.'
    yield ''
    yield '# profile: docker             # docker | containerd'
    yield '# role: worker                # worker | control-plane'
    yield '# kubernetes: "1.23"          # what is wanted follows it; default: the kubelet\'s, else the profile\'s'
    yield '# labels: {rack: a1}          # for grouping in reports'
    yield '# interval: 60s               # the agent looks at least so often'
    yield '# windows: ["Sat 02:00-04:00"] # when the agent may let something be fixed; default: always'
    yield '# limits: {fixes_per_day: 3}   # and how often; default: no limit'
    yield '# language: en                # en | zh_CN, what people read; default: LC_ALL, LC_MESSAGES or LANG chooses'
    yield '# textfile: /var/lib/node_exporter/textfile_collector   # metrics of the agent; default: none'
    yield '# master: {heartbeat: 60s}    # how often the agent asks its master; `nodeprep join` says which one'
    yield '#                             # supplies: [network, hosts]  takes peers and entries from it; default: none'
    yield '#'
    yield '# Each requirement also takes  mode: ignore | report | approve | fix  (default report; approve and fix'
    yield '# let the agent have it mended) and  severity: required | advised.'
    yield '# requirements:'
    for one in catalogue.load_all().values():
        yield f'#   {one.id}:  # {one.title}'
        yield '#     mode: report'
        for name, option in one.defaults.items():
            about = option.kind + (f'; {option.help}' if option.help else '')
            yield f'#     {name}: {shown(option.default, option.kind)}  # {about}'
    yield '#'
    yield '# Exceptions that somebody answers for; shown as waived, never as met.'
    yield '# waivers:'
    yield '#   - {requirement: disk, reason: "lab host", owner: ops@example.com, until: 2027-01-31}'
