"""Texts that are not UTF-8, as a disk or a hand leaves them in a file of SQLite: they end no page, no report and no
job, are shown with what is odd in them written out, and the doctor names them.
"""
import sqlite3

import pytest

from nodeprep.master.api.routes import routes
from nodeprep.master.http.app import App
from nodeprep.master.http.routes import Table
from nodeprep.master.store import approvals, covering, doctor, kept, schema
from tests.master.asking import Asking
from tests.master.web.browsing import NOW, parsed, text_of
from tests.master.web.test_pages import PAGES

ODD = "CAST({0} || x'ff' AS TEXT)"
ANSWERS = ('/v1/nodes', '/v1/nodes/drifted', '/v1/nodes/drifted/history', '/v1/drift', '/v1/drift?kind=waived',
           '/v1/approvals', '/v1/waivers?state=all', '/v1/clones', '/v1/audit', '/v1/compliance', '/v1/fixes?since=90d')
SOME = ('/', '/?group=label:rack', '/nodes/drifted', '/drift', '/drift?show=waived', '/approvals', '/fixes', '/waivers',
        '/clones', '/compliance', '/audit')
# What only says something.
WORDS = ('node.kernel', 'node.os_name', 'node.agent_version', 'node.config_problem', 'node.summary', 'label.value',
         'identity.value', 'pulse.fights', 'pulse.note', 'state.says', 'state.title', 'state.now', 'state.waiver',
         'transition.was', 'report.report_id', 'approval.plan', 'approval.reason', 'waiver.reason', 'waiver.owner',
         'audit.who', 'audit.detail', 'fix.why', 'fix.who', 'fix.result', 'fix.undone_by')
# What something is looked up, counted or chosen by.
KEYS = ('node.name', 'node.standing', 'node.head', 'node.machine_id', 'label.name', 'state.requirement',
        'state.outcome', 'state.told', 'node.shown_digest', 'transition.outcome', 'approval.id',
        'approval.digest', 'approval.state', 'waiver.scope_kind', 'waiver.until', 'waiver.requirement',
        'presence.what', 'fix.requirement', 'fix.how', 'meta.value')


@pytest.fixture
def spoilt(full):
    """Spoils some columns of all rows, behind the back of the master."""
    if full.store.dialect.name != 'sqlite':
        pytest.skip('PostgreSQL keeps no such text')
    full.store.do(lambda cursor: covering.reapply(cursor, NOW))

    def spoil(*names):
        path = full.store.read(lambda cursor: cursor.all('PRAGMA database_list'))[0][2]
        file = sqlite3.connect(path)
        for table, _, column in (name.partition('.') for name in names):
            where = " WHERE key <> 'schema'" if table == 'meta' else ''
            assert file.execute(f'UPDATE {table} SET {column} = {ODD.format(column)}{where}').rowcount, table
        file.commit()
        file.close()
        return full
    return spoil


def ask_all(site, pages=PAGES):
    admin = site.browser('admin')
    for path in pages:
        answer = admin.ask('GET', path, headers={'accept': 'text/html'})
        assert answer.status < 500, (path, site.lines)
        parsed(answer)
    app = App(site.master, Table(routes()))
    for path in ANSWERS:
        assert Asking(app, site.tokens['admin']).get(path).status < 500, (path, site.lines)


def test_pages_answers_reports_and_jobs_go_on_with_words_that_are_no_text(spoilt):
    site = spoilt(*WORDS)
    ask_all(site)
    assert 'is turned on; wanted: swap as wanted\\xff' in text_of(parsed(site.browser('admin').get('/drift')))
    number = site.store.read(approvals.waiting)[0]['id']
    with pytest.raises(ValueError, match='cannot be read'):
        site.store.do(lambda cursor: approvals.decide(cursor, number, 'approved', 'ada', NOW, NOW + 60))
    for name in site.fleet.hosts:
        site.fleet.hosts[name].set('swap', 'drifted', found='anew')
        site.fleet.tell(name)
    assert 'anew' in text_of(parsed(site.browser('admin').get('/nodes/fit')).find('.//main'))


@pytest.mark.parametrize('name', KEYS)
def test_pages_answers_reports_and_jobs_go_on_with_a_key_that_is_no_text(spoilt, name):
    site = spoilt(name)
    ask_all(site, SOME)
    list(covering.settle(site.store, NOW + 60))
    for host in site.fleet.hosts:
        site.fleet.hosts[host].set('swap', 'drifted', found='anew')
        site.fleet.tell(host)
    assert site.rows("SELECT COUNT(*) FROM state WHERE requirement = 'swap' AND says LIKE '%anew%'") == [
        (len(site.fleet.hosts),)]


def test_a_write_that_meets_one_is_done_once_and_takes_nobody_along(spoilt):
    site = spoilt('state.says')
    told = []

    def look(cursor):
        told.append(cursor.all("SELECT says FROM state WHERE outcome = 'drifted'"))
        cursor.run("INSERT INTO meta (key, value) VALUES (?, ?)", (f'look {len(told)}', ''))
        return len(told[-1])
    both = [site.store.submit(look), site.store.submit(lambda cursor: cursor.one('SELECT COUNT(*) FROM node')[0])]
    assert [one.result(30) for one in both] == [6, 9]
    assert site.rows("SELECT key FROM meta WHERE key LIKE 'look%'") == [('look 1',)]
    assert all(row[0].endswith('\\xff') for row in told[0])


def test_what_is_wrong_otherwise_is_not_done_again(site):
    tried = []

    def wrong(cursor):
        tried.append(1)
        return cursor.all('SELECT 1 FROM nowhere')
    for way in (site.store.read, site.store.do):
        with pytest.raises(Exception, match='nowhere'):
            way(wrong)
    assert len(tried) == 2


def test_the_doctor_names_each_row_and_column_with_its_node(spoilt):
    site = spoilt('state.says', 'waiver.owner', 'meta.value')
    seen = {one.what: one.wrong for one in site.store.read(lambda cursor: list(doctor.look(cursor)))}
    wrong = seen['all texts are UTF-8']
    count, = site.rows("SELECT COUNT(*) FROM state WHERE says <> ''")[0]
    number, = site.rows("SELECT s.rowid FROM state s JOIN node n ON n.id = s.node WHERE n.name = 'booting' "
                        "AND requirement = 'selinux'")[0]
    assert f'state, row {number} (of booting): says is not UTF-8' in wrong
    assert [one for one in wrong if one.startswith('waiver')] == ['waiver, row 1 (of waived): owner is not UTF-8']
    assert len([one for one in wrong if one.startswith('state')]) == 20 < count
    assert [one for one in wrong if one.startswith('meta')]


def test_the_doctor_takes_texts_of_all_scripts_for_texts(full):
    if full.store.dialect.name != 'sqlite':
        pytest.skip('it asks SQLite alone')
    for text in ('\u8282\u70b9', 'a\nb\t', '\U0001f600', 'a\0\u00e9', ''):
        full.store.do(lambda cursor, text=text: cursor.run('UPDATE state SET says = ?', (text,)))
        assert [one for table in schema.TABLES for one in full.store.read(
            lambda cursor, table=table: list(doctor._no_texts(cursor, table)))] == []
    full.store.do(lambda cursor: cursor.run("UPDATE state SET says = CAST(x'6100ff' AS TEXT) WHERE node = 1"))
    assert full.store.read(lambda cursor: list(doctor._no_texts(cursor, 'state')))


def test_what_is_odd_is_written_out():
    assert kept.text(b'a\xffb') == 'a\\xffb' and kept.text('\u8282'.encode()) == '\u8282'
