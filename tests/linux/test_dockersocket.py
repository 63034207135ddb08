"""Whether a connection to Docker's socket may start docker.service."""
import pytest

from nodeprep.host import Answer
from nodeprep.linux import dockersocket
from nodeprep.linux.dockersocket import ASK, guard, wakes
from nodeprep.model import CannotTell

PATH, UNIT = '/run/docker.sock', '/usr/lib/systemd/system/docker.socket'
SYSTEMD = {'/run/systemd/system': {}, UNIT: '[Socket]\n'}
UP = Answer(0, 'ActiveState=active\n', '')


@pytest.mark.parametrize('path, files, may', [
    (PATH, SYSTEMD, True), ('/var/run/docker.sock', SYSTEMD, True), ('/run/other.sock', SYSTEMD, False),
    (PATH, {'/run/systemd/system': {}}, False)])
def test_what_systemd_listens_on(host, path, files, may):
    assert wakes(host.files(files), path) is may
    host.answers = {ASK: UP}
    guard(host, path)()
    assert host.asked == [ASK] * may, 'systemd is asked when it may be the one who listens'


def test_where_systemd_does_not_run_it_starts_nothing(host):
    guard(host.files({UNIT: '[Socket]\n'}), PATH)()
    assert host.asked == []


@pytest.mark.parametrize('answer, why', [
    (Answer(0, 'ActiveState=deactivating\n', ''), 'docker.service is deactivating'),
    (Answer(0, 'ActiveState=\n', ''), 'whether docker.service is up'),
    (Answer(0, '', ''), 'whether docker.service is up'),
    (Answer(1, '', 'Failed to connect to bus:\n no such file'), 'Failed to connect to bus: no such file'),
    (CannotTell('systemctl did not answer within 5 s'), 'within 5 s')])
def test_what_is_not_known_to_be_up_is_left_alone(host, answer, why):
    host.files(SYSTEMD).answers = {ASK: answer}
    with pytest.raises(CannotTell, match=why):
        guard(host, PATH)()


def test_systemd_is_asked_again_once_its_answer_is_old(host, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(dockersocket.time, 'monotonic', lambda: now[0])
    host.files(SYSTEMD).answers = {ASK: UP}
    look = guard(host, PATH)
    look()
    now[0] += 0.04
    look()
    assert host.asked == [ASK]
    now[0] += 0.02
    host.answers = {ASK: Answer(0, 'ActiveState=deactivating\n', '')}
    with pytest.raises(CannotTell):
        look()
