"""Reports by e-mail to a real server with STARTTLS and a password, and to those that refuse, are slow, or lie."""
import os
import time

import pytest

from nodeprep.master.delivery import mail
from nodeprep.master.delivery.wishes import Mail
from tests.system.masterprocess import MasterProcess
from tests.system.smtpsink import Taken, certificates, free, saying, sink
from tests.tiers import need

LETTER = {'id': '7f3c', 'made': 1900000000.0, 'day': '2030-03-17', 'name': 'compliance-2030-03-17.html',
          'text': 'Compliance 合规\n' + 'x' * 2000 + '\n.\nend\n', 'html': '<!DOCTYPE html><p>合规 100 %</p>',
          'subject': 'nodeprep: 99.10 % of the time as wanted'}


@pytest.fixture
def taken():
    need('module', 'aiosmtpd')
    return Taken()


@pytest.fixture
def files(tmp_path):
    return certificates(tmp_path, time.time())


def to(port, **how):
    return Mail(**dict({'server': ('127.0.0.1', port), 'sender': 'nodeprep@example.com',
                        'to': ('a@example.com', 'b@example.com')}, **how))


def secret(folder, text='hush-hush\n', mode=0o640):
    path = f'{folder}/password'
    with open(path, 'w') as file:
        file.write(text)
    os.chmod(path, mode)
    return path


def test_a_report_comes_over_starttls_with_a_password_and_has_the_page_with_it(taken, files, tmp_path):
    with sink(taken, files[1], b'hush-hush') as port:
        assert mail.send(to(port, ca=files[0], user='nodeprep', password_file=secret(tmp_path)), LETTER) == ('', 0)
    (sender, recipients, tls, got), = taken.mails
    assert (sender, recipients, tls) == ('nodeprep@example.com', ['a@example.com', 'b@example.com'], True)
    assert got['Subject'] == LETTER['subject'] and got['Message-ID'] == '<7f3c@example.com>'
    assert got['Auto-Submitted'] == 'auto-generated' and got['To'] == 'a@example.com, b@example.com'
    assert got.get_body(('plain',)).get_content().replace('\r\n', '\n') == LETTER['text']
    page, = got.iter_attachments()
    assert (page.get_filename(), page.get_content_type(), page.get_content_charset()) == (
        LETTER['name'], 'text/html', 'utf-8')
    assert page.get_payload(decode=True).decode('utf-8') == LETTER['html']


def test_tls_may_begin_with_the_first_byte_and_be_done_without(taken, files, tmp_path):
    with sink(taken, files[1], b'hush-hush', at_once=True) as port:
        how = dict(ca=files[0], user='nodeprep', password_file=secret(tmp_path), tls='tls')
        assert mail.send(to(port, **how), LETTER).problem == ''
    with sink(taken) as port:
        assert mail.send(to(port, tls='none'), LETTER).problem == ''
        assert 'STARTTLS' in mail.send(to(port), LETTER).problem
    assert len(taken.mails) == 2 and not taken.mails[1][2]


def test_a_password_goes_to_nobody_whose_certificate_is_not_trusted(taken, files, tmp_path):
    with sink(taken, files[1], b'hush-hush') as port:
        how = dict(user='nodeprep', password_file=secret(tmp_path))
        assert mail.send(to(port, **how), LETTER).problem.startswith('no TLS comes about: ')
        wrong = secret(tmp_path, 'guess\n')
        assert mail.send(to(port, ca=files[0], user='nodeprep', password_file=wrong), LETTER).problem == \
            'it refuses user and password (535)'
        problem = mail.send(to(port, ca=files[0]), LETTER).problem
        assert problem.startswith('it answers 530')
        os.mkdir(f'{tmp_path}/other')
    other = certificates(f'{tmp_path}/other', time.time(), ('mail.example.com',))
    with sink(taken, other[1]) as port:
        assert 'no TLS comes about' in mail.send(to(port, ca=other[0]), LETTER).problem
    assert taken.mails == []


def test_a_password_that_everybody_may_read_is_not_used(taken, files, tmp_path):
    path = secret(tmp_path, mode=0o644)
    how = dict(ca=files[0], user='nodeprep')
    with sink(taken, files[1], b'hush-hush') as port:
        assert 'everybody may read' in mail.send(to(port, password_file=path, **how), LETTER).problem
        assert 'No such file' in mail.send(to(port, password_file=f'{path}.none', **how), LETTER).problem
    assert taken.mails == []


