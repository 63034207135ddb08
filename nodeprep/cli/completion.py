"""nodeprep completion: scripts for bash, zsh and fish, written out in full.

click's own bash completion needs Bash 4.4 (CentOS 7 has 4.2) and starts Python at every Tab; these do neither.
"""
import click

from nodeprep import catalogue
from nodeprep.output import FORMATS
from nodeprep.typed import Dict, Iterator, List

_TAKES_IDS = ('check', 'fix', 'explain')


@click.command()
@click.argument('shell', type=click.Choice(['bash', 'zsh', 'fish']))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script for a shell: bash, zsh or fish.

    To have it in every shell of this host, for bash:

    \b
    nodeprep completion bash > /usr/share/bash-completion/completions/nodeprep
    """
    root = ctx.find_root()
    words = _words(root)
    click.echo('\n'.join({'bash': _bash, 'zsh': _zsh, 'fish': _fish}[shell](words)))


def _words(ctx: click.Context) -> Dict[str, List[str]]:
    """What may follow each command: its subcommands, requirement ids and long options."""
    group = ctx.command
    assert isinstance(group, click.Group)
    words: Dict[str, List[str]] = {'': group.list_commands(ctx)}
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        assert command is not None
        more = list(command.commands) or command.list_commands(ctx) if isinstance(command, click.Group) else []
        if name in _TAKES_IDS:
            more += catalogue.ids()
        if name == 'completion':
            more += ['bash', 'zsh', 'fish']
        words[name] = more + [option for one in command.params for option in one.opts if option.startswith('--')]
    return words


def _bash(words: Dict[str, List[str]]) -> Iterator[str]:
    yield '# bash completion for nodeprep'
    yield '_nodeprep() {'
    yield '    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} words'
    yield '    case $previous in'
    yield f'        -o|--output) words="{" ".join(FORMATS)}" ;;'
    yield '        --role) words="worker control-plane" ;;'
    yield '        --profile) words="docker containerd" ;;'
    yield f'        --ignore) words="{" ".join(catalogue.ids())}" ;;'
    yield '        --root) COMPREPLY=($(compgen -d -- "$current")); return ;;'
    yield '        --config) COMPREPLY=($(compgen -f -- "$current")); return ;;'
    yield '        *) case ${COMP_WORDS[1]} in'
    for name, more in words.items():
        if name:
            yield f'            {name}) words="{" ".join(more)}" ;;'
    yield '        esac ;;'
    yield '    esac'
    yield f'    [ "$COMP_CWORD" -eq 1 ] && words="{" ".join(words[""])} --help --version"'
    yield '    COMPREPLY=($(compgen -W "$words" -- "$current"))'
    yield '}'
    yield 'complete -F _nodeprep nodeprep'


def _zsh(words: Dict[str, List[str]]) -> Iterator[str]:
    yield '#compdef nodeprep'
    yield '_nodeprep() {'
    yield '    case $words[CURRENT-1] in'
    yield f'        -o|--output) compadd {" ".join(FORMATS)}; return ;;'
    yield '        --role) compadd worker control-plane; return ;;'
    yield '        --profile) compadd docker containerd; return ;;'
    yield f'        --ignore) compadd {" ".join(catalogue.ids())}; return ;;'
    yield '        --root) _files -/; return ;;'
    yield '        --config) _files; return ;;'
    yield '    esac'
    yield f'    if (( CURRENT == 2 )); then compadd {" ".join(words[""])} -- --help --version; return; fi'
    yield '    case $words[2] in'
    for name, more in words.items():
        if name:
            yield f'        {name}) compadd -- {" ".join(more)} ;;'
    yield '    esac'
    yield '}'
    yield 'compdef _nodeprep nodeprep'


def _fish(words: Dict[str, List[str]]) -> Iterator[str]:
    yield 'complete -c nodeprep -f'
    yield f'complete -c nodeprep -n __fish_use_subcommand -a "{" ".join(words[""])}"'
    for name, more in words.items():
        plain = [word for word in more if not word.startswith('-')]
        when = f'-n "__fish_seen_subcommand_from {name}"'
        if name and plain:
            yield f'complete -c nodeprep {when} -a "{" ".join(plain)}"'
        for option in more:
            if name and option.startswith('--'):
                yield f'complete -c nodeprep {when} -l {option[2:]}' + _fish_values(option)


def _fish_values(option: str) -> str:
    values = {'--output': ' '.join(FORMATS), '--role': 'worker control-plane', '--profile': 'docker containerd',
              '--ignore': ' '.join(catalogue.ids())}
    if option in values:
        return f' -x -a "{values[option]}"'
    return ' -r -F' if option in ('--root', '--config') else ''
