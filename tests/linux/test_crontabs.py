"""The lines of cron: where each stands, and which names a setting."""
from nodeprep.linux import crontabs
from nodeprep.model import CannotTell


def test_every_table_is_read_without_its_comments(host):
    host.files({'/etc/crontab': 'SHELL=/bin/sh\n\n# * * * * * root x\n1 2 * * * root one\n',
                '/etc/cron.d/a': ' # a\n@daily root two\n', '/var/spool/cron/root': '@hourly three\n',
                '/var/spool/cron/crontabs/me': '@reboot four'})
    assert list(crontabs.lines(host)) == [
        ('/etc/crontab:1', 'SHELL=/bin/sh'), ('/etc/crontab:4', '1 2 * * * root one'),
        ('/etc/cron.d/a:2', '@daily root two'), ('/var/spool/cron/root:1', '@hourly three'),
        ('/var/spool/cron/crontabs/me:1', '@reboot four')]


def test_a_table_that_may_not_be_read_hides_no_other(host, monkeypatch):
    host.files({'/etc/crontab': 'x /a/b\n', '/etc/cron.d/a': 'y /a/b\n'})
    read = host.read

    def refused(path, **how):
        if path == '/etc/crontab':
            raise CannotTell('Permission denied', path)
        return read(path, **how)
    monkeypatch.setattr(host, 'read', refused)
    assert crontabs.naming(host, ['/a/b']) == '/etc/cron.d/a:1'


def test_a_name_is_a_whole_word(host):
    host.files({'/etc/crontab': 'a net.ipv4.ip_forward_x\nb /proc/sys/net.ipv4.ip_forward\nc net.ipv4.ip_forward=0\n'})
    assert crontabs.naming(host, ['net.ipv4.ip_forward']) == '/etc/crontab:3'
    assert crontabs.naming(host, []) == '' == crontabs.naming(host, [''])
