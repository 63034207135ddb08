"""The laws that every requirement keeps on every fixture host, whoever writes it: 1 (a check changes nothing),
6 (what cannot be read is unknown, by name) and 7 (a title, an explanation, evidence)."""
import random
import zlib

import pytest

from nodeprep import catalogue
from nodeprep.engine import examine
from nodeprep.linux import dockersocket
from nodeprep.model import BOOT, MET, NOT_APPLICABLE, NOW, Run, Write
from tests import hosts
from tests.fakes import FakeHost

REQUIREMENTS = catalogue.load_all()
# The commands that a check may ask for. None of them changes anything, and none wakes a daemon.
LOOKING = {('chronyc', '-n', '-c', 'tracking'), ('chronyc', '-n', '-c', 'sources'), ('ntpq', '-n', '-c', 'rv'),
           ('ntpq', '-c', 'rv'), ('kubelet', '--version'), ('kubeadm', 'version', '-o', 'short'),
           ('firewall-cmd', '--list-all-zones'), dockersocket.ASK}
FAULT = 'fault in nodeprep'


class Spy(FakeHost):
    """A fixture host that notes what is read of it, and that can give other bytes for one file."""

    def __init__(self, root, live=True):
        super().__init__(root, live)
        self.read_of = {}              # path -> 'file' or 'folder'
        self.instead = {}              # path -> bytes

    def _bytes(self, path):
        self.read_of[path] = 'file'
        if path in self.instead and path not in self.denied:
            return self.instead[path]
        return super()._bytes(path)

    def names(self, folder):
        self.read_of.setdefault(folder, 'folder')
        return super().names(folder)

    def fresh(self):
        """The next round: nothing is remembered, nothing denied."""
        self._facts.clear()
        self.asked, self.read_of, self.instead, self.denied = [], {}, {}, set()
        return self


@pytest.fixture(scope='module', params=hosts.NAMES)
def here(request, tmp_path_factory):
    """(host, rules): one tree for all the looking; law 1 has one of its own."""
    host = hosts.load(request.param, tmp_path_factory.mktemp('laws'), kind=Spy)
    return host, hosts.rules(request.param, host)


@pytest.fixture(scope='module', params=hosts.NAMES)
def image(request, tmp_path_factory):
    """The same of an image of each host."""
    host = hosts.load(request.param, tmp_path_factory.mktemp('images'), live=False, kind=Spy)
    return host, hosts.rules(request.param, host)


@pytest.fixture(params=sorted(REQUIREMENTS))
def requirement(request):
    return REQUIREMENTS[request.param]


def look(here, requirement, denied=None, instead=None):
    """One requirement examined in a round of its own."""
    host, rules = here
    host.fresh()
    host.denied = {denied} if denied else set()
    host.instead = instead or {}
    return examine(requirement, host, rules[requirement.id].want)


def faults(finding):
    return [f'{seen.found} at {seen.source}' for seen in finding.observations if FAULT in seen.hint]


def verdicts(finding):
    """(subject, when) -> the verdicts on it; found may be told in other words when another source tells it."""
    seen = {}
    for one in finding.observations:
        seen.setdefault((one.subject, one.when), []).append(one.met)
    return seen


def unnamed(whole, without, path):
    """What changed without the unreadable path, and is neither unknown itself nor named by an unknown observation."""
    if any(one.met is None and path in f'{one.source} {one.found} {one.hint}' for one in without.observations):
        return []
    before, after = verdicts(whole), verdicts(without)
    return [(key, before.get(key), after.get(key)) for key in sorted(set(before) | set(after))
            if before.get(key) != after.get(key) and None not in after.get(key, ())]


# ---- law 1: a check changes nothing

@pytest.mark.parametrize('name', hosts.NAMES)
@pytest.mark.parametrize('live', [True, False], ids=['live', 'image'])
def test_a_check_changes_nothing(name, live, tmp_path):
    host = hosts.load(name, tmp_path, live)
    before = hosts.snapshot(host.root)
    rules = hosts.rules(name, host)
    for requirement_id, requirement in REQUIREMENTS.items():
        examine(requirement, host, rules[requirement_id].want)
    assert hosts.snapshot(host.root) == before
    commands = {asked for asked in host.asked if ' GET /' not in asked[0] and '://' not in asked[0]}
    assert commands <= (LOOKING if live else set())


def test_a_second_look_says_the_same(here, requirement):
    first = look(here, requirement)
    assert look(here, requirement)._replace(took=0) == first._replace(took=0)


def test_an_image_is_judged_by_its_files_alone(image, requirement):
    finding = look(image, requirement)
    assert faults(finding) == [] and finding.now == NOT_APPLICABLE
    assert [path for path in image[0].read_of if path.startswith(('/proc', '/sys'))] == []


