"""systemd: what the service manager is told, and that nobody else is."""
from nodeprep.agent.systemd import Systemd
from nodeprep.model import CannotChange


def made(environment, pid=7):
    sent = []
    return Systemd(environment, pid, lambda: 12.5, lambda address, data: sent.append((address, data))), sent


def test_nobody_is_told_when_systemd_did_not_start_it():
    one, sent = made({})
    one.ready('met')
    one.alive()
    one.stopping()
    assert sent == [] and not one.there and one.watchdog == 0.0


def test_what_it_is_told():
    environment = {'NOTIFY_SOCKET': '/run/n', 'WATCHDOG_USEC': '30000000', 'WATCHDOG_PID': '7', 'PATH': '/bin'}
    one, sent = made(environment)
    assert environment == {'PATH': '/bin'} and one.watchdog == 30.0
    one.ready('FIT')
    one.status('FIT')
    one.status('NOT FIT\nREADY=1')
    one.alive()
    one.reloading()
    one.stopping()
    assert [data for _, data in sent] == [b'READY=1', b'STATUS=FIT', b'STATUS=NOT FIT READY=1', b'WATCHDOG=1',
                                          b'RELOADING=1\nMONOTONIC_USEC=12500000', b'STOPPING=1']


def test_a_watchdog_of_another_process_is_not_fed():
    one, sent = made({'NOTIFY_SOCKET': '/run/n', 'WATCHDOG_USEC': '30000000', 'WATCHDOG_PID': '8'})
    one.alive()
    assert sent == []


def test_a_status_that_was_not_heard_is_told_again():
    heard = []

    def send(address, data):
        heard.append(data)
        if len(heard) == 1:
            raise CannotChange('full')
    one = Systemd({'NOTIFY_SOCKET': '@x'}, 1, lambda: 0.0, send)
    one.status('FIT')
    one.status('FIT')
    one.status('FIT')
    assert heard == [b'STATUS=FIT', b'STATUS=FIT']
