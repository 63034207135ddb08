"""What package managers say when they fail, made plain."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodeprep.host import Answer
from nodeprep.linux.packages import why_failed
from nodeprep.linux.packagewords import reason

ROCKY = {'/etc/os-release': 'ID=rocky\nVERSION_ID="9.4"\nPRETTY_NAME="Rocky 9"\n'}
CENTOS7 = {'/etc/os-release': 'ID="centos"\nVERSION_ID="7"\nPRETTY_NAME="CentOS Linux 7 (Core)"\n',
           '/etc/yum.repos.d/CentOS-Base.repo': '[base]\nmirrorlist=http://mirrorlist.centos.org/?release=7\n'}
YUM_NAME = ('Could not retrieve mirrorlist http://mirrorlist.centos.org/?release=7&arch=x86_64&repo=os&infra=stock '
            'error was\n14: curl#6 - "Could not resolve host: mirrorlist.centos.org; Unknown error"\n\n One of the '
            'configured repositories failed (Unknown),\n[...]\nCannot find a valid baseurl for repo: base/7/x86_64\n')


@pytest.mark.parametrize('said, told', [
    (YUM_NAME, 'the name in mirrorlist.centos.org does not resolve'),
    ('Errors during downloading metadata for repository \'appstream\':\n  - Curl error (6): Couldn\'t resolve host '
     'name for https://mirrors.rockylinux.org/mirrorlist?arch=x86_64 [Could not resolve host: mirrors.rockylinux.org]\n'
     'Error: Failed to download metadata for repo \'appstream\': Cannot prepare internal mirrorlist\n',
     'mirrors.rockylinux.org'),
    ('Curl error (5): Couldn\'t resolve proxy name for http://x [Could not resolve proxy: proxy.example.com]',
     'the proxy'),
    ('http://mirror/7/repodata/repomd.xml: [Errno 14] HTTP Error 404 - Not Found\nTrying other mirror.\n',
     'a repository answers 404'),
    ('  - Status code: 404 for https://pkgs.k8s.io/x/repodata/repomd.xml (IP: 1.2.3.4)\nError: Failed to download',
     'https://pkgs.k8s.io/x/repodata/repomd.xml does not have'),
    ('  - Curl error (28): Timeout was reached for https://x [Connection timed out after 30001 milliseconds]',
     'does not answer (Timeout was reached'),
    ('  - Curl error (60): SSL peer certificate or SSH remote key was not OK for https://x [SSL certificate problem: '
     'certificate is not yet valid]', 'certificate of a repository is not trusted'),
    ('Errors during downloading metadata for repository \'dead\':\n  - Curl error (7): Couldn\'t connect to server for '
     'http://192.0.2.10:1/repodata/repomd.xml [Failed to connect to 192.0.2.10 port 1 after 0 ms: Couldn\'t connect to '
     'server]\nError: Failed to download metadata for repo \'dead\': Cannot download repomd.xml: Cannot download '
     'repodata/repomd.xml: All mirrors were tried\n', 'the repository dead does not answer (Couldn\'t connect to '
     'server for http://192.0.2.10:1/repodata/repomd.xml): see the way out of this network, and the proxy; enabled=0 '),
    ('failure: repodata/repomd.xml from dead: [Errno 256] No more mirrors to try.\nhttp://192.0.2.10:1/repodata/'
     'repomd.xml: [Errno 14] curl#7 - "Failed connect to 192.0.2.10:1; Connection refused"\n',
     'the repository dead does not answer (Failed connect to 192.0.2.10:1; Connection refused)'),
    ('Cannot find a valid baseurl for repo: extras/7/x86_64', 'the repository extras/7/x86_64 has no address'),
    ('Error: Failed to download metadata for repo \'kubernetes\': Yum repo downloading error', 'kubernetes'),
    ('No package conntrack-tools available.\nError: Nothing to do\n', 'no enabled repository has conntrack-tools'),
    ('No match for argument: nope\nError: Unable to find a match: nope\n', 'no enabled repository has nope'),
    ('All matches were filtered out by exclude filtering for argument: kubelet\nError: Unable to find a match: kubelet',
     'kubelet is kept out by exclude filtering'),
    ('All matches were filtered out by modular filtering for argument: docker-ce', 'kept out by modular filtering'),
    ('Error: There are no enabled repositories in "/etc/yum.repos.d".', 'subscription-manager'),
    ('Existing lock /var/run/yum.pid: another copy is running as pid 4711.\nAnother app is currently holding the yum '
     'lock; waiting for it to exit...', 'another package manager is at work (process 4711): let it end'),
    ('Waiting for process with pid 99 to finish.', 'another package manager is at work'),
    ('Public key for socat-1.7.rpm is not installed\n', 'the signature of a package could not be checked: import'),
    ('The GPG keys listed for the "Docker CE Stable - x86_64" repository are already installed but they are not '
     'correct for this package.\nError: GPG check FAILED', 'rpm --import'),
    ('Error: Transaction test error:\n  installing package socat-1 needs 21MB more space on the / filesystem\n',
     'the disk is full: / lacks 21MB'),
    ('Error Summary\n-------------\nDisk Requirements:\n  At least 12MB more space needed on the /var filesystem.\n',
     'the disk is full: /var lacks 12MB'),
    ('[Errno 28] No space left on device', 'the disk is full'),
    ('Error:\n Problem: package docker-ce-3:27 conflicts with docker provided by podman-docker-4\n',
     'podman-docker-4): remove one of them yourself'),
    (' Problem: conflicting requests\n  - nothing provides container-selinux needed by docker-ce-3:27.1\n',
     'docker-ce-3:27.1 needs container-selinux'),
    ('error: Failed dependencies:\n\tconntrack is needed by (installed) kubelet-1.23.5-0.x86_64\n',
     'conntrack is needed by (installed) kubelet-1.23.5-0.x86_64): it stays'),
    ('error: rpmdb: BDB0113 Thread/process 1/2 failed', 'rpm --rebuilddb'),
    ('Error: this bootc system is configured to be read-only.', 'read-only'),
    ('Error: This command has to be run with superuser privileges (under the root user on most systems).', 'root'),
    ('all is well', ''), ('', '')])
def test_their_words_made_plain(host, said, told):
    for answer in (Answer(1, said, ''), Answer(1, '', said)):
        found = why_failed(host.files(ROCKY), answer)
        assert told in found and '\n' not in found and len(found) < 400, found
        assert not told or found != ''
        assert bool(told) == bool(found)


def test_a_release_whose_repositories_are_gone_is_told_so(host):
    assert 'vault.centos.org' in why_failed(host.files(CENTOS7), Answer(1, '', YUM_NAME))
    full = YUM_NAME + '[Errno 28] No space left on device'
    assert why_failed(host, Answer(1, '', full)).startswith('the disk is full')


def test_without_a_release_the_words_are_enough(host):
    host.denied = {'/etc/os-release'}
    assert 'does not resolve' in why_failed(host, Answer(1, '', YUM_NAME))


@given(st.text(alphabet='Could not resolve host:prxyGP\n (7)/.\udc80', max_size=400))
def test_whatever_they_say_is_one_line(text):
    class Nothing:
        def once(self, key, make):
            return make()

        def read(self, path, missing=None):
            return ''
    found = reason(Nothing(), text)
    assert '\n' not in found


@pytest.mark.parametrize('part', ['Could not resolve host: ', 'a conflicts with ', 'needs 1MB more space on the ',
                                  'nothing provides a ', ' ', 'x is needed by (installed) ', 'Existing lock '])
def test_long_answers_take_no_time(host, part):
    """A pattern that goes back and forth would take hours for what a command may say."""
    assert '\n' not in reason(host.files(ROCKY), part * (2**20 // len(part)))