def test_who_is_refused_is_counted_and_others_have_it(taken):
    with sink(taken) as port:
        taken.refuse = {'b@example.com': '550 who is that'}
        assert mail.send(to(port, tls='none'), LETTER) == ('', 1)
        taken.refuse['a@example.com'] = '550 nobody\x1b[31m here'
        problem = mail.send(to(port, tls='none'), LETTER).problem
        assert problem.startswith('it refuses all recipients: 550 ') and '\x1b' not in problem
        taken.refuse, taken.answer = {}, '452 disk full'
        assert mail.send(to(port, tls='none'), LETTER).problem == 'it answers 452 disk full'
    assert [one[1] for one in taken.mails] == [['a@example.com']]


def test_no_server_keeps_it_for_long(monkeypatch):
    monkeypatch.setattr(mail, 'TIMEOUT', 0.5)
    assert mail.send(to(free()), LETTER).problem == 'it cannot be reached: Connection refused'
    with saying(b'') as port:
        assert mail.send(to(port), LETTER).problem == 'it ended the connection, or said nothing for 0.5 s'
    monkeypatch.setattr(mail, 'TIMEOUT', 8.0)        # a busy machine may be slower with a line than it is meant to be
    with saying(b'220-wait\r\n', pause=0.1) as port:
        begin = time.monotonic()
        assert mail.send(to(port), LETTER, 2.0).problem == 'it took longer than 2 s'
        assert time.monotonic() - begin < 10
    with saying(b'554 go away\r\n') as port:
        assert mail.send(to(port), LETTER).problem == 'it answers 554 go away'


def test_a_header_has_no_second_line():
    with pytest.raises(ValueError):
        mail.message(to(1), dict(LETTER, subject='a\r\nBcc: x@example.com'))
    assert 'cannot be used' in mail.send(to(1), dict(LETTER, subject='a\nb')).problem


def test_a_master_sends_what_its_command_could_not_and_says_so(taken, tmp_path):
    shelf, port = tmp_path / 'reports', free()
    shelf.mkdir()
    config = (f'report: {{folder: {shelf}, mail: {{server: "127.0.0.1:{port}", tls: none, from: n@example.com, '
              f'to: ops@example.com}}}}\n')
    with MasterProcess(tmp_path, config) as master:
        code, out, err = master.run('report', '--write')
        assert code == 69 and out.count(' is written\n') == 3
        assert err == 'the report by e-mail is not taken: it cannot be reached: Connection refused; ' \
                      f'it is tried for a day\nthe report is in {shelf}, and not delivered yet: the master that runs ' \
                      'tries it again (exit code 69)\n'
        code, out, err = master.run('report', '--write')
        assert code == 69 and 'is due already' in out and 'Connection refused' in err      # it still waits
        person = master.person()
        assert 'nodeprep_report_messages_waiting{to="mail"} 1\n' in text(person, '/metrics')
        with sink(taken, port=port):
            end = time.monotonic() + 60
            while not taken.mails and time.monotonic() < end:
                time.sleep(0.2)
            (_, recipients, _, got), = taken.mails
            assert recipients == ['ops@example.com'] and got['Subject'].startswith('nodeprep: ')
            name, = [name for name in os.listdir(str(shelf)) if name.endswith('.html')]
            page, = got.iter_attachments()
            assert page.get_filename() == name and page.get_payload(decode=True) == (shelf / name).read_bytes()
            while 'waiting{to="mail"} 0\n' not in text(person, '/metrics'):
                assert time.monotonic() < end
                time.sleep(0.1)
            assert 'is due already' in master.told('report', '--write') and len(taken.mails) == 1


def test_the_doctor_tells_of_a_password_that_is_not_there_before_a_report_is_due(tmp_path):
    password = tmp_path / 'password'
    config = (f'report: {{mail: {{server: "127.0.0.1:{free()}", from: n@example.com, to: ops@example.com, user: n, '
              f'password_file: {password}, ca: {tmp_path}/none.pem}}}}\n')
    with MasterProcess(tmp_path, config) as master:
        code, out, _ = master.run('doctor')
        assert code == 1 and f'report.mail.password_file: {password}: No such file or directory' in out
        assert f'report.mail.ca: {tmp_path}/none.pem cannot be used: No such file or directory' in out
        secret(tmp_path)
        (tmp_path / 'none.pem').write_text('nothing')
        said = master.run('doctor')[1]
        assert 'password_file' not in said and 'none.pem cannot be used' in said
        os.chmod(str(password), 0o644)
        assert 'everybody may read the password' in master.run('doctor')[1]


def text(person, path):
    status, body = person.ask('GET', path)
    assert status == 200
    return body
