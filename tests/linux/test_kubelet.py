"""kubelet: its version, the skew that is supported, and the repository that has it."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodeprep.host import Answer
from nodeprep.linux import kubelet
from nodeprep.model import CannotTell, Run

ASK = ('kubelet', '--version')


@pytest.mark.parametrize('said, version', [
    ('Kubernetes v1.23.5\n', (1, 23, 5)), ('Kubernetes v1.29.3-rc.1\n', (1, 29, 3)),
    ('Kubernetes v1.28.2+k3s1\n', (1, 28, 2)), ('Kubernetes v1.35.0-alpha.1.12+abc', (1, 35, 0))])
def test_its_version(host, said, version):
    host.install('/usr/bin/kubelet').answers[ASK] = Answer(0, said, '')
    assert kubelet.version(host) == version == kubelet.version(host)
    assert host.asked == [ASK]


@pytest.mark.parametrize('answer', [
    Answer(0, '', ''), Answer(0, 'Kubernetes vX', ''), Answer(1, 'Kubernetes v1.23.5\n', 'error'),
    Answer(0, 'flag provided but not defined\nKubernetes v1.23.5\n', ''), Answer(127, '', 'no such file')])
def test_nonsense_cannot_be_told(host, answer):
    host.install('/usr/bin/kubelet').answers[ASK] = answer
    with pytest.raises(CannotTell, match='does not say a version'):
        kubelet.version(host)


def test_none_without_a_kubelet(host):
    assert kubelet.version(host) is None and host.asked == []


def test_in_an_image_nothing_is_run(image):
    with pytest.raises(CannotTell):
        kubelet.version(image.install('/usr/bin/kubelet'))


@given(st.text())
def test_any_answer(text):
    assert kubelet.parse(text) is None or len(kubelet.parse(text)) == 3


@pytest.mark.parametrize('kubernetes, oldest', [((1, 23), (1, 21)), ((1, 27), (1, 25)), ((1, 28), (1, 25)),
                                                ((1, 35), (1, 32)), ((1, 1), (1, 0))])
def test_the_supported_skew(kubernetes, oldest):
    assert kubelet.oldest_kubelet(kubernetes) == oldest


K8S = '[kubernetes]\nname=Kubernetes\nbaseurl=https://pkgs.k8s.io/core:/stable:/v1.29/rpm/\nenabled=1\n'


@pytest.mark.parametrize('text, found', [
    (K8S, ('kubernetes', (1, 29), False)),
    (K8S.replace('enabled=1', 'enabled = 0'), None),
    (K8S.replace('enabled=1\n', ''), ('kubernetes', (1, 29), False)),
    ('[base]\nbaseurl=http://vault.centos.org/7/os\n' + K8S, ('kubernetes', (1, 29), False)),
    ('[local]\nbaseurl=file:///srv/kubernetes/\n', ('local', None, False)),
    ('[k8s]\nbaseurl=https://packages.cloud.google.com/yum/repos/kubernetes-el7-x86_64\n', ('k8s', None, True)),
    ('[base]\nbaseurl=http://vault.centos.org/7/os\n', None), ('baseurl=k8s\n', None), ('[kubernetes]\n', None),
    ('', None)])
def test_the_repository_that_has_it(host, text, found):
    repository = kubelet.repository(host.files({'/etc/yum.repos.d/a.repo': text, '/etc/yum.repos.d/k8s.txt': K8S}))
    assert (repository and (repository.id, repository.minor, repository.dead)) == found


@given(st.binary().map(lambda data: data.decode('utf-8', 'surrogateescape')))
def test_any_bytes_are_sections(text):
    assert all(len(pair) == 2 for pair in kubelet._sections(text))


@pytest.mark.parametrize('release, manager', [
    ('ID=centos\nVERSION_ID="7"\n', 'yum'), ('ID=rocky\nVERSION_ID="9.3"\n', 'dnf'),
    ('ID=debian\nVERSION_ID="12"\n', '')])
def test_installing_it(host, release, manager):
    host.files({'/etc/os-release': release})
    source = kubelet.Repository('kubernetes', (1, 29), '/etc/yum.repos.d/k.repo', False)
    add, remove = '-y --disableexcludes=kubernetes install kubelet', '-y remove kubelet'
    assert kubelet.install(host, source, 'kubelet') == (
        (Run((manager, *add.split()), (manager, *remove.split())),) if manager else ())
