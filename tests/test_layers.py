"""Imports point down the page of the house: no circles, no shortcut past the seam."""
import ast
import os

import nodeprep

TOP = os.path.dirname(nodeprep.__file__)

# room -> what of ours it may import, beside what EVERYBODY may. Longer names win.
EVERYBODY = ('epoch', 'record', 'typed')
ALLOWED = {
    'nodeprep.epoch': (),
    'nodeprep.record': (),
    'nodeprep.typed': (),
    'nodeprep.model': (),
    'nodeprep.wanted': (),
    'nodeprep.text': (),
    'nodeprep.config': ('text',),
    'nodeprep.schema': (),
    'nodeprep.chain': (),
    'nodeprep.cahash': (),
    'nodeprep.compliance': ('cahash', 'chain', 'compliance', 'model', 'schema', 'text', 'wanted'),
    'nodeprep.members': ('text',),
    'nodeprep.host': ('model', 'host'),
    'nodeprep.linux': ('model', 'linux'),
    'nodeprep.requirements': ('model', 'wanted', 'linux'),
    'nodeprep.language': ('language',),
    'nodeprep.catalogue': ('model',),
    'nodeprep.profiles': (),
    'nodeprep.settings': ('catalogue', 'config', 'language', 'model', 'text', 'wanted'),
    'nodeprep.policy': ('config', 'model', 'settings', 'text'),
    'nodeprep.ignore': ('model', 'text'),
    'nodeprep.report': ('ignore', 'model', 'schema', 'text', '__version__'),
    'nodeprep.image': ('model',),
    'nodeprep.plandigest': ('model', 'report', 'text'),
    'nodeprep.engine': ('image', 'model'),
    'nodeprep.lock': ('host', 'model'),
    'nodeprep.plan': ('engine', 'host', 'linux', 'model', 'report', 'text'),
    'nodeprep.journal': ('host', 'journal', 'linux', 'model', '__version__'),
    'nodeprep.enforce': ('engine', 'host', 'journal', 'linux', 'model', 'plan'),
    'nodeprep.round': ('catalogue', 'engine', 'ignore', 'linux', 'model', 'policy', 'report', 'text'),
    'nodeprep.stopping': (),
    'nodeprep.fixes': ('enforce', 'journal', 'linux', 'model', 'plan', 'policy', 'round', 'stopping'),
    'nodeprep.output': ('compliance', 'journal', 'language', 'model', 'output', 'report', 'text'),
    'nodeprep.cli': ('agent', 'cahash', 'catalogue', 'cli', 'compliance', 'config', 'enforce', 'fixes', 'host',
                     'journal', 'language', 'linux', 'lock', 'master', 'model', 'output', 'plan', 'policy', 'round',
                     'stopping', 'text', 'wanted', '__version__'),
    'nodeprep.agent': ('agent', 'chain', 'model', 'report', 'round', 'policy', 'host', 'text'),
    # The host's own report, which is made when it is asked for.
    'nodeprep.agent.account': ('agent', 'compliance', 'model', '__version__'),
    'nodeprep.agent.remembered': ('compliance',),
    'nodeprep.agent.processes': ('__version__',),
    # The loop's own: what it looks at, what it says and to whom.
    'nodeprep.agent.assembly': ('agent', 'config', 'host', 'model', 'policy'),
    'nodeprep.agent.desk': ('agent', 'model', 'output', 'round'),
    'nodeprep.agent.joining': ('agent', 'cahash', 'host', 'model', '__version__'),
    'nodeprep.agent.looking': ('agent', 'catalogue', 'model', 'report', 'round'),
    'nodeprep.agent.loop': ('agent', 'config', 'model'),
    'nodeprep.agent.orders': ('agent', 'config', 'policy', 'settings'),
    'nodeprep.agent.packing': ('model',),
    'nodeprep.agent.scouts': ('agent', 'engine', 'host', 'model'),
    'nodeprep.agent.status': ('agent', 'model', 'output', '__version__'),
    'nodeprep.agent.roster': ('agent', 'host', 'members', 'model'),
    'nodeprep.agent.supplied': ('agent', 'model', 'output', 'policy', 'settings'),
    'nodeprep.agent.contact': ('agent', 'engine', 'output'),
    'nodeprep.agent.textfile': ('agent', 'model', 'output'),
    # What decides whether the hand may act, which begins with what was done before.
    'nodeprep.agent.past': ('journal', 'model'),
    'nodeprep.agent.proposal': ('agent', 'fixes', 'model', 'plan', 'report'),
    'nodeprep.agent.proposals': ('agent', 'model', 'plan', 'plandigest', 'report'),
    'nodeprep.agent.packagers': ('linux', 'model'),
    'nodeprep.agent.suspects': ('agent', 'linux', 'model', 'plan'),
    'nodeprep.agent.hand': ('agent', 'enforce', 'fixes', 'journal', 'lock', 'model', 'plan', 'policy', 'report',
                            'round'),
    'nodeprep.agent.allow': ('agent', 'enforce', 'model', 'plan', 'plandigest'),
    # What reaches the master: under which name, and through which proxy, which is chosen as container engines do it.
    'nodeprep.agent.transport': ('agent', 'host', 'model', '__version__'),
    'nodeprep.agent.proxy': ('host', 'linux'),
    'nodeprep.master': ('cahash', 'catalogue', 'chain', 'compliance', 'config', 'language', 'master', 'members',
                        'model', 'output', 'plandigest', 'report', 'schema', 'text', 'wanted', '__version__'),
    # Which identities are nobody's own, text alone.
    'nodeprep.master.fleet': ('language', 'linux', 'master', 'members'),
    'nodeprep.__main__': ('cli',),
    'nodeprep': (),
}
# What only the seam may import.
OF_THE_SEAM = {'jeepney', 'subprocess', 'socket', '_socket', 'ssl', '_ssl', 'psutil', 'ctypes', '_ctypes',
               'http', 'urllib', 'smtplib', 'sh'}
