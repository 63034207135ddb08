"""An image is looked at as its own kernel would see it, and cannot lead the looker astray."""
import errno
import os
import subprocess
import sys

import pytest

from nodeprep.host import Host, files
from nodeprep.model import CannotTell
from tests.fakes import Link


@pytest.fixture
def outside(tmp_path):
    """A secret beside the image."""
    (tmp_path / 'secret').write_text('secret')
    return tmp_path / 'secret'


def test_text_survives_with_its_line_ends_and_bytes(host):
    host.files({'/f': b'a\r\nb\xff\x00\n'})
    assert host.read('/f') == 'a\r\nb\udcff\x00\n'
    assert host.read('/f').encode('utf-8', 'surrogateescape') == b'a\r\nb\xff\x00\n'


@pytest.mark.parametrize('target, found', [
    ('/etc/real', 'inside'), ('real', 'inside'), ('../etc/real', 'inside'), ('../../../../etc/real', 'inside'),
    ('./real', 'inside'), ('//etc//real', 'inside'), ('/etc/absent', None), ('/secret', None), ('../../secret', None),
])
def test_links_are_followed_below_the_root_only(image, outside, target, found):
    image.files({'/etc/real': 'inside', '/etc/link': Link(target)})
    assert image.read('/etc/link', missing='absent') == (found or 'absent')


def test_a_link_to_a_folder_outside_stays_inside(image, outside):
    image.files({'/up': Link('/..'), '/etc/real': 'inside'})
    assert image.read('/up/etc/real') == 'inside'
    assert image.read('/up/secret', missing='absent') == 'absent'
    assert image.names('/up') == ['etc', 'up']
    assert image.resolve('/up/etc/real') == '/etc/real'


def test_loops_end(image):
    image.files({'/a': Link('/b'), '/b': Link('/a')})
    with pytest.raises(CannotTell, match='(?i)too many levels'):
        image.read('/a', missing='')
    assert image.status('/a') is None and (image.link('/a'), image.resolve('/a')) == ('/b', '/a')


@pytest.mark.parametrize('make, said', [
    (lambda path: os.mkfifo(path), 'is not a regular file'),
    (lambda path: os.mkdir(path), 'is a folder'),
    (lambda path: os.close(os.open(path, os.O_CREAT)) or os.truncate(path, files.MOST + 1), 'is larger than 16 MiB'),
])
def test_what_is_no_honest_file_is_not_waited_for(image, make, said):
    make(image.root + '/thing')
    with pytest.raises(CannotTell, match=said) as error:
        image.read('/thing', missing='')
    assert error.value.source == '/thing'


@pytest.mark.parametrize('path', ['relative', '', '/a\0b'])
def test_a_path_is_absolute(image, path):
    with pytest.raises(CannotTell, match='is not an absolute path') as error:
        image.read(path)
    assert error.value.source == repr(path)


def test_what_is_absent_is_told_apart_from_what_is_forbidden(host):
    host.files({'/etc/f': 'x'}).denied.add('/etc/f')
    assert host.read('/etc/none', missing='m') == 'm' and host.read('/etc/f/below', missing='m') == 'm'
    with pytest.raises(CannotTell, match='/etc/f: permission denied'):
        host.read('/etc/f', missing='m')
    with pytest.raises(CannotTell, match='/etc/none: no such file'):
        host.read('/etc/none')


def test_names_and_globs_are_sorted_by_bytes(host):
    host.files({f'/d/{name}.conf': '' for name in ('B', 'a', '10', 'é', '[x]')}).files({'/e/x.conf': ''})
    assert host.names('/d') == ['10.conf', 'B.conf', '[x].conf', 'a.conf', 'é.conf']
    assert host.glob('/?/*.conf') == ['/d/10.conf', '/d/B.conf', '/d/[x].conf', '/d/a.conf', '/d/é.conf', '/e/x.conf']
    assert host.names('/none') == [] and host.glob('/none/*') == []
    assert host.glob('/d/a.conf') == ['/d/a.conf'] and host.glob('/d/z.conf') == []


def test_links_are_told_as_written_also_when_they_dangle(host):
    host.files({'/l': Link('../gone'), '/f': ''})
    assert (host.link('/l'), host.link('/f'), host.link('/none')) == ('../gone', None, None)
    assert not host.exists('/l') and host.glob('/l') == ['/l']
    assert host.is_file('/f') and not host.is_folder('/f') and host.is_folder('/')


@pytest.mark.reaches_machine
def test_the_running_host_is_read_as_it_is():
    assert Host().read('/proc/self/stat').startswith(str(os.getpid()))
    assert Host().resolve('/proc/self') == f'/proc/{os.getpid()}'


@pytest.mark.reaches_machine
def test_what_a_plain_user_may_not_read_is_named():
    child = os.fork()
    if not child:
        said = ''
        try:
            if os.geteuid() == 0:
                os.setuid(65534)
            Host().read('/proc/1/environ', missing='')
        except CannotTell as error:
            said = error.reason
        os._exit(0 if said == '/proc/1/environ: permission denied' else 1)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.reaches_machine
def test_the_locale_does_not_decide_which_names_can_be_read(host):
    code = ('import sys; from nodeprep.host import Host; host = Host(sys.argv[1])\n'
            'assert host.names("/d") == ["\\xe9", "\\udcff"], host.names("/d")\n'
            'assert host.read("/d/\\xe9") == "x" and host.link("/l") == "d/\\xe9" and host.resolve("/l") == "/d/\\xe9"')
    host.files({'/d/é': 'x', '/l': Link('d/é')})
    with open(os.fsencode(host.root) + b'/d/\xff', 'w'):
        pass
    environment = dict(os.environ, LC_ALL='C', PYTHONCOERCECLOCALE='0', PYTHONUTF8='0')
    subprocess.run([sys.executable, '-c', code, host.root], env=environment, check=True)


def test_a_surrogate_that_stands_for_no_byte_is_no_path(host):
    with pytest.raises(CannotTell, match='is not a path'):
        host.read('/\ud800', missing='')


@pytest.mark.parametrize('call, path, said', [
    ('os.read', '/etc/f', '/etc/f: input/output error'), ('os.listdir', '/etc', '/etc: input/output error'),
    ('os.stat', '/etc/f', '/etc/f: input/output error')])
def test_a_disk_that_fails_is_named(host, mocker, call, path, said):
    host.files({'/etc/f': 'x'})
    mocker.patch(call, side_effect=OSError(errno.EIO, os.strerror(errno.EIO)))
    look = {'os.read': host.read, 'os.listdir': host.names, 'os.stat': host.exists}[call]
    with pytest.raises(CannotTell) as error:
        look(path)
    mocker.stopall()
    assert error.value.reason == said
