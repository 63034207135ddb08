"""man.py FOLDER MOMENT PATH...: writes a manual page for each command, made of its help, into FOLDER.

It is run by a Python that has only PATH beside its own library: nodeprep's code and what it is bundled with.
"""
import gzip
import os
import re
import sys
import time

sys.path += sys.argv[3:]

import click  # noqa: E402  # it is found by the line above

from nodeprep import __version__  # noqa: E402
from nodeprep.cli.group import cli  # noqa: E402

FILES = (('/etc/nodeprep/nodeprep.yaml', 'The configuration; /etc/nodeprep/nodeprep.d/*.yaml overlay it.'),
         ('/var/lib/nodeprep', 'The journal of what was changed, reports that no master has yet.'),
         ('/etc/nodeprep/master.yaml, /var/lib/nodeprep-master', 'Configuration and data of the master.'))


def main(folder, moment):
    """nodeprep(8), and nodeprep-COMMAND(8) for each, also of those below `config` and `master`."""
    top = click.Context(cli, info_name='nodeprep')
    _write(folder, moment, 'nodeprep', cli, top, _listed(cli, top, 'nodeprep'))
    _each(folder, moment, 'nodeprep', cli, top)


def _each(folder, moment, above, group, context):
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        inner = click.Context(command, parent=context, info_name=name)
        page = f'{above}-{name}'
        below = _listed(command, inner, page) if isinstance(command, click.Group) else []
        _write(folder, moment, page, command, inner, below)
        if below:
            _each(folder, moment, page, command, inner)


def _listed(group, context, page):
    lines = ['.SH COMMANDS']
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        about = command.get_short_help_str(200)
        lines += ['.TP', f'.BR {_plain(page)}\\-{_plain(name)} (8)', _plain(about)]
    return lines


def _write(folder, moment, page, command, context, below):
    about = command.get_short_help_str(200).rstrip('.')
    day = time.strftime('%Y-%m-%d', time.gmtime(moment))
    lines = [f'.TH {_plain(page).upper()} 8 {day} "nodeprep {__version__}" "System administration"', '.SH NAME',
             f'{_plain(page)} \\- {_plain(about)}', '.SH SYNOPSIS',
             f'.B {_plain(context.command_path)}', _plain(' '.join(command.collect_usage_pieces(context))),
             '.SH DESCRIPTION']
    lines += _paragraphs(command.help or '')
    options = [one.get_help_record(context) for one in command.get_params(context)]
    if any(options):
        lines.append('.SH OPTIONS')
        for record in options:
            if record:
                lines += ['.TP', f'.B {_plain(record[0])}', _plain(record[1])]
    lines += below + ['.SH FILES']
    for path, what in FILES:
        lines += ['.TP', f'.I {_plain(path)}', _plain(what)]
    lines += ['.SH SEE ALSO', 'The files in', '.I /usr/share/doc/nodeprep']
    if page != 'nodeprep':
        lines += ['and', f'.BR {_plain(page.rpartition("-")[0])} (8)']
    # As gzip -n: neither name nor time in it.
    with open(os.path.join(folder, page + '.8.gz'), 'wb') as raw, \
            gzip.GzipFile(filename='', mode='wb', fileobj=raw, mtime=0) as file:
        file.write(('\n'.join(lines) + '\n').encode())


def _paragraphs(text):
    lines = []
    for paragraph in text.replace('\b\n', '').split('\n\n'):
        if lines:
            lines.append('.PP')
        lines.append(_plain(' '.join(paragraph.split())))
    return lines


def _plain(text):
    r"""Text that roff does not take for a request: \ and - escaped, no dot or quote at the beginning."""
    text = ' '.join(str(text).split()).replace('\\', '\\(rs').replace('-', '\\-')
    return re.sub(r"^([.'])", r'\\&\1', text) or '\\&'


if __name__ == '__main__':
    main(sys.argv[1], int(sys.argv[2]))
