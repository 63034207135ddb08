"""The kernel that the next boot starts."""
import doctest

from nodeprep.linux import bootargs


def test_doctests():
    assert doctest.testmod(bootargs).failed == 0


def test_the_newest_installed_kernel_boots_when_no_boot_loader_tells(host):
    host.files({f'/lib/modules/{release}/modules.dep': '' for release in
                ('5.14.0-70.el9.x86_64', '5.14.0-427.el9.x86_64', '5.14.0-503.el9.x86_64+debug')})
    host.files({'/lib/modules/6.0.0-removed/extra': {}, '/proc/cmdline': 'quiet\n'})
    assert bootargs.boot_kernel(host) == '5.14.0-427.el9.x86_64'
    assert bootargs.arguments(host).kernel == (5, 14)


def test_the_default_boot_entry_decides(host):
    host.files({f'/lib/modules/{release}/modules.dep': ''
                for release in ('5.14.0-70.el9.x86_64', '5.14.0-427.el9.x86_64')})
    host.files({'/boot/loader/entries/a-5.14.0-70.el9.x86_64.conf': 'title old\nversion 5.14.0-70.el9.x86_64\n'
                                                                   'linux /vmlinuz-5.14.0-70.el9.x86_64\noptions ro\n',
                '/boot/grub2/grub.cfg': 'blscfg\n', '/boot/grub2/grubenv': '# GRUB Environment Block\n'})
    assert bootargs.boot_kernel(host) == '5.14.0-70.el9.x86_64'


def test_a_host_without_modules_starts_its_running_kernel_again_and_an_image_none(host, image):
    assert bootargs.boot_kernel(host) == host.kernel[2]
    assert bootargs.boot_kernel(image) == ''


def test_arguments_that_cannot_be_told_are_none_with_the_trouble(image):
    found = bootargs.arguments(image)
    assert found.words == () and 'boot loader' in found.trouble


def test_values_in_order_with_their_place(host):
    host.files({'/proc/cmdline': 'a=1 b a=2 c=3\n'})
    assert [value for value, _ in bootargs.arguments(host).values('a', 'b')] == ['1', '2']
