"""What a person who looks at a fleet sees: on the master's page, by its interface, and in its compliance report."""
import html
import json
import re

from nodeprep import epoch
from tests.lab.agency import status
from tests.lab.collecting import asked
from tests.lab.fleet import MASTER, NODES, each


class Observer:
    """Somebody who may see all, at the master of a fleet."""

    def __init__(self, nodes):
        """`nodes`: {name: Node}; the master serves."""
        self.nodes = nodes
        self.master, self.five = nodes[MASTER], [nodes[name] for name in NODES]
        self.token = self.master.ask('nodeprep', 'master', 'user', 'create', 'ann', '--role', 'admin').strip()

    def got(self, path):
        """A page, or what the interface answers."""
        code, text = asked(self.master, path, self.token)
        assert code == 200, (path, code, text)
        return json.loads(text) if path.startswith('/v1/') else text

    def standings(self):
        """{node: how it stands}"""
        return {one['name']: one['standing'] for one in self.got('/v1/nodes')['nodes']}

    def drifted(self):
        """[(node, requirement)] of what is not met, what has been so for longest first."""
        return [(one['node'], one['requirement']) for one in self.got('/v1/drift')['drift']]

    def waiting(self):
        """{(node, requirement): how many changes} of the plans that wait for an answer."""
        return {(one['node'], one['requirement']): len(one['plan']['changes'])
                for one in self.got('/v1/approvals')['approvals']}

    def past(self, node, requirement):
        """[(state, since when)] of a requirement of a node, the oldest first; in whole seconds since 1970."""
        told = self.got(f'/v1/nodes/{node}/history?requirement={requirement}')['transitions']
        return [(one['outcome'], epoch.of(one['at'])) for one in reversed(told)]

    def fixed(self):
        """[(node, requirement)] of the fixes that somebody approved, as the compliance report tells them."""
        return sorted((one['node'], one['requirement']) for one in self.got('/v1/compliance?since=1d')['changes']
                      if one['what'] == 'fix' and 'as agreed' in one['detail'])

    def in_vain(self, node):
        """How many connections of a node were refused or not answered: tcpAttemptFails of RFC 4022."""
        heads, values = [line.split() for line in self.nodes[node].read('/proc/net/snmp').splitlines()
                         if line.startswith('Tcp:')]
        return int(values[heads.index('AttemptFails')])

    def missing(self):
        """{node: why} of those whose agent has something to tell that the master does not have."""
        found = {}
        for one, told in zip(self.five, each(self.five, status)):
            has, spool = self.got('/v1/nodes/' + one.name)['sequence'], told['spool']
            if told['master']['problem'] or spool['waiting'] or has != spool['sequence']:
                found[one.name] = told['master']['problem'], spool, has
        return found


def gist(tree):
    """What a compliance report tells beside how long each was met, short enough to be compared with what happened."""
    rows = [(node['name'], name, row) for node in tree['nodes'] for name, row in node['requirements'].items()]
    return {
        'standings': {one['name']: one['standing'] for one in tree['nodes']},
        'drifts': {(node, name): row['drifts'] for node, name, row in rows if row['drifts']},
        'not met': {(node, name, kind) for node, name, row in rows for kind in ('drifted', 'unknown')
                    if row['seconds'].get(kind)},
        'ended': sorted((one['node'], one['requirement'], one['then']) for one in tree['ended']),
        'silent': {node['name'] for node in tree['nodes'] if node['seconds'].get('silent')},
        'silent at the end': [one['node'] for one in tree['silent']],
        'clones': [(one['later'], one['first'], one['kind'], one['decision']) for one in tree['clones']],
        'changes': sorted((one['what'], 'token' if one['who'].startswith('token ') else one['who'], one['node'],
                           one['requirement']) for one in tree['changes']),
        'else': {name: tree[name] for name in ('open', 'reboot', 'fights', 'waivers', 'gaps') if tree[name]}}


def tables(page):
    """{id: rows} of the tables of a compliance report as a page; a row is the texts of its cells."""
    found = {}
    for part in page.split('<h2 id="')[1:]:
        rows = re.findall('<tr><th scope="row">(.*?)</tr>', part)
        found[part.partition('"')[0]] = [[html.unescape(re.sub('<[^>]*>', '', cell)).strip()
                                          for cell in re.split('<td[^>]*>', row)] for row in rows]
    return found
