"""Files of many shapes as people leave them, and a whole fix and undo of them on a machine in a folder."""
import json

from hypothesis import strategies as st

from nodeprep.enforce import DONE
from tests.drifted import Machine
from tests.test_laws_fix import undo

ENDS = st.sampled_from([b'\n', b'\n', b'\n', b'\r\n', b' \n', b'\t\r\n', b'\n\n', b'\n \t\n'])
COMMENTS = st.sampled_from([b'# caf\xc3\xa9', b'#\xff\xfe latin', b' # x', b'\t#\tnet.ipv4.ip_forward = 0', b'; x',
                            b'#nodeprep# ', b'# BEGIN', b'#', b''])
GAPS = st.sampled_from([b' ', b'\t', b' \t  '])


def text_of(lines):
    """Lines with any ends; the last may have none."""
    ended = st.lists(st.tuples(lines, ENDS).map(b''.join), max_size=8).map(b''.join)
    return st.tuples(ended, st.booleans()).map(lambda pair: pair[0].rstrip(b'\r\n') if pair[1] else pair[0])


def fields(*choices):
    """Words with any gap between them."""
    return st.tuples(GAPS, *choices).map(lambda parts: parts[0].join(part for part in parts[1:] if part))


FSTAB = text_of(st.one_of(COMMENTS, *[fields(
    st.sampled_from([b'/dev/sda2', b'UUID=1-2', b'UUID="1-2"', b'LABEL=my\\040swap', b'LABEL=\xff', b'/swap\\011file',
                     b'PARTLABEL=\xc3\xa9', b'/dev/mapper/centos-swap', b'/swapfile']),
    st.sampled_from([b'none', b'swap', b'/data', b'/a\\040b']), st.sampled_from([b'swap', b'swap', b'xfs', b'ext4']),
    st.sampled_from([b'defaults', b'sw', b'sw,pri=5', b'noauto', b'nofail', b'_netdev,x-a=b\\054']),
    st.sampled_from([b'', b'0 0', b'0\t0']))] * 2))
SYSCTL = text_of(st.one_of(COMMENTS, st.tuples(
    st.sampled_from([b'', b' ', b'\t', b'-']),
    st.sampled_from([b'net.ipv4.ip_forward', b'net/ipv4/ip_forward', b'net.bridge.bridge-nf-call-iptables',
                     b'net.ipv4.conf.all.forwarding', b'kernel.panic', b'vm.swappiness', b'kernel.core_pattern']),
    st.sampled_from([b'=', b' = ', b'\t=\t']), st.sampled_from([b'0', b'1', b'0 ', b'|/bin/x\xff %p', b'10'])
).map(b''.join)))
CHRONY = text_of(st.one_of(COMMENTS, fields(
    st.sampled_from([b'server', b'pool', b'SERVER', b'peer']), st.sampled_from([b'a.example', b'192.0.2.1']),
    st.sampled_from([b'', b'iburst', b'iburst  minpoll 4'])), st.sampled_from(
        [b'driftfile /var/lib/chrony/drift', b'makestep\t1.0 3', b'rtcsync', b'%old', b'! x', b'leapsectz right/UTC',
         b'# nodeprep: servers begin', b'# nodeprep: servers end'])))
HOSTS = text_of(st.one_of(COMMENTS, st.tuples(fields(
    st.sampled_from([b'127.0.0.1', b'::1', b'192.0.2.9', b'192.0.2.1', b'fe80::1%eth0', b'x']),
    st.sampled_from([b'localhost', b'k8s-master', b'other.example other', b'k8s-node1\tn1', b'\xff\xfe'])),
    st.sampled_from([b'', b' # mine', b'#mine'])).map(b''.join),
    st.sampled_from([b'# BEGIN nodeprep managed', b'# END nodeprep managed'])))
_VALUES = st.sampled_from([True, 3, 1.5, None, 'caf\xe9', 'a"\\b', [], ['a', 'b'], {}, {'max-size': '1m'}])
_OBJECTS = st.dictionaries(st.sampled_from(['log-opts', 'debug', 'labels', 'bip', '\u20ac', 'exec-opts', 'data-root',
                                            'registry-mirrors', 'storage-driver', 'x']), _VALUES, max_size=5)


def _good(found):
    """Values that dockerd takes for the keys that it knows."""
    kinds = {'log-opts': {'max-size': '1m'}, 'debug': True, 'labels': ['a=\xe9'], 'bip': '192.0.2.1/24',
             'exec-opts': [], 'data-root': '/data', 'registry-mirrors': ['https://a.example'],
             'storage-driver': 'overlay2'}
    return {key: kinds.get(key, value) for key, value in found.items()}


DAEMON = st.builds(
    lambda found, indent, ascii_only, pad, crlf, end: _as_bytes(found, indent, ascii_only, pad, crlf) + end,
    st.one_of(_OBJECTS.map(_good), _OBJECTS.map(_good), _OBJECTS), st.sampled_from([None, 0, 1, 2, 4, '\t']),
    st.booleans(), st.sampled_from(['', ' ', '\n\n']), st.booleans(), st.sampled_from([b'', b'\n', b'\r\n', b' \n\n']))


def _as_bytes(found, indent, ascii_only, pad, crlf):
    text = pad + json.dumps(found, indent=indent, ensure_ascii=ascii_only)
    return (text.replace('\n', '\r\n') if crlf else text).encode()


def fixed(case, ids, path, before, folder):
    """What a fix makes of a file with this content: once, and an undo gives all back."""
    machine = Machine(*case, folder)
    machine.host.files({path: before})
    tree = machine.tree()
    outcomes, _ = machine.fix(ids)
    assert [one for one in outcomes if one.result != DONE] == []
    with open(machine.host.root + path, 'rb') as file:
        after = file.read()
    assert machine.fix(ids)[0] == []
    assert undo(machine) == [] and machine.tree() == tree
    return after
