"""identity: see the class."""
from nodeprep.linux import identity, interfaces, mounts
from nodeprep.linux.member import membership
from nodeprep.model import CannotTell, NotApplicable, Observation, Requirement, Want, unknown
from nodeprep.typed import Any, Iterator, Optional

_DMI, _PRODUCT = '/sys/class/dmi/id', '/sys/class/dmi/id/product_uuid'
_MACHINE_ID, _DBUS = '/etc/machine-id', '/var/lib/dbus/machine-id'
_FLEET = '(the master tells whether another node has it too)'


class Identity(Requirement):
    """This machine has an identity of its own: product_uuid, machine-id and the addresses of its network cards.

    Why: kubeadm needs hostname, MAC address and product_uuid to be unique for every node. Machines that were cloned
    with a fixed machine-id get one DHCP lease between them, write one journal, and look like one node.
    Read: now /sys/class/dmi/id/product_uuid (root alone may), /etc/machine-id, /var/lib/dbus/machine-id, and
    /sys/class/net/*/address of the Ethernet cards that are no software. At boot /etc/machine-id, and whether it is only
    mounted over for this boot. An image is right to have an empty one, or 'uninitialized': each clone makes its own.
    Only values that nobody can own are found here: empty, malformed, and placeholders of firmware makers. Whether two
    nodes share a value is for the master to tell, which sees all of them.
    Fix: none.
    Left to a person: a new machine-id before the host joins (a node's is known to its cluster); product_uuid and MAC
    addresses are given by the hypervisor or the firmware.
    """

    id = 'identity'
    title = 'The machine has an identity of its own'

    def now(self, host: Any, want: Want) -> Iterator[Observation]:
        """product_uuid, machine-id, and the cards."""
        notes = []
        uuid = _product_uuid(host)
        if uuid is None:
            notes.append('this machine has no product_uuid: its firmware tells none')
        else:
            yield uuid
        yield _machine_id(host, 'a machine-id of its own')
        yield from _dbus(host)
        found = _cards(host)
        for one in found:
            yield one
        if not found:
            notes.append('no network card of its own: all its interfaces are made by software')
        if notes:
            raise NotApplicable('; '.join(notes))

    def boot(self, host: Any, want: Want) -> Iterator[Observation]:
        """The machine-id that the next boot finds."""
        if host.live:
            yield _kept(host)
        else:
            yield _in_image(host)
            yield from _dbus(host)


def _product_uuid(host: Any) -> Optional[Observation]:
    wanted = f'a UUID of its own {_FLEET}'
    try:
        if not host.is_folder(_DMI) or not host.exists(_PRODUCT):
            return None
        value = host.read(_PRODUCT).strip()
    except CannotTell as error:
        return unknown('product_uuid', wanted, error, hint='only root may read it')
    wrong = identity.bad_uuid(value)
    return Observation('product_uuid', f'{value[:64]} {wrong}'.strip(), wanted, not wrong, _PRODUCT,
                       hint='give this machine a UUID of its own in the hypervisor or the firmware' if wrong else '')


def _machine_id(host: Any, wanted: str) -> Observation:
    """The content of /etc/machine-id as a running system must have it."""
    wanted = f'{wanted} {_FLEET}'
    try:
        value = host.read(_MACHINE_ID, missing='').strip()
    except CannotTell as error:
        return unknown('machine-id', wanted, error)
    wrong = identity.bad_machine_id(value)
    return Observation('machine-id', f'{value[:40]} {wrong}'.strip(), wanted, not wrong, _MACHINE_ID,
                       hint=_remedy(host) if wrong else '')


def _remedy(host: Any) -> str:
    try:
        member = membership(host)
    except CannotTell as error:
        member = error.source
    if member:
        return f'this host is a node already ({member}); its machine-id is known to the cluster: drain and rejoin it'
    return 'before it joins: truncate -s 0 /etc/machine-id && systemd-machine-id-setup, then reboot'


def _dbus(host: Any) -> Iterator[Observation]:
    """D-Bus's copy, where it is a file of its own: a link, as EL has it since 7, cannot differ."""
    if host.link(_DBUS) is not None or not host.exists(_DBUS):
        return
    wanted = f'the same as {_MACHINE_ID}'
    try:
        copy, value = host.read(_DBUS).strip(), host.read(_MACHINE_ID, missing='').strip()
    except CannotTell as error:
        yield unknown(_DBUS, wanted, error)
        return
    same = copy == value
    yield Observation(_DBUS, 'the same' if same else copy[:40] or 'empty', wanted, same, _DBUS,
                      hint='' if same else f'ln -sf {_MACHINE_ID} {_DBUS}')


def _cards(host: Any) -> list:
    wanted = f'an address of its own {_FLEET}'
    found = []
    for card in interfaces.cards(host):
        wrong = identity.bad_mac(card.mac)
        if card.assigned == interfaces.RANDOM:
            found.append(Observation(card.name, f'{card.mac} is made up anew at each boot', wanted, False, card.source,
                                     hint='the card has no address of its own: give it one', advised=True))
        elif card.assigned in (interfaces.PERMANENT, ''):
            found.append(Observation(card.name, f'{card.mac} {wrong}'.strip(), wanted, not wrong, card.source,
                                     hint='give the card an address in the hypervisor' if wrong else ''))
        else:                     # 2 or 3: a bond or a person set it, so it says nothing of the card
            found.append(Observation(card.name, f'{card.mac}, set by software', wanted, True, card.source))
    return found


def _kept(host: Any) -> Observation:
    """Whether the running machine-id is on the disk: machine-id(5), systemd-machine-id-commit.service(8)."""
    wanted = 'the same machine-id'
    table = mounts.table(host)
    text = host.read(table, missing='')
    for number, line in enumerate(text.split('\n') if f' {_MACHINE_ID} ' in text else (), 1):
        fields = line.split(' ', 5)
        if len(fields) > 5 and fields[4] == _MACHINE_ID:
            return Observation('machine-id', 'made up for this boot and mounted over the file', wanted, False,
                               f'{table}:{number}', hint='systemd-machine-id-commit, once /etc can be written')
    found = _machine_id(host, wanted)
    return found._replace(wanted=wanted)


def _in_image(host: Any) -> Observation:
    wanted = 'none yet, so that each clone makes its own'
    value = host.read(_MACHINE_ID, missing='').strip()
    if value in ('', 'uninitialized'):
        return Observation('machine-id', value or ('empty' if host.exists(_MACHINE_ID) else 'absent'), wanted, True,
                           _MACHINE_ID)
    wrong = identity.bad_machine_id(value)
    if wrong:
        return Observation('machine-id', f'{value[:40]} {wrong}', wanted, False, _MACHINE_ID,
                           hint='truncate it: the first boot fills it')
    return Observation('machine-id', f'{value}: every clone will share it', wanted, False, _MACHINE_ID, advised=True,
                       hint="truncate it before cloning; on the disk of one machine of its own it is right")
