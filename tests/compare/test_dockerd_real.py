"""Which daemon.json, together with which flags, a real dockerd refuses, beside what nodeprep says of the same."""
import json
import os
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from nodeprep.linux.dockerd import next_start
from tests.fakes import FakeHost
from tests.tiers import need

UNIT, FILE = '/usr/lib/systemd/system/docker.service', '/etc/docker/daemon.json'
texts = some.sampled_from(['a', 'native.cgroupdriver=systemd', '', '\u00e9'])
odd = some.one_of(some.none(), some.booleans(), some.integers(), texts, some.lists(texts, max_size=2),
                  some.lists(some.integers(), max_size=1), some.dictionaries(texts, texts, max_size=2),
                  some.dictionaries(texts, some.integers(), min_size=1, max_size=1))
# Keys whose values dockerd does not check further before it looks at its pidfile.
keys = some.sampled_from(['storage-driver', 'exec-opts', 'registry-mirrors', 'insecure-registries', 'log-opts', 'debug',
                          'live-restore', 'userland-proxy', 'experimental', 'storage-opts', 'bridge',
                          'group', 'authorization-plugins', 'registry-mirror', 'exec-opt', 'runtimes'])
flags = some.sampled_from([(), ('-D',), ('--debug',), ('--storage-driver=vfs',), ('-s', 'vfs'), ('-svfs',),
                           ('--exec-opt', 'native.cgroupdriver=cgroupfs'), ('--log-opt', 'max-size=1m'),
                           ('--add-runtime', 'x=/bin/x'), ('--registry-mirror=https://a.example',),
                           ('--live-restore', '--group', 'docker'), ('-G', 'docker', '--bridge=none')])
objects = some.lists(some.tuples(keys, odd), max_size=3).map(
    lambda pairs: '{' + ', '.join(f'{json.dumps(key)}: {json.dumps(value)}' for key, value in pairs) + '}')
broken = some.text('{}[]":,\\ntrue01. \n', max_size=12)


@pytest.fixture(scope='module')
def place(tmp_path_factory):
    need('root')
    need('program', 'dockerd')
    need('netns')
    folder = tmp_path_factory.mktemp('dockerd')
    # A pidfile that names a living process: dockerd looks at it after its configuration and ends there.
    (folder / 'pid').write_text(str(os.getpid()))
    return folder


def refuses(place, text, words):
    config = place / 'daemon.json'
    config.write_bytes(text.encode('utf-8', 'surrogatepass'))
    # It mounts its data on itself before it looks at the pidfile: a mount namespace of its own ends with it.
    done = subprocess.run(['unshare', '-m', 'dockerd', '--config-file', str(config), '--pidfile', str(place / 'pid'),
                           '--data-root', str(place / 'data'), '--exec-root', str(place / 'exec'),
                           '--containerd', '/nowhere', '-H', 'unix:///nowhere', *words],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    said = done.stdout.decode('utf-8', 'replace')
    assert done.returncode != 0
    if 'pid file found' in said:
        return False
    assert 'unable to configure the Docker daemon' in said, said
    # Keys that no flag has are refused too. Which there are differs by release, so nodeprep does not judge them.
    return None if "don't match any configuration option" in said else True


@settings(deadline=None, max_examples=300)
@given(objects | broken, flags)
def test_refusals(place, tmp_path_factory, text, words):
    said = 'ExecStart=/usr/bin/dockerd ' + ' '.join(words)
    host = FakeHost(str(tmp_path_factory.mktemp('host'))).files({UNIT: f'[Service]\n{said}\n', FILE: text})
    problems = next_start(host).problems
    if any('text after' in problem.found or problem.found in ('empty', 'null') for problem in problems):
        return        # releases of dockerd differ here
    real = refuses(place, text, words)
    assert real is None or any(problem.fatal for problem in problems) == real, problems
