"""nodeprep completion: scripts for bash, zsh and fish, written out in full.

click's own bash completion needs Bash 4.4 (CentOS 7 has 4.2) and starts Python at every Tab; these do neither.

A command is as many of the first words as are one, and its path is those with a blank before each: ' master report'.
"""
import click

from nodeprep.cli.completing import FILES, FOLDERS, Command, Value, commands
from nodeprep.typed import Dict, Iterator, List, Optional, Tuple


@click.command()
@click.argument('shell', type=click.Choice(['bash', 'zsh', 'fish']))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script for a shell: bash, zsh or fish.

    To have it in every shell of this host, for bash:

    \b
    nodeprep completion bash > /usr/share/bash-completion/completions/nodeprep
    """
    group = ctx.find_root().command
    assert isinstance(group, click.Group)
    click.echo('\n'.join({'bash': _bash, 'zsh': _zsh, 'fish': _fish}[shell](list(commands(group)))))


def _bash(known: List[Command]) -> Iterator[str]:
    yield '# bash completion for nodeprep'
    yield '_nodeprep() {'
    yield '    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} at= next words='
    yield '    for next in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do'
    yield from _deeper(known)
    yield '    done'
    yield '    case "$at $previous" in'
    for value, where in _values(known):
        what = {FILES: 'COMPREPLY=($(compgen -f -- "$current")); return',
                FOLDERS: 'COMPREPLY=($(compgen -d -- "$current")); return',
                '': f'words="{" ".join(value.words)}"'}.get(value.kind, 'return')
        yield f'        {"|".join(where)}) {what} ;;'
    yield '        *) case "$at" in'
    for one in known:
        files = '; [[ $current == -* ]] || { COMPREPLY=($(compgen -f -- "$current")); return; }' if one.files else ''
        yield f'            "{one.path}") words="{" ".join(one.words)}"{files} ;;'
    yield '        esac ;;'
    yield '    esac'
    yield '    COMPREPLY=($(compgen -W "$words" -- "$current"))'
    yield '}'
    yield 'complete -F _nodeprep nodeprep'


def _zsh(known: List[Command]) -> Iterator[str]:
    yield '#compdef nodeprep'
    yield '_nodeprep() {'
    yield '    local at= next'
    yield '    for next in "${(@)words[2,CURRENT-1]}"; do'
    yield from _deeper(known)
    yield '    done'
    yield '    case "$at ${words[CURRENT-1]}" in'
    for value, where in _values(known):
        what = {FILES: '_files; return', FOLDERS: '_files -/; return',
                '': f'compadd -- {" ".join(value.words)}; return'}.get(value.kind, 'return')
        yield f'        {"|".join(where)}) {what} ;;'
    yield '    esac'
    yield '    case "$at" in'
    for one in known:
        yield f'        "{one.path}") compadd -- {" ".join(one.words)}{"; _files" if one.files else ""} ;;'
    yield '    esac'
    yield '}'
    yield 'compdef _nodeprep nodeprep'


def _deeper(known: List[Command]) -> Iterator[str]:
    yield '        case "$at $next" in'
    yield f'            {"|".join(_quoted(one.path) for one in known if one.path)}) at="$at $next" ;;'
    yield '            *) break ;;'
    yield '        esac'


def _values(known: List[Command]) -> List[Tuple[Value, List[str]]]:
    """The options that take the same, with the patterns for a path and one of them behind it."""
    found: Dict[Tuple[str, Tuple[str, ...]], List[str]] = {}
    for one in known:
        for value in one.values:
            found.setdefault((value.kind, value.words), []).extend(
                _quoted(f'{one.path} {name}') for name in value.names)
    return [(Value((), *what), where) for what, where in found.items()]


def _quoted(text: str) -> str:
    return f'"{text}"'


def _fish(known: List[Command]) -> Iterator[str]:
    yield 'function __nodeprep_at'
    yield "    set -l at ''"
    yield '    set -l given (commandline -opc)'
    yield '    set -e given[1]'
    yield '    for next in $given'
    yield f'        contains -- "$at $next" {" ".join(_quoted(one.path) for one in known if one.path)}; or break'
    yield '        set at "$at $next"'
    yield '    end'
    yield '    test "$at" = "$argv[1]"'
    yield 'end'
    yield 'complete -c nodeprep -f'
    for one in known:
        begin = f"complete -c nodeprep -n '__nodeprep_at {_quoted(one.path)}'"
        taken = {name: value for value in one.values for name in value.names}
        plain = [word for word in one.words if not word.startswith('-')]
        if plain:
            yield f'{begin} -a "{" ".join(plain)}"'
        if one.files:
            yield f'{begin} -F'
        for name in one.words:
            if name.startswith('--'):
                value = taken.get(name)
                short = [other[1] for other in value.names if len(other) == 2] if value else []
                yield f'{begin} -l {name[2:]}' + ''.join(f' -s {letter}' for letter in short) + _fish_value(value)


def _fish_value(value: Optional[Value]) -> str:
    if value is None:
        return ''
    if value.words:
        return f' -x -a "{" ".join(value.words)}"'
    return {FILES: ' -r -F', FOLDERS: " -x -a '(__fish_complete_directories)'"}.get(value.kind, ' -x')
