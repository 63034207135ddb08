"""Webhooks against a real Alertmanager: what begins, what ends, and what it knows after it was started anew."""
import contextlib
import json
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest

from nodeprep.master import webhooks
from nodeprep.master.settingvalues import Webhook
from nodeprep.master.store import open_store
from tests.master.fleet import Host
from tests.master.test_ingest import join, take
from tests.system.masterprocess import MasterProcess, Person
from tests.tiers import need

CONFIG = 'route: {receiver: nobody}\nreceivers: [{name: nobody}]\n'
PROGRAM = 'prometheus-alertmanager'


class Alertmanager:
    """One on a port that it keeps when it is started anew."""

    def __init__(self, folder):
        need('program', PROGRAM)
        self._folder, self._process = folder, None
        (folder / 'alertmanager.yml').write_text(CONFIG)
        with socket.socket() as free:
            free.bind(('127.0.0.1', 0))
            self._port = free.getsockname()[1]
        self.url = f'http://127.0.0.1:{self._port}'

    def start(self):
        with open(self._folder / 'log', 'ab') as log:
            self._process = subprocess.Popen(
                [PROGRAM, f'--config.file={self._folder}/alertmanager.yml', f'--storage.path={self._folder}/data',
                 f'--web.listen-address=127.0.0.1:{self._port}', '--cluster.listen-address='],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until(self._ready)

    def stop(self):
        if self._process:
            self._process.kill()
            self._process.wait()

    def _ready(self):
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(f'{self.url}/-/ready', timeout=5).status == 200

    def alerts(self):
        """Those that are active: {(name, node, requirement): alert}."""
        with urllib.request.urlopen(f'{self.url}/api/v2/alerts', timeout=5) as answer:
            found = json.loads(answer.read().decode())
        return {tuple(one['labels'].get(name, '') for name in ('alertname', 'node', 'requirement')): one
                for one in found}


def until(what, seconds=60, said=lambda: ''):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, f'it did not come to that: {said()}'
        time.sleep(0.1)


@pytest.fixture
def alertmanager(tmp_path):
    folder = tmp_path / 'alertmanager'
    folder.mkdir()
    made = Alertmanager(folder)
    made.start()
    yield made
    made.stop()


def test_alerts_begin_and_end_as_the_fleet_does(alertmanager, tmp_path):
    config = (f'heartbeat: 1s\nsilent_after: 3s\nwebhooks:\n'
              f'  - {{name: pager, url: "{alertmanager.url}", kind: alertmanager}}\n')
    with MasterProcess(tmp_path, config) as master:
        admin, words = master.person(), master.join_words()
        node = Person(master, Person(master).ask('POST', '/v1/join', {
            'token': words[3], 'name': 'node1', 'request': '00000000-0000-4000-8000-000000000001'})[1]['credential'])
        host = Host(1, 'node1', requirements=('swap', 'disk'), start=time.time() - 600)

        def told(state):
            host.set('swap', state, found='/dev/sda2 is "on" <now> \u00fc')
            assert node.ask('POST', '/v1/reports', host.report())[0] == 201

        def are(*wanted):
            def beaten():
                node.ask('POST', '/v1/heartbeats', host.beat())
                return set(alertmanager.alerts()) == set(wanted)
            until(beaten, said=lambda: (alertmanager.alerts(), wanted, master.said()))
        drift, unknown = (('Nodeprep' + word, 'node1', 'swap') for word in ('Drift', 'Unknown'))
        are()
        told('drifted')
        are(drift)
        alert = alertmanager.alerts()[drift]
        assert alert['labels'] == {'alertname': 'NodeprepDrift', 'node': 'node1', 'requirement': 'swap',
                                   'severity': 'required'}
        assert alert['annotations']['summary'] == 'node1: Swap is off: drifted'
        assert '"on" <now> \u00fc' in alert['annotations']['description']
        assert alert['status']['state'] == 'active' and alert['startsAt'].startswith(stamp(host.now))
        told('unknown')
        are(unknown)
        told('met')
        are()
        told('drifted')
        are(drift)
        master.told('waive', 'node1', 'swap', '--reason', 'a test', '--owner', 'ann', '--until', '2099-01-01')
        are()
        master.told('unwaive', '1')
        are(drift)
        until(lambda: ('NodeprepSilent', 'node1', '') in alertmanager.alerts(), said=alertmanager.alerts)
        are(drift)                                     # it is heard again
        alertmanager.stop()
        told('met')
        master.until('webhook pager: it cannot be reached')
        told('unknown')
        master.process.send_signal(signal.SIGSTOP)     # it would tell the new one before that one is asked
        alertmanager.start()
        assert alertmanager.alerts() == {}, 'it forgot all'
        master.process.send_signal(signal.SIGCONT)
        until(lambda: node.ask('POST', '/v1/heartbeats', host.beat())[0] == 200
              and set(alertmanager.alerts()) == {unknown}, said=lambda: (alertmanager.alerts(), master.said()))
        master.until('webhook pager: it takes messages again')
        until(lambda: 'nodeprep_webhook_messages_waiting{webhook="pager"} 0' in admin.ask('GET', '/metrics')[1])
        assert not [line for line in master.lines if 'Traceback' in line or 'fault' in line], master.said()


@pytest.fixture
def store(tmp_path):
    opened = open_store(f'sqlite://{tmp_path}/fleet.db')
    yield opened
    opened.close()


def test_one_that_was_started_anew_unnoticed_knows_it_again_when_all_is_told_again(alertmanager, store):
    clock = [time.time()]
    host = Host(1, requirements=('swap',), start=clock[0] - 600)
    join(store, host)
    host.set('swap', 'drifted')
    take(store, 1, host.report())
    made = webhooks.Webhooks(store, (Webhook('am', alertmanager.url, 'alertmanager'),), lambda: clock[0])
    made.step()
    (key,) = alertmanager.alerts()
    alertmanager.stop()
    alertmanager.start()
    made.step()
    assert alertmanager.alerts() == {}
    clock[0] += webhooks.REFRESH
    made.step()
    assert set(alertmanager.alerts()) == {key}


def test_what_is_told_late_does_not_end_what_is_so_now(alertmanager, store):
    """An alert that came back while nothing got through: the old words come first, and the last word is what is so."""
    start = time.time()
    clock, sent, down = [start], [], []

    def send(*args):
        return webhooks.Posted('it cannot be reached') if down else webhooks.post(*args)
    host = Host(1, requirements=('swap',), start=start - 600)
    join(store, host)
    hook = Webhook('am', alertmanager.url, 'alertmanager')
    made = webhooks.Webhooks(store, (hook,), lambda: clock[0], send)
    made.step()
    down.append(1)
    for state in ('drifted', 'met', 'drifted', 'met', 'drifted'):
        host.set('swap', state)
        take(store, 1, host.report())
        made.step()
    assert alertmanager.alerts() == {} and sent == []
    down.clear()
    clock[0] += 60
    made.step()
    assert set(alertmanager.alerts()) == {('NodeprepDrift', host.about['name'], 'swap')}


def stamp(at):
    return time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(at))