# ---- law 6: what cannot be read is unknown, by name

def test_what_cannot_be_read_is_unknown_by_name(here, requirement):
    whole = look(here, requirement)
    assert faults(whole) == []
    for path in sorted(here[0].read_of):
        without = look(here, requirement, denied=path)
        assert faults(without) == [], path
        for half in ('now', 'boot'):
            state = getattr(without, half)
            assert state != MET or state == getattr(whole, half), f'{half} is met without {path}, but not with it'
        assert unnamed(whole, without, path) == [], f'{path} is unreadable, and what depends on it is not unknown'


# ---- law 7: a title, an explanation, and evidence

def test_a_requirement_explains_itself(requirement):
    assert requirement.title and not requirement.title.endswith('.')
    text = type(requirement).__doc__
    places = [text.find(heading) for heading in ('Why:', 'Read:', 'Fix:', 'Left to a person:')]
    assert -1 not in places and places == sorted(places)
    assert text.strip().split('\n')[0].strip().endswith(('.', ','))
    assert type(requirement).__module__.rpartition('.')[2] == requirement.id.replace('-', '_')


def test_each_observation_carries_its_evidence(here, requirement):
    for seen in look(here, requirement).observations:
        assert seen.when in (NOW, BOOT)
        for field in ('subject', 'found', 'wanted', 'source'):
            text = getattr(seen, field)
            assert text and '\n' not in text and len(text) < 400, (field, seen)
        assert seen.met in (True, False, None)


def test_what_is_not_met_says_what_to_do(here, requirement):
    for seen in look(here, requirement).observations:
        if seen.met is False:
            assert seen.fix or seen.hint, seen
        else:
            assert seen.fix == (), seen


def test_a_planned_change_is_one_that_can_be_made_and_undone(here, requirement):
    host = here[0]
    for seen in look(here, requirement).observations:
        for change in seen.fix:
            if isinstance(change, Write):
                assert change.path.startswith('/') and change.text != change.was
                assert change.was == (host.read(change.path) if host.exists(change.path) else None)
            else:
                assert isinstance(change, Run) and all(isinstance(word, str) and word for word in change.argv)
                assert not isinstance(change.argv, str) and change.risk in ('harmless', 'disruptive', 'reboot')


# ---- whatever a file holds: facts or unknown, never a traceback

def junk(path, true, number):
    """Bytes that are no honest file: the same for the same path and number on each run."""
    chance = random.Random(zlib.crc32(f'{path} {number}'.encode()))
    noise = bytes(chance.randrange(256) for _ in range(chance.choice((1, 30, 300))))
    if number == 0:
        return noise
    if number == 1:                       # a word or a line out of place
        words = true.split(b' ')
        chance.shuffle(words)
        return b' '.join(words)[:4096]
    if number == 2:                       # cut short, then noise
        return true[:chance.randrange(len(true) + 1)] + noise
    mutated = bytearray(true or b'1\n')
    for _ in range(chance.randrange(1, 20)):
        mutated[chance.randrange(len(mutated))] = chance.choice(b'\0\n=[]{}"\'\\,:;#% -9\xff')
    return bytes(mutated)


def test_whatever_a_file_holds_nothing_breaks(here, requirement):
    look(here, requirement)
    host = here[0]
    for path in sorted(path for path, kind in host.read_of.items() if kind == 'file'):
        true = host.read(path, missing='').encode('utf-8', 'surrogateescape') if host.is_file(path) else b''
        for number in range(4):
            finding = look(here, requirement, instead={path: junk(path, true, number)})
            assert faults(finding) == [], (path, junk(path, true, number))


# ---- what a round costs

@pytest.mark.parametrize('name', hosts.NAMES)
def test_a_round_asks_for_few_commands(name, tmp_path):
    """chronyc for the offset, the versions where Kubernetes is installed, and whether a Docker that seems to run just
    ends: files and the kernel tell the rest."""
    host = hosts.load(name, tmp_path)
    rules = hosts.rules(name, host)
    for requirement_id, requirement in REQUIREMENTS.items():
        examine(requirement, host, rules[requirement_id].want)
    commands = [asked for asked in host.asked if ' GET /' not in asked[0] and '://' not in asked[0]]
    allowed = [('chronyc', '-n', '-c', 'tracking')]
    if host.program('kubelet'):
        allowed += [('kubeadm', 'version', '-o', 'short'), ('kubelet', '--version')]
    if dockersocket.ASK in commands:           # once more where the answers of dockerd come late
        allowed.append(dockersocket.ASK)
        commands = [one for one in commands if one != dockersocket.ASK] + [dockersocket.ASK]
    assert sorted(commands) == [one for one in allowed if one in commands], 'each at most once'
