"""Kernel arguments: the words as the kernel parses them, running and at the next boot, on each boot loader."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodeprep.linux.kernelargs import at_boot, parse, running
from nodeprep.model import CannotTell
from tests.fakes import Link

ID = '1c0ffee0000000000000000000000001'
EL8_ENTRY = ('title CentOS Linux ({0}) 8\nversion {0}\nlinux /vmlinuz-{0}\ninitrd /i.img $tuned_initrd\n'
             'options $kernelopts $tuned_params\nid x\n')
EL9_ENTRY = ('title CentOS Stream ({0}) 9\nversion {0}\nlinux /vmlinuz-{0}\n'
             'options root=/dev/mapper/cs-root ro crashkernel=1G-4G:192M $tuned_params\n')
BLS_CFG = '''set pager=1
if [ -f ${config_directory}/grubenv ]; then
  load_env -f ${config_directory}/grubenv
elif [ -s $prefix/grubenv ]; then
  load_env
fi
if [ "${next_entry}" ] ; then
   set default="${next_entry}"
   set next_entry=
   save_env next_entry
   set boot_once=true
else
   set default="${saved_entry}"
fi
if [ x"${feature_menuentry_id}" = xy ]; then
  menuentry_id_option="--id"
else
  menuentry_id_option=""
fi
export menuentry_id_option
### BEGIN /etc/grub.d/08_fallback_counting ###
if [ -n "${boot_counter}" -a "${boot_success}" = "0" ]; then
  if  [ "${boot_counter}" = "0" -o "${boot_counter}" = "-1" ]; then
    set default=1
    set boot_counter=-1
  fi
fi
if [ -z "${kernelopts}" ]; then
  set kernelopts="root=/dev/fallback ro "
fi
insmod blscfg
blscfg
'''
EL7_CFG = '''set pager=1
if [ "${next_entry}" ] ; then
   set default="${next_entry}"
else
   set default="${saved_entry}"
fi
menuentry 'CentOS Linux (3.10.0-1160.119.1.el7.x86_64) 7 (Core)' --unrestricted $menuentry_id_option 'gnulinux-new' {
	load_video
	linux16 /vmlinuz-3.10.0-1160.119.1.el7.x86_64 root=/dev/sda1 ro crashkernel=auto rhgb quiet
	initrd16 /initramfs-3.10.0-1160.119.1.el7.x86_64.img
}
menuentry 'CentOS Linux (3.10.0-1160.el7.x86_64) 7 (Core)' --class centos $menuentry_id_option 'gnulinux-old' {
	linux16 /vmlinuz-3.10.0-1160.el7.x86_64 root=/dev/mapper/centos-root ro selinux=0
}
'''
DEBIAN_CFG = '''set default="0"
menuentry_id_option="--id"
menuentry 'Debian GNU/Linux' --class debian $menuentry_id_option 'gnulinux-simple-1' {
	echo	'Loading Linux 6.1.0-18-amd64 ...'
	linux	/boot/vmlinuz-6.1.0-18-amd64 root=UUID=1 ro  quiet
}
submenu 'Advanced options for Debian GNU/Linux' $menuentry_id_option 'gnulinux-advanced-1' {
	menuentry 'Debian GNU/Linux, with Linux 6.1.0-17-amd64' $menuentry_id_option 'gnulinux-17' {
		linux	/boot/vmlinuz-6.1.0-17-amd64 root=UUID=1 ro old
	}
}
'''


@pytest.mark.parametrize('text, words', [
    ('', ()), (' a\tb \n', ('a', 'b')), ('a="b c" d', ('a=b c', 'd')), ('"a b=c" d', ('a b=c', 'd')),
    ('a=b"c d"e', ('a=b"c d"e',)), ('"x', ('x',)), ('a="b', ('a=b',)), ('a="b"c', ('a=b"c',)), ('=x', ('=x',))])
def test_words_as_next_arg_of_the_kernel_parts_them(text, words):
    assert parse(text, 'x').words == words


def test_the_last_one_wins_and_a_bare_word_is_empty():
    args = parse('selinux=1 quiet selinux=0', '/x')
    assert (args.value('selinux'), args.values('selinux')) == ('0', ['1', '0'])
    assert (args.value('quiet'), args.value('no')) == ('', None)


def test_the_kernel_stops_at_two_dashes_and_systemd_does_not():
    args = parse('a=1 -- a=2 systemd.unified_cgroup_hierarchy=0', '/x')
    assert args.value('a') == '1'
    assert args.value('systemd.unified_cgroup_hierarchy') == '0'


def test_running(host):
    host.files({'/proc/cmdline': 'BOOT_IMAGE=/vmlinuz selinux=0\n'})
    assert running(host).value('selinux') == '0'
    assert running(host).where('selinux') == '/proc/cmdline'


def el8(host, saved):
    files = {f'/boot/loader/entries/{ID}-{version}.conf': EL8_ENTRY.format(version)
             for version in ('4.18.0-80.el8.x86_64', '4.18.0-553.el8.x86_64', '0-rescue')}
    block = f'# GRUB Environment Block\n{saved}kernelopts=root=/dev/sda1 ro selinux=0 \nboot_success=0\n' + '#' * 500
    return host.files({'/boot/grub2/grub.cfg': BLS_CFG, '/boot/grub2/grubenv': block, **files})


@pytest.mark.parametrize('saved, kernel', [
    ('', '4.18.0-553.el8.x86_64'),
    (f'saved_entry={ID}-4.18.0-80.el8.x86_64\n', '4.18.0-80.el8.x86_64'),
    ('saved_entry=1\n', '4.18.0-80.el8.x86_64'),
    ('saved_entry=9\n', '4.18.0-553.el8.x86_64'),
    ('saved_entry=gone\n', '4.18.0-553.el8.x86_64'),
    (f'next_entry={ID}-4.18.0-80.el8.x86_64\nsaved_entry=0\n', '4.18.0-80.el8.x86_64')])
def test_el8_takes_the_saved_entry_or_the_newest(host, saved, kernel):
    args = at_boot(el8(host, saved))
    assert args.source == f'/boot/loader/entries/{ID}-{kernel}.conf:5'
    assert args.value('selinux') == '0'
    assert args.where('selinux') == '/boot/grub2/grubenv'


def test_el8_kernelopts_that_the_environment_lacks_come_from_grub_cfg(host):
    host.files({'/boot/grub2/grub.cfg': BLS_CFG, '/boot/grub2/grubenv': '# GRUB Environment Block\n',
                f'/boot/loader/entries/{ID}-1.conf': EL8_ENTRY.format('4.18.0-1.el8')})
    assert at_boot(host).value('root') == '/dev/fallback'
    assert at_boot(host).where('root') == '/boot/grub2/grub.cfg'


def test_el8_on_efi_reads_the_environment_through_its_link(image):
    image.files({'/boot/efi/EFI/centos/grub.cfg': BLS_CFG, '/boot/grub2/grubenv': Link('../efi/EFI/centos/grubenv'),
                 '/boot/efi/EFI/centos/grubenv': '# GRUB Environment Block\nkernelopts=enforcing=0\n',
                 f'/boot/loader/entries/{ID}-4.18.0-1.conf': EL8_ENTRY.format('4.18.0-1')})
    assert at_boot(image).value('enforcing') == '0'
    assert at_boot(image).where('enforcing') == '/boot/efi/EFI/centos/grubenv'


def test_el9_on_efi_goes_through_the_stub_and_tuned_adds_its_arguments(image):
    image.files({'/boot/efi/EFI/centos/grub.cfg': 'set prefix=($dev)/grub2\nconfigfile $prefix/grub.cfg\n',
                 '/boot/grub2/grub.cfg': 'set tuned_params="nohz=on isolcpus=3"\n' + BLS_CFG,
                 '/boot/grub2/grubenv': f'saved_entry={ID}-5.14.0-70.el9.x86_64\n',
                 f'/boot/loader/entries/{ID}-5.14.0-70.el9.x86_64.conf': EL9_ENTRY.format('5.14.0-70.el9.x86_64'),
                 f'/boot/loader/entries/{ID}-5.14.0-427.el9.x86_64.conf': EL9_ENTRY.format('5.14.0-427.el9.x86_64')})
    args = at_boot(image)
    assert (args.value('isolcpus'), args.where('isolcpus')) == ('3', '/boot/grub2/grub.cfg')
    assert args.where('crashkernel') == f'/boot/loader/entries/{ID}-5.14.0-70.el9.x86_64.conf:4'


@pytest.mark.parametrize('saved, version', [
    ('saved_entry=CentOS Linux (3.10.0-1160.el7.x86_64) 7 (Core)\n', 'selinux'), ('saved_entry=1\n', 'selinux'),
    ('saved_entry=gnulinux-old\n', 'selinux'), ('saved_entry=0\n', 'crashkernel'), ('', 'crashkernel')])
def test_el7_takes_the_saved_title_id_or_number(host, saved, version):
    host.files({'/boot/grub2/grub.cfg': EL7_CFG, '/boot/grub2/grubenv': '# GRUB Environment Block\n' + saved})
    args = at_boot(host)
    assert args.value(version) is not None
    assert args.source == '/boot/grub2/grub.cfg:' + ('13' if version == 'selinux' else '9')


def test_el7_on_efi(host):
    host.files({'/boot/efi/EFI/centos/grub.cfg': EL7_CFG.replace('linux16', 'linuxefi'),
                '/boot/efi/EFI/centos/grubenv': 'saved_entry=1\n'})
    assert at_boot(host).value('selinux') == '0'


@pytest.mark.parametrize('default, word', [('0', 'quiet'), ('1', 'old'), ('1>0', 'old'),
                                           ('gnulinux-advanced-1>gnulinux-17', 'old'),
                                           ('7', 'quiet')])
def test_debian_with_submenus(host, default, word):
    host.files({'/boot/grub/grub.cfg': DEBIAN_CFG.replace('"0"', f'"{default}"')})
    assert at_boot(host).value(word) == ''


def test_quotes_reach_the_kernel(host):
    host.files({'/boot/grub/grub.cfg': 'menuentry x {\nlinux /vmlinuz "dyndbg=file a +p" b=1\n}\n'})
    assert at_boot(host).words == ('dyndbg=file a +p', 'b=1')


def test_extlinux(host):
    host.files({'/boot/extlinux/extlinux.conf': 'DEFAULT b\nLABEL a\n  KERNEL /k\n  APPEND x=1\n'
                                                'LABEL b\n  linux /k\n  append x=2\n'})
    assert (at_boot(host).value('x'), at_boot(host).source) == ('2', '/boot/extlinux/extlinux.conf:7')


def test_systemd_boot(host):
    host.files({'/efi/loader/loader.conf': 'timeout 3\ndefault *-5.14*\n',
                '/efi/loader/entries/m-6.1.conf': 'options x=6\n',
                '/efi/loader/entries/m-5.14.conf': 'options x=5\n'})
    assert at_boot(host).value('x') == '5'


def test_a_unified_kernel_image(host):
    host.files({'/boot/efi/EFI/Linux/a.efi': b'MZ', '/etc/kernel/cmdline': 'root=x enforcing=0\n'})
    assert (at_boot(host).value('enforcing'), at_boot(host).source) == ('0', '/etc/kernel/cmdline:1')


def test_no_boot_loader_is_the_running_line_with_a_word_about_it(host):
    host.files({'/proc/cmdline': 'a=1\n'})
    assert at_boot(host).value('a') == '1'
    assert at_boot(host).where('a').startswith('/proc/cmdline (there is no boot loader')


def test_an_image_without_boot_loader_cannot_be_told(image):
    with pytest.raises(CannotTell, match='no boot loader'):
        at_boot(image)


@pytest.mark.parametrize('denied', ['/boot/grub2/grub.cfg', '/boot/grub2/grubenv', '/boot/loader/entries'])
def test_what_only_root_may_read_is_named(host, denied):
    el8(host, '').denied.add(denied)
    with pytest.raises(CannotTell) as caught:
        at_boot(host)
    assert caught.value.source == denied


def test_entries_that_are_said_to_be_there_and_are_not(host):
    host.files({'/boot/grub2/grub.cfg': BLS_CFG})
    with pytest.raises(CannotTell, match='has none'):
        at_boot(host)


def test_submenus_without_end(host):
    host.files({'/boot/grub2/grub.cfg': 'submenu x {\n' * 5000})
    with pytest.raises(CannotTell, match='too many submenus'):
        at_boot(host)


@pytest.mark.parametrize('path', ['/boot/grub2/grub.cfg', '/boot/grub2/grubenv', '/boot/loader/entries/a.conf',
                                  '/boot/extlinux/extlinux.conf', '/efi/loader/loader.conf'])
@given(junk=st.one_of(st.binary(max_size=200), st.lists(st.sampled_from(
    [b'menuentry', b' a ', b'{', b'}', b'\n', b'linux', b'"', b"'", b'$x', b'set default=', b'\xb2', b'submenu', b'if',
     b'blscfg',
     b'options ', b'LABEL', b'append', b'default ', b'@', b'*']), max_size=30).map(b''.join)))
def test_any_bytes_anywhere(tmp_path_factory, path, junk):
    from tests.fakes import FakeHost
    host = FakeHost(str(tmp_path_factory.mktemp('root')))
    host.files({'/proc/cmdline': 'a', '/efi/loader/entries/a.conf': 'options x\n'} if 'efi' in path
               else {'/proc/cmdline': 'a'})
    host.files({path: junk})
    try:
        args = at_boot(host)
    except CannotTell:
        return
    assert len(args.words) == len(args.places)


# ---- what is not there to be looked at

BOOT_ASLEEP = '28 1 253:0 / / rw - xfs /dev/dm-0 rw\n29 28 0:40 / /boot/efi rw - autofs systemd-1 rw,fd=50\n'


def test_an_automount_is_not_woken(host):
    host.files({'/proc/self/mountinfo': BOOT_ASLEEP, '/proc/cmdline': 'a'})
    with pytest.raises(CannotTell, match='not woken') as caught:
        at_boot(host)
    assert caught.value.source == '/boot/efi'


def test_a_boot_partition_that_is_not_mounted(host):
    host.files({'/proc/self/mountinfo': BOOT_ASLEEP.split('29')[0] + '\n', '/proc/cmdline': 'a',
                '/etc/fstab': '/dev/dm-0 / xfs defaults 0 0\nUUID=1 /boot xfs defaults 0 0\n'})
    with pytest.raises(CannotTell, match='/boot is not mounted') as caught:
        at_boot(host)
    assert caught.value.source == '/etc/fstab:2'


def test_an_entry_of_ones_own_beside_those_of_the_folder(host):
    el8(host, 'saved_entry=mine\n').files({
        '/boot/grub2/grub.cfg': BLS_CFG + "menuentry 'mine' {\n linux /vmlinuz-mine own=1\n}\n"})
    assert at_boot(host).value('own') == '1'


def test_more_entries_than_any_host_keeps(host):
    el8(host, '').files({f'/boot/loader/entries/x-{number}.conf': 'options a\n' for number in range(201)})
    with pytest.raises(CannotTell, match='more than 200'):
        at_boot(host)
