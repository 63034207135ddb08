"""The real sysctls of a network namespace of its own: what is set is what is told, and the host's values stay."""
import json
import os
import subprocess
import sys

import pytest

from tests.tiers import need

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BRIDGE = '/proc/sys/net/bridge/bridge-nf-call-'
FORWARD = '/proc/sys/net/ipv4/ip_forward'

# Runs within the namespace: sets the files, examines, and gives back what was seen now.
LOOK = '''
import json, sys
from nodeprep import catalogue, engine
from nodeprep.host import Host
for path, value in json.loads(sys.argv[2]).items():
    with open(path, 'w') as out:
        out.write(value)
one = catalogue.load(sys.argv[1])
want = {'role': 'worker', 'kubernetes': (1, 23), 'profile': 'docker'}
want.update({name: option.default for name, option in one.defaults.items()})
finding = engine.examine(one, Host('/'), want)
print(json.dumps([[seen.when, seen.subject, seen.found, seen.met, len(seen.fix), seen.hint, seen.source]
                  for seen in finding.observations]))
'''


@pytest.fixture
def look():
    need('root')
    need('netns')

    def in_a_namespace(requirement, values):
        done = subprocess.run(['unshare', '-n', sys.executable, '-c', LOOK, requirement, json.dumps(values)], cwd=ROOT,
                              stdout=subprocess.PIPE, check=True, universal_newlines=True)
        return {subject: rest for when, subject, *rest in json.loads(done.stdout) if when == 'now'}
    return in_a_namespace


def need_bridge():
    if not os.path.exists(BRIDGE + 'iptables'):
        said = 'tier bridge: br_netfilter is neither built in nor loaded'
        pytest.fail(said) if os.environ.get('REQUIRE_ALL_TIERS') == '1' else pytest.skip(said)


def host_values():
    paths = (FORWARD, BRIDGE + 'iptables', BRIDGE + 'ip6tables')
    return {path: read(path) for path in paths if os.path.exists(path)}


def read(path):
    with open(path) as source:
        return source.read()


@pytest.mark.parametrize('four, six', [('0', '0'), ('0', '1'), ('1', '0'), ('1', '1')])
def test_bridge_values_of_a_namespace(look, four, six):
    need_bridge()
    before = host_values()
    seen = look('bridge', {BRIDGE + 'iptables': four, BRIDGE + 'ip6tables': six})
    for name, value in (('iptables', four), ('ip6tables', six)):
        found, met, changes, hint, source = seen[f'net.bridge.bridge-nf-call-{name}']
        assert (met, source) == (value == '1', BRIDGE + name)
        # Another namespace than the host's: said, and nothing is offered to be written there.
        assert found.startswith(value + ', in a network namespace') and 'network namespace' in hint and changes == 0
    assert seen['br_netfilter'][1] is True
    assert host_values() == before


@pytest.mark.parametrize('value', ['0', '1', '2'])
def test_forwarding_of_a_namespace(look, value):
    before = host_values()
    found, met, changes, hint, source = look('forwarding', {FORWARD: value})['net.ipv4.ip_forward']
    assert (met, source, changes) == (value == '1', FORWARD, 0) and found.startswith(value)
    assert host_values() == before


def test_the_host_itself_is_told_as_the_kernel_has_it():
    from nodeprep import catalogue, engine
    from nodeprep.host import Host
    from tests.conftest import wants
    one = catalogue.load('forwarding')
    seen = [entry for entry in engine.examine(one, Host('/'), wants(one)).observations if entry.when == 'now']
    value = read(FORWARD).strip()
    assert [(entry.found.split(',')[0], entry.met) for entry in seen] == [(value, value == '1')]