# `distro` reads release files alone, below the root that it is given; of `_socket` inet_pton and inet_ntop are used,
# which write an address in another form and open nothing; `urllib.parse` and `http.HTTPStatus` are words alone.
# The master serves by a library, to which it gives `ssl` contexts and listening sockets.
ELSEWHERE = {('nodeprep.linux.release', 'distro'), ('nodeprep.linux.sockets', '_socket'),
             ('nodeprep.linux.hostsfile', '_socket'), ('nodeprep.linux.interfaces', '_socket'),
             ('nodeprep.master.http.app', 'urllib'), ('nodeprep.master.http.outgoing', 'http'),
             ('nodeprep.master.http.problem', 'http'),
             ('nodeprep.master.http.request', 'urllib'), ('nodeprep.master.http.routes', 'urllib'),
             ('nodeprep.master.notify', 'socket'),
             ('nodeprep.master.delivery.mail', 'smtplib'), ('nodeprep.master.delivery.mail', 'socket'),
             ('nodeprep.master.delivery.mail', 'ssl'),
             ('nodeprep.master.keys', 'ssl'), ('nodeprep.master.posting', 'http'), ('nodeprep.master.posting', 'ssl'),
             ('nodeprep.master.posting', 'urllib'), ('nodeprep.master.server', 'socket'),
             ('nodeprep.master.scribe', 'socket'), ('nodeprep.master.store.sqlite', 'urllib'),
             ('nodeprep.master.web.forms', 'urllib'), ('nodeprep.master.web.query', 'urllib'),
             ('nodeprep.master.web.session', 'urllib')}


def modules():
    for folder, _, names in os.walk(TOP):
        for name in names:
            if name.endswith('.py'):
                path = os.path.join(folder, name)
                dotted = os.path.relpath(path, os.path.dirname(TOP))[:-3].replace(os.sep, '.')
                yield dotted[:-len('.__init__')] if dotted.endswith('.__init__') else dotted, path


def imports(path):
    with open(path, encoding='utf-8') as file:
        tree = ast.parse(file.read(), path)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f'{path}:{node.lineno}: relative import'
            for alias in node.names:
                yield f'{node.module}.{alias.name}'


def room(module):
    return max((name for name in ALLOWED if module == name or module.startswith(name + '.')), key=len)


def test_imports_point_down():
    wrong = []
    for module, path in modules():
        allowed = ALLOWED[room(module)]
        for imported in imports(path):
            if imported.split('.')[0] == 'nodeprep' and imported.split('.')[1] not in allowed + EVERYBODY:
                wrong.append(f'{module} imports {imported}')
    assert not wrong


def test_only_the_seam_reaches_the_machine():
    wrong = []
    for module, path in modules():
        for imported in imports(path):
            first = imported.split('.')[0]
            if first in OF_THE_SEAM | {'distro'} and room(module) != 'nodeprep.host' \
                    and (module, first) not in ELSEWHERE:
                wrong.append(f'{module} imports {imported}')
    assert not wrong


def test_nobody_loads_typing():
    """It costs a seventh of a check; nodeprep.typed has its names."""
    assert [module for module, path in modules() if module not in ('nodeprep.typed', 'nodeprep.record')
            and any(imported.split('.')[0] == 'typing' for imported in imports(path))] == []


def test_every_room_exists():
    known = {module for module, _ in modules()}
    assert all(any(module == name or module.startswith(name + '.') for module in known) for name in ALLOWED)
