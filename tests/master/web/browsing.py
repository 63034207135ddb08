"""A master with a small fleet of every kind, and browsers of people of each role, without a socket."""
import html5lib

from nodeprep.master import secret
from nodeprep.master.context import Master
from nodeprep.master.http.app import App
from nodeprep.master.http.routes import Table
from nodeprep.master.settings import Settings
from nodeprep.master.store import known, nodes, people, waivers
from nodeprep.master.web import routes
from nodeprep.master.web.pages import sign
from tests.master.asking import Asking
from tests.master.fleet import Host, plan, stamp
from tests.master.small import Clock, Here

NOW = 1700000000.0        # 2023-11-14 22:13:20 UTC
HOUR, DAY = 3600.0, 86400.0
SCRIPT = '<script>alert(1)</script>'
EVIL = '"><img src=x onerror=alert(1)>{{7*7}}\'\u202e'
NAMES = ('bridge', 'disk', 'docker', 'ports', 'selinux', 'swap', 'time-sync')


class Site:
    """The application over a store, at a time that stands still until it is moved."""

    def __init__(self, store):
        self.store, self.clock, self.lines = store, Clock(NOW), []
        self.master = Master(Settings(), store, None, self.clock, Clock(1000.0), Here(), known, self.lines.append)
        self.app = App(self.master, Table(routes.ROUTES), lambda problem, request: sign.problem(
            problem, request, self.clock()))
        self.tokens = {}

    def person(self, name, role):
        token = self.tokens[name] = secret.made(secret.PERSON)
        self.store.do(lambda cursor: people.create(cursor, people.Person(
            name, secret.hashed(token), role, self.clock(), None, 'test')))
        return token

    def browser(self, role='viewer', name=''):
        """Somebody who has signed in."""
        name = name or role
        if name not in self.tokens:
            self.person(name, role)
        asking = Asking(self.app)
        answer = asking.submit('/sign-in', {'token': self.tokens[name]})
        assert answer.status == 303 and answer.headers['location'] == '/'
        return asking

    def rows(self, sql, *args):
        return self.store.read(lambda cursor: cursor.all(sql, args))


class Fleet:
    """Hosts by what is the matter with them. All joined a day ago and reported an hour ago."""

    def __init__(self, store):
        self.store, self.hosts, self.ids = store, {}, {}

    def join(self, name, number, fixes=(), **drifts):
        host = self.hosts[name] = Host(number, name=name, requirements=NAMES, start=NOW - HOUR - 60)
        for requirement, how in drifts.items():
            host.set(requirement.replace('_', '-'), **how)
        self.ids[name] = self.store.do(lambda cursor: nodes.make(cursor, name, NOW - DAY))
        self.tell(name, **({'fixes': list(fixes)} if fixes else {}))
        return host

    def tell(self, name, **more):
        host = self.hosts[name]
        taken = self.store.reports(self.ids[name], [host.report(**more)], host.now).result(30)
        assert not taken.refused, taken
        self.store.beat(self.ids[name], host.beat(), host.now).result(30)


def fixed(begun, requirement='swap', number=1, how='policy', who='/etc/nodeprep/nodeprep.yaml:3', undone=None,
          approval='', **more):
    """What a report tells of a fix; times in seconds since 1970."""
    return dict({'transaction': f'{number:06}', 'requirement': requirement, 'begun': stamp(begun), 'result': 'done',
                 'why': '', 'by': {'how': how, 'who': who, 'approval': approval},
                 'undone': stamp(undone) if undone else '', 'undone_by': ''}, **more)


def fleet(store):
    """Nine nodes: fit, drifted, drifted at boot, unknown, two with one plan, waived, silent, and a hostile name. Some
    tell of fixes: by mode fix, by hand, and one that is hostile too.
    """
    made = Fleet(store)
    made.join('fit', 1, [fixed(NOW - 2 * DAY),
                         fixed(NOW - 40 * DAY, 'disk', 2, undone=NOW - 39 * DAY, undone_by='bob')])
    made.join('drifted', 2, [fixed(NOW - 3 * HOUR, 'swap', 1, 'person', 'bob', result='failed',
                                   why='/dev/sda2 is used: swapoff failed with 4')],
              swap=dict(state='drifted', found='/dev/sda2 is turned on'),
              bridge=dict(state='unknown', found='permission denied'))
    made.join('booting', 3, selinux=dict(state='drifted', now='met'))
    made.join('untold', 4, docker=dict(state='unknown'))
    for number in (5, 6):
        made.join(f'proposing{number}', number, swap=dict(state='drifted', mode='approve', changes=plan()))
    made.join('waived', 7, disk=dict(state='drifted'))
    made.join('away', 8, ports=dict(state='drifted'))
    made.join(f'{SCRIPT}{EVIL}/..', 9, [fixed(
        NOW - 2 * HOUR, 'disk', 3, 'approval', SCRIPT + EVIL, NOW - HOUR, EVIL, transaction=EVIL, result=SCRIPT + EVIL,
        why=SCRIPT + EVIL, undone_by=EVIL)], time_sync=dict(state='drifted', found=SCRIPT + EVIL))
    store.do(lambda cursor: waivers.add(cursor, 'node', 'waived', 'disk', f'small {SCRIPT}', f'ops {EVIL}',
                                        '2023-12-24', 'ada', NOW))
    store.do(lambda cursor: nodes.silent(cursor, made.ids['away'], NOW - 1800))
    return made


def parsed(answer):
    """The page as a tree. html5lib raises at the first thing that HTML calls an error."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(answer.text)


def text_of(element):
    """All the text in it, blanks as one."""
    return ' '.join(' '.join(element.itertext()).split())


def buttons(element):
    """What can be pressed in it."""
    return [text_of(part) for part in element.iter('button') if part.get('disabled') is None]


def csrf(asking, path='/approvals'):
    """What a form of this session has to bring along."""
    return parsed(asking.get(path)).find('.//input[@name="csrf"]').get('value')
