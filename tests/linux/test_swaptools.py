"""Other programs that turn swap on, and a kubelet that does not mind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodeprep.linux import gptswap, swapkubelet, swaptools
from nodeprep.linux.swapkubelet import Tolerance


@pytest.mark.parametrize(
    'text, line',
    [
        ('swap:\n  filename: /s\n  size: 1G\n', 1),
        ('#swap:\na: b\nswap:\n  size: "auto"\n  filename: "/s"\n', 3),
        ('swap: {size: 1, filename: /s}\n', 1),
        ('"swap":\n - x\n filename: /s\n size: 5 # five\n', 1),
        ('swap:\n  filename: /s\nsize: 1\n', 0),
        ('x:\n  swap:\n    filename: /s\n    size: 1\n', 0),
        ('swapfile: {filename: /s, size: 1}', 0),
        ('swap:\n  filename: /s\n  size: 0\n', 0),
        ('swap: false\n', 0),
        ('swap:\n\n  # filename: /s\n  size: 1\n', 0),
        ('', 0),
    ],
)
def test_cloud_init_asks_for_a_swap_file(text, line):
    assert swaptools.swap_file(text) == line


@pytest.mark.parametrize(
    'text, wanted',
    [
        ('failSwapOn: false\n', (False, 1, '')),
        ('a: 1\nfailSwapOn: true # yes\n', (True, 2, '')),
        ('"failSwapOn": "False"\n', (False, 1, '')),
        ('failSwapOn: no\n', (None, 1, '')),
        ('failSwapOn:\n', (None, 1, '')),
        ('#failSwapOn: false\n', (None, 0, '')),
        ('a:\n  failSwapOn: false\n', (None, 0, '')),
        ('a: b\n---\nfailSwapOn: false\n', (None, 0, '')),
        ('---\nfailSwapOn: false\n', (False, 2, '')),
        ('memorySwap: {}\nfailSwapOn: false\n', (False, 2, '')),
        (
            'failSwapOn: false\nmemorySwap:\n\n  # x\n  swapBehavior: "NoSwap"\nb:\n  swapBehavior: no\n',
            (False, 1, 'NoSwap'),
        ),
        ('{\n "failSwapOn": false, "memorySwap": {"swapBehavior": "LimitedSwap"}}', (False, 2, 'LimitedSwap')),
        ('{"failSwapOn": "false"}', (None, 1, '')),
        ('{broken', (None, 0, '')),
        ('{}', (None, 0, '')),
        ('failSwapOn: false\nfailSwapOn: true\n', (True, 2, '')),
    ],
)
def test_what_the_kubelet_is_configured_to_do(text, wanted):
    assert swapkubelet.configured(text) == wanted


CONFIG = '/var/lib/kubelet/config.yaml'


@pytest.mark.parametrize(
    'files, wanted',
    [
        ({}, None),
        ({CONFIG: 'failSwapOn: true\n'}, None),
        ({CONFIG: 'failSwapOn: false\n'}, Tolerance('failSwapOn: false', CONFIG + ':1', '')),
        ({CONFIG: 'failSwapOn: false\n', '/etc/sysconfig/kubelet': 'KUBELET_EXTRA_ARGS=--fail-swap-on\n'}, None),
        (
            {'/var/lib/kubelet/kubeadm-flags.env': 'KUBELET_KUBEADM_ARGS="--x --fail-swap-on=false --y"\n'},
            Tolerance('--fail-swap-on=false', '/var/lib/kubelet/kubeadm-flags.env:1', ''),
        ),
        (
            {
                '/var/lib/kubelet/kubeadm-flags.env': 'A="--fail-swap-on=false"\n',
                '/etc/sysconfig/kubelet': 'B=--fail-swap-on=true\n',
            },
            None,
        ),
        ({'/etc/sysconfig/kubelet': '#KUBELET_EXTRA_ARGS=--fail-swap-on=false\nA=--fail-swap-on=maybe\n'}, None),
        (
            {
                '/etc/systemd/system/kubelet.service.d/20.conf': '[Service]\nEnvironment="A=--fail-swap-on=F"\n'
            },
            Tolerance('--fail-swap-on=false', '/etc/systemd/system/kubelet.service.d/20.conf:2', ''),
        ),
        ({'/etc/systemd/system/kubelet.service.d/20.conf': '[Service]\n', CONFIG: '\udcff\n'}, None),
    ],
)
def test_what_tells_the_kubelet_to_run_with_swap(image, files, wanted):
    assert swapkubelet.tolerance(image.files(files)) == wanted


@given(st.text(max_size=200))
def test_any_text_is_read_by_every_parser(text):
    assert swaptools.swap_file(text) >= 0
    fails, line, behavior = swapkubelet.configured(text)
    assert fails in (True, False, None) and line >= 0 and isinstance(behavior, str)
    assert isinstance(gptswap.parse(text), dict)
