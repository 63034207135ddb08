"""The product as people run it: `nodeprep master serve`, a user, a node that joins and reports, and a browser."""
import json
import os
import re
import signal
import ssl
import subprocess
import sys
import time
import urllib.request

import pytest

from tests.master.fleet import Host, plan

CHANGES = ({'write': '/etc/fstab', 'diff': '--- /etc/fstab\n+++ /etc/fstab\n@@ -1 +1 @@\n-/dev/sdb2 none swap sw 0 0\n'
            '+# off, says nodeprep: /dev/sdb2 none swap sw 0 0\n', 'exact': 'cd' * 32},)


class Product:
    """`nodeprep master serve` with a data folder of its own, on a port that is free."""

    def __init__(self, folder):
        config = folder / 'master.yaml'
        config.write_text('listen: 127.0.0.1:0\n')
        self._places = ['--data', str(folder / 'data'), '--config', str(config)]
        self._log = folder.joinpath('log').open('w+')
        self._child = subprocess.Popen([sys.executable, '-m', 'nodeprep', 'master', 'serve'] + self._places,
                                       stderr=self._log, stdout=subprocess.PIPE, env=self._environment())

    @staticmethod
    def _environment():
        top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        return dict(os.environ, PYTHONPATH=top, LC_ALL='C.UTF-8')

    def address(self, waits):
        """Where it serves."""
        def said():
            self._log.seek(0)
            return re.search(r'serves (https://\S+)', self._log.read())
        return waits(said).group(1)

    def command(self, *words):
        """What a command of the master prints."""
        return subprocess.check_output([sys.executable, '-m', 'nodeprep', 'master'] + list(words) + self._places,
                                       env=self._environment()).decode().split()[-1]

    def end(self):
        self._child.send_signal(signal.SIGTERM)
        code = self._child.wait(30)
        self._child.stdout.close()
        self._log.seek(0)
        said = self._log.read()
        self._log.close()
        return code, said


@pytest.fixture
def product(tmp_path):
    made = Product(tmp_path)
    yield made
    code, said = made.end()
    assert code == 0 and 'fault' not in said, said


def post(base, path, tree, credential=''):
    headers = {'content-type': 'application/json'}
    if credential:
        headers['authorization'] = f'Bearer {credential}'
    request = urllib.request.Request(base + path, json.dumps(tree).encode(), headers)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE      # how a node makes sure is tested elsewhere
    with urllib.request.urlopen(request, context=context, timeout=20) as answer:
        return json.loads(answer.read().decode())


def test_a_node_that_joins_and_drifts_is_seen_and_its_fix_is_approved(product, chrome):
    browser = chrome('https://127.0.0.1')
    browser.base = product.address(browser.wait)
    browser.sign_in(product.command('user', 'create', 'ann', '--role', 'approver'))
    assert browser.heading() == 'No node has joined yet'
    host = Host(1, name='edge1.example.com', start=time.time() - 120)
    about = host.about
    joined = post(browser.base, '/v1/join', {
        'token': product.command('token', 'create'), 'name': about['name'], 'machine_id': about['machine_id'],
        'product_uuid': about['product_uuid'], 'macs': about['macs'], 'version': '1.0.0',
        'request': '00000000-0000-4000-8000-000000000001'})
    host.set('swap', 'drifted', mode='approve', changes=plan() + CHANGES, found='/dev/sdb2 is turned on')
    post(browser.base, '/v1/reports', host.report(), joined['credential'])
    browser.go('/')
    assert browser.heading() == 'The one node is not fit'
    browser.find('.grid tr:not(.all) td.drifted a').click()
    browser.wait(lambda: browser.heading() == 'edge1.example.com')
    assert '+# off, says nodeprep' in browser.find('#swap .diff').text
    browser.find('#swap input[name=reason]').send_keys('as agreed')
    browser.find('#swap button[value=approve]').click()
    browser.wait(lambda: 'One fix is approved.' in browser.find('main [role=status]').text)
    told = post(browser.base, '/v1/heartbeats', host.beat(), joined['credential'])
    assert [(one['requirement'], one['by']) for one in told['approvals']] == [('swap', 'ann')]
    assert browser.complaints() == []
