"""Runs in the virtual machine, as root: what the tests type there. One line of JSON asks, one answers.

It is the only thing in the machine that no host has. It knows nothing of nodeprep, and imports nothing of ours.
"""
import base64
import json
import os
import subprocess
import threading

PORT = '/dev/virtio-ports/lab'


def answered(asked):
    """Runs what is asked and tells how it ended; 124 when it took too long, as timeout(1) has it."""
    try:
        done = subprocess.Popen(asked['argv'], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                cwd='/', env=asked['env'], start_new_session=True)
    except OSError as error:
        return 127, b'', str(error).encode()
    late = threading.Timer(asked['timeout'], os.killpg, (done.pid, 9))
    late.start()
    out, err = done.communicate(base64.b64decode(asked['stdin']))
    late.cancel()
    return (124 if done.returncode == -9 else done.returncode), out, err


def main():
    """Says which boot this is, then answers until the machine ends."""
    with open('/proc/sys/kernel/random/boot_id') as file:
        boot = file.read().strip()
    port = os.open(PORT, os.O_RDWR)

    def tell(tree):
        text = b'\n' + json.dumps(tree).encode() + b'\n'
        while text:
            text = text[os.write(port, text):]
    tell({'boot': boot})
    rest = b''
    while True:
        some = os.read(port, 65536)
        if not some:
            return                     # nobody is at the other end any more; systemd starts this anew
        *lines, rest = (rest + some).split(b'\n')
        for line in lines:
            asked = json.loads(line)
            code, out, err = answered(asked)
            tell({'id': asked['id'], 'code': code, 'out': base64.b64encode(out).decode(),
                  'err': base64.b64encode(err).decode()})


if __name__ == '__main__':
    main()
