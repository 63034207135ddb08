"""Our reading of /etc/hosts against the C library's own, on many generated files in a mount namespace of their own."""
import json
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodeprep.linux import hostsfile
from tests.tiers import need

# Answers each line of input, a file in base64 and some names, with the addresses that getaddrinfo(3) gives.
ASKER = '''
import base64, json, socket, sys
for line in sys.stdin:
    content, names = json.loads(line)
    with open(sys.argv[1], 'wb') as out:
        out.write(base64.b64decode(content))
    found = {}
    for name in names:
        try:
            found[name] = sorted({entry[4][0] for entry in socket.getaddrinfo(name, None, 0, socket.SOCK_STREAM)})
        except socket.gaierror:
            found[name] = []
    print(json.dumps(found), flush=True)
'''
NAMES = ['alpha', 'beta', 'b']
WORD = st.sampled_from(['alpha', 'ALPHA', 'beta', 'b', 'betax', 'alpha.example.com', '10.0.0.9', 'x\udcff', 'x\x01'])
ADDRESS = st.sampled_from(['10.0.0.1', '10.0.0.2', '127.0.1.1', '127.0.0.1', '::1', '2001:db8::5', '2001:DB8:0:0::6',
                           'fe80::1', '127.1', '010.0.0.1', '10.0.0.256', 'fe80::1%lo', 'name', '0x7f.1', ''])
BLANK = st.sampled_from([' ', '\t', '  ', '\x0b', '\x0c'])
LINE = st.builds(lambda before, address, blank, words, after: before + address + blank + blank.join(words) + after,
                 st.sampled_from(['', ' ', '\t', '#', ' # ']), ADDRESS, BLANK, st.lists(WORD, max_size=4),
                 st.sampled_from(['', ' ', '\r', ' # beta', '#beta', '\t#', ' b']))
FILE = st.builds(lambda lines, end: '\n'.join(lines) + end, st.lists(LINE, max_size=8), st.sampled_from(['', '\n']))


@pytest.fixture(scope='module')
def ask(tmp_path_factory):
    need('root')
    need('program', 'unshare')
    folder = tmp_path_factory.mktemp('resolver')
    hosts, switch = folder / 'hosts', folder / 'nsswitch.conf'
    hosts.write_text('')
    switch.write_text('hosts: files\n')
    script = 'mount --bind "$1" /etc/hosts && mount --bind "$2" /etc/nsswitch.conf && exec "$3" -c "$4" "$1"'
    argv = ['unshare', '-m', 'sh', '-c', script, 'sh', str(hosts), str(switch), sys.executable, ASKER]
    child = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, universal_newlines=True)

    def asked(text, names=NAMES):
        import base64
        content = base64.b64encode(text.encode('utf-8', 'surrogateescape')).decode()
        child.stdin.write(json.dumps([content, names]) + '\n')
        child.stdin.flush()
        return json.loads(child.stdout.readline())
    try:
        yield asked
    finally:
        child.stdin.close()
        assert child.wait(10) == 0
        child.stdout.close()


def clear(text):
    # glibc 2.36 loses the end of a last line that begins with a blank and has no newline; nobody builds on that.
    last = text.rpartition('\n')[2]
    return text + '\n' if last[:1].isspace() else text


def ours(text):
    return {name: sorted({line.address for line in hostsfile.lookup(text, name)}) for name in NAMES}


@settings(max_examples=1200, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(text=FILE)
def test_the_same_addresses_as_getaddrinfo(ask, text):
    text = clear(text)
    assert ours(text) == ask(text)


@settings(max_examples=500, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(lines=st.lists(LINE, max_size=5), noise=st.binary(max_size=60))
def test_the_same_with_noise_in_between(ask, lines, noise):
    half = len(lines) // 2
    text = clear('\n'.join(lines[:half] + [noise.decode('utf-8', 'surrogateescape')] + lines[half:]))
    assert ours(text) == ask(text)
