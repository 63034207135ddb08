"""Rows that cannot be read any more: they end no page, no report and no ingest, what is gone is told, and the doctor
names them.
"""
import zlib

import pytest

from nodeprep import schema
from nodeprep.master import compliance, membership, shapes
from nodeprep.master.api.routes import routes
from nodeprep.master.http.app import App
from nodeprep.master.http.routes import Table
from nodeprep.master.store import approvals, clones, doctor, former, nodes, outbox
from nodeprep.master.store.kept import LOST
from tests.master.asking import Asking
from tests.master.fleet import Host
from tests.master.web.browsing import DAY, NOW, csrf, parsed, text_of
from tests.master.web.test_pages import PAGES

BODY = 'report.body'
TEXTS = ('node.summary', 'pulse.fights', 'state.waiver', 'approval.plan', 'audit.detail', 'former.labels')
DAMAGES = {'zeros': (b'\0' * 40, '\x01'), 'another shape': (zlib.compress(b'[{"a": 1}]'), '3'),
           'half': (zlib.compress(b'{"observations": [{"met"'), '{"a": [1, {'), 'nothing': (b'', ''),
           'deep': (zlib.compress(b'[' * 100000), '[' * 100000), 'no text': (zlib.compress(b'\xff\xfe'), '{"a": "'),
           'observations without what they are': (zlib.compress(b'{"observations": [{}], "findings": [{}]}'), '[1]')}


@pytest.fixture(params=sorted(DAMAGES))
def damaged(request, full):
    """The site with all of it damaged in one way."""
    twin = Host(2, name='twin', requirements=('swap',), start=NOW - 60)
    full.fleet.hosts['twin'] = twin
    full.fleet.ids['twin'] = full.store.do(lambda cursor: nodes.make(cursor, 'twin', NOW - 60))
    full.fleet.tell('twin')
    full.fleet.hosts['fit'].about['labels'] = {'rack': 'moved'}
    full.fleet.tell('fit')
    full.fleet.tell('drifted', after=DAY)
    full.store.do(lambda cursor: outbox.add(cursor, 'pager', ['{"events": ['], NOW))
    body, text = DAMAGES[request.param]
    for columns, value in (((BODY,), body), (TEXTS, text)):
        for one in columns:
            table, _, column = one.partition('.')
            full.store.do(lambda cursor, table=table, column=column, value=value: cursor.run(
                f'UPDATE {table} SET {column} = ?', (value,)))
    return full


def test_no_page_ends_with_it_and_what_is_gone_is_told(damaged):
    for path in PAGES:
        answer = damaged.browser('admin').ask('GET', path, headers={'accept': 'text/html'})
        assert answer.status == (404 if path in ('/nodes/nobody', '/nothing') else 200), (path, damaged.lines)
        parsed(answer)
    assert f'cannot be read: {LOST}' in text_of(parsed(damaged.browser('admin').get('/nodes/drifted')).find('.//main'))


def test_no_answer_of_the_interface_ends_with_it(damaged):
    admin = damaged.person('root', 'admin')
    app = App(damaged.master, Table(routes()))
    for path in ('/v1/nodes', '/v1/nodes/drifted', '/v1/nodes/drifted/history', '/v1/drift', '/v1/drift?kind=waived',
                 '/v1/approvals', '/v1/waivers', '/v1/clones', '/v1/audit', '/v1/fixes?since=90d'):
        assert Asking(app, admin).get(path).status == 200, (path, damaged.lines)
    tree = damaged.store.read(lambda cursor: shapes.node(cursor, 'drifted'))
    assert {one['note'] for one in tree['requirements']} == {f'What was found cannot be read: {LOST}.'}


def test_the_report_bears_it_and_says_so(damaged):
    # At the end, and at a time after which a requirement turned: the one is told by the newest report, the other by the
    # one before.
    damaged.fleet.hosts['drifted'].set('swap', 'met')
    damaged.fleet.tell('drifted')
    for until in (NOW + 3 * DAY, NOW - 60):
        tree = damaged.store.read(lambda cursor, until=until: compliance.report(
            cursor, NOW - DAY, until, NOW + 3 * DAY, evidence=True))
        assert schema.problem(dict(tree, digest='sha256:' + '0' * 64, signature=None), kind=schema.COMPLIANCE) == ''
        told = {(one['node'], one['requirement']): one['found'] for one in tree['open']}
        assert told['booting', 'selinux'] == f'what was found cannot be read: {LOST}'
        assert (('drifted', 'swap') in told) == (until < NOW)
    assert damaged.store.read(lambda cursor: former.at(cursor, NOW - DAY))


def test_nodes_go_on_reporting_and_people_go_on_deciding(damaged):
    for name in damaged.fleet.hosts:
        damaged.fleet.hosts[name].set('swap', 'drifted', found='anew')
        damaged.fleet.tell(name)
    clone, = {one['id'] for one in damaged.store.read(clones.every) if one['kind'] == 'machine_id'}
    for one in damaged.store.read(clones.every):
        damaged.store.do(lambda cursor, one=one: membership.decide(cursor, one['id'], 'keep-both', 'ada', NOW))
    assert clone and damaged.rows("SELECT COUNT(*) FROM node WHERE status = 'quarantined'") == [(0,)]
    damaged.fleet.tell('twin')
    page = text_of(parsed(damaged.browser('admin').get('/nodes/twin')).find('.//main'))
    assert 'anew' in page


def test_who_is_let_out_of_quarantine_with_a_damaged_report_is_told_by_the_next(damaged):
    for one in damaged.store.read(clones.every):
        damaged.store.do(lambda cursor, one=one: membership.decide(cursor, one['id'], 'keep-both', 'ada', NOW))
    twin = damaged.fleet.ids['twin']
    assert damaged.rows('SELECT COUNT(*) FROM state WHERE node = ?', twin) == [(0,)]
    damaged.fleet.tell('twin')
    assert damaged.rows('SELECT COUNT(*) FROM state WHERE node = ?', twin) == [(1,)]


def test_nobody_approves_a_plan_that_cannot_be_shown(damaged):
    waits = damaged.store.read(approvals.waiting)
    assert waits
    with pytest.raises(ValueError, match='cannot be read'):
        damaged.store.do(lambda cursor: approvals.decide(cursor, waits[0]['id'], 'approved', 'ada', NOW, NOW + 60))
    ann = damaged.browser('approver')
    page = parsed(ann.get('/approvals'))
    assert 'The plan cannot be read' in text_of(page.find('.//main'))
    assert not [one for one in page.iter('button') if one.get('value') == 'approve']
    answer = ann.submit('/approvals', {'csrf': csrf(ann), 'do': 'approve', 'id': waits[0]['id'],
                                       'digest': waits[0]['digest']})
    assert answer.status < 500
    assert {one['state'] for one in damaged.store.read(approvals.waiting)} == {'proposed'}
    damaged.store.do(lambda cursor: approvals.decide(cursor, waits[0]['id'], 'denied', 'ada', NOW))


def test_the_doctor_names_each(damaged):
    seen = {one.what: one.wrong for one in damaged.store.read(lambda cursor: list(doctor.look(cursor)))}
    wrong = seen['what is kept as JSON can be read']
    for words in ('fit: the summary of its last report', 'fit: what it was before',
                  'what it says of its fights', 'its own waiver of swap', 'about swap cannot be read',
                  'of the audit log cannot be read', 'to pager cannot be read'):
        assert any(words in one for one in wrong), words
    chains = next(wrong for what, wrong in seen.items() if 'as they were taken' in what)
    assert 'fit: report 1 is not what was taken' in chains
