"""`report:` of master.yaml."""
import pytest

from nodeprep.master.delivery.wishes import Hook, Mail, Wishes
from nodeprep.master.settings import Settings
from tests.master.test_settings import problems, read

WHOLE = '''
report:
  every: weekly
  keep: 52
  folder: /srv/reports
  mail: {server: "smtp.example.com:25", from: nodeprep@example.com, to: [a@example.com, b@example.com], user: nodeprep,
         password_file: /etc/nodeprep/smtp, tls: tls, ca: /etc/pki/root.pem}
  webhook: {url: "https://log.example.com/r?token=x", secret: hush}
'''


def test_a_whole_group_is_read():
    mail = Mail(('smtp.example.com', 25), 'nodeprep@example.com', ('a@example.com', 'b@example.com'), 'nodeprep',
                '/etc/nodeprep/smtp', 'tls', '/etc/pki/root.pem')
    hook = Hook('https://log.example.com/r?token=x', 'hush')
    found = read(WHOLE)
    assert found == Settings(report=Wishes('weekly', 52, '/srv/reports', mail, hook))
    assert 'hush' not in repr(found) and 'token' not in repr(found)


def test_without_it_there_is_one_each_day_and_nobody_is_told():
    wishes = read('listen: 0.0.0.0:1\n').report
    assert (wishes.every, wishes.keep, wishes.folder) == ('daily', 12, '/var/log/nodeprep')
    assert not wishes.mail.to and not wishes.webhook.url
    mail = read('report: {mail: {server: mx, from: a@b, to: c@d}}\n').report.mail
    assert (mail.server, mail.to, mail.tls) == (('mx', 587), ('c@d',), 'starttls')


@pytest.mark.parametrize('group, said', [
    ('{every: hourly}', "report.every: 'hourly' is not one of daily, weekly, monthly"),
    ('{keep: 0}', "report.keep: '0' is not a number from 1 to 3660"),
    ('{folder: here}', "report.folder: 'here' is not an absolute path"),
    ('{mial: {}}', "unknown key 'report.mial'"),
    ('{mail: {server: mx}}', 'report.mail needs server, from and to'),
    ('{mail: {server: "mx:0", from: a@b, to: c@d}}', "report.mail.server: 'mx:0' is not HOST:PORT"),
    ('{mail: {server: mx, from: "a@b\\r\\nBcc: x@y", to: c@d}}', 'report.mail.from: '),
    ('{mail: {server: mx, from: a@b, to: ["c@d", "e@f\\n"]}}', 'report.mail.to: '),
    ('{mail: {server: mx, from: a@b, to: []}}', 'report.mail.to: is a list of 1 to 100 addresses'),
    ('{mail: {server: mx, from: a@b, to: c@d, user: u}}', 'user and password_file are named together'),
    ('{mail: {server: mx, from: a@b, to: c@d, user: u, password_file: /p, tls: none}}', 'could read the password'),
    ('{webhook: {url: "ftp://x"}}', 'report.webhook.url: is no address'),
    ('{webhook: {secret: x}}', 'report.webhook needs url')])
def test_what_is_not_understood_is_told_with_its_place(group, said):
    found = problems(f'report: {group}\n')
    assert any(one.startswith('master.yaml:1') and said in one for one in found), found


def test_one_wrong_value_is_told_once():
    """Not also as one that is missing, which is there."""
    found = problems('report: {mail: {server: mx, from: nobody, to: c@d}}\n')
    assert len(found) == 1 and "'nobody' is not an address" in found[0]
    found = problems('report: {mail: {servr: mx, from: a@b, to: c@d}}\n')
    assert len(found) == 1 and 'did you mean server?' in found[0]


def test_a_secret_in_a_file_that_everybody_may_read_is_refused():
    found = problems('report: {webhook: {url: "https://x", secret: hush}}\n', exposed=True)
    assert len(found) == 1 and 'there is a secret in this file' in found[0]
