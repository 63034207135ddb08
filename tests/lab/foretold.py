"""What a check foretold of a boot against what a check saw after it, line by line.

Each kind of line that foretells has a row here, which says what line of *now* must then be seen. A line that has no
row is an error: nothing is passed over.
"""
import re

# requirement, what is foretold of which subject, and what must be seen then of which; \1 is what a group took.
ROWS = (
    ('bridge', 'br_netfilter', 'loaded before sysctl.d is applied', 'br_netfilter', 'there'),
    ('bridge', 'br_netfilter', 'no file of modules-load.d names it', 'br_netfilter', 'not loaded'),
    ('bridge', '(net.bridge.bridge-nf-call-.*)', '([01])', r'\1', r'\2'),
    ('bridge', '(net.bridge.bridge-nf-call-.*)', '(not there: br_netfilter is not loaded) when sysctl.d is applied',
     r'\1', r'\2'),
    ('cgroup', 'cgroup version', '(v[12])', '/sys/fs/cgroup', r'\1'),
    ('cpu', 'CPUs of the machine', '(.* CPUs), none taken away', 'online CPUs', r'\1'),
    ('disk', '/var/lib/docker', r'on the root file system \((/dev/.*)\), as now', '/var/lib/docker, /var/lib/kubelet',
     r'[0-9.]+ GB at / \(on vda of [0-9.]+ GB\)'),
    ('docker', 'docker.service', 'enabled, starts at boot', 'docker.service', 'active'),
    ('docker', 'docker.service', 'disabled', 'docker.service', 'inactive'),
    ('docker', 'cgroup driver', '(.*)', 'cgroup driver', r'\1'),
    ('firewall', '(.*)', '.*not started at boot', r'\1', 'inactive'),
    ('firewall', '(.*)', 'enabled, started at boot', r'\1', 'active'),
    ('forwarding', '(net.*)', '([01])(, the default of the kernel)?', r'\1', r'\2'),
    ('hostname', '/etc/hostname', '(.*)', 'host name', r'\1'),
    ('hostname', '/etc/hosts', '(.*)', '.*', r'\1'),
    ('identity', '(machine-id)', '(.*)', r'\1', r'\2'),
    ('kernel-modules', '(.*)', 'loaded before sysctl.d is applied', r'\1', 'there'),
    ('kernel-modules', '(.*)', 'no file of modules-load.d names it', r'\1', 'not loaded'),
    ('kubelet', 'kubelet.service', '(not installed)', 'kubelet', r'\1'),
    ('memory', 'MemTotal', '(.*) again, no crashkernel=', 'MemTotal', r'\1'),
    ('os', 'kernel', '(.*) again', 'kernel', r'\1'),
    ('selinux', '/etc/selinux/config', r'(enforcing|permissive) \(.*\)', 'SELinux', r'\1'),
    ('swap', 'swap.target', 'masked: nothing that hangs on it starts', '/proc/swaps', 'no swap is on'),
    ('swap', '/etc/fstab', '.* is turned on', '/dev/vda2', 'swapping on 256 MiB, .* of it used'),
    ('time-sync', 'time daemon', '(chrony) starts at boot', 'time daemon', r'\1 runs'),
    ('time-sync', 'time daemon', 'none', 'time daemon', 'none runs'),
    ('time-sync', '(127.0.0.1)', 'configured', 'clock', r'synchronised with \1, .*'),
)
# What they foretell is no line of *now*, but a file, or the lack of a daemon: the story asks for those itself.
ELSEWHERE = (('docker', '/etc/docker/daemon.json', 'absent'), ('time-sync', 'sources of chrony', '.*'),
             ('time-sync', '127.0.0.1', 'not configured'))
# Of a dockerd that does not run nothing is seen.
ONLY_WHEN_IT_RUNS = {('docker', 'cgroup driver'): ('docker.service', 'active')}


def failings(before, after):
    """What did not come true of report `before`, as report `after` of the next boot shows it; [] when all did."""
    seen = {one['requirement']: one for one in after['findings']}
    told = []
    for finding in before['findings']:
        name, now = finding['requirement'], seen[finding['requirement']]
        if finding['boot'] != 'not-applicable' and finding['boot'] != now['now']:
            told.append(f'{name}: foretold {finding["boot"]}, came {now["now"]}')
        lines = {one['subject']: one for one in now['observations'] if one['when'] == 'now'}
        for one in finding['observations']:
            if one['when'] == 'boot':
                told += _line(name, one, lines)
    return told


def _line(name, one, lines):
    subject, found = one['subject'], one['found']
    if any(name == row[0] and subject == row[1] and re.fullmatch(row[2], found) for row in ELSEWHERE):
        return []
    needs = ONLY_WHEN_IT_RUNS.get((name, subject))
    if needs and lines[needs[0]]['found'] != needs[1]:
        return []
    for requirement, about, says, then_about, then_says in ROWS:
        match = re.fullmatch(f'{about}\0{says}', f'{subject}\0{found}')
        if requirement == name and match:
            wanted = match.expand(then_about), re.compile(match.expand(then_says))
            come = [line for line in lines.values() if re.fullmatch(wanted[0], line['subject'])
                    and wanted[1].fullmatch(line['found']) and line['met'] == one['met']]
            return [] if come else [f'{name}: foretold {subject}: {found}; came '
                                    f'{[(line["subject"], line["found"], line["met"]) for line in lines.values()]}']
    return [f'{name}: {subject}: {found}: this line foretells something, and no row of tests/lab/foretold.py says what']
