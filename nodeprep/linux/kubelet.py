"""The kubelet that is installed."""
import re
from typing import Any, Optional, Tuple

from nodeprep.model import CannotTell

Version = Tuple[int, int, int]


def version(host: Any) -> Optional[Version]:
    """(major, minor, patch) of the installed kubelet; None when none is. CannotTell when it does not say.

    `kubelet --version` prints 'Kubernetes v1.23.5' and nothing else (staging/src/k8s.io/component-base/version/verflag).
    """
    found: Optional[Version] = host.once('kubelet version', lambda: _version(host))
    return found


def _version(host: Any) -> Optional[Version]:
    if not host.program('kubelet'):
        return None
    answer = host.ask(['kubelet', '--version'])
    match = re.match(r'^Kubernetes v(\d{1,3})\.(\d{1,3})\.(\d{1,4})(?:[-+][\w.+-]{1,60})?$', answer.out.strip())
    if answer.code or not match:
        raise CannotTell('kubelet --version does not say a version', 'kubelet --version')
    return int(match.group(1)), int(match.group(2)), int(match.group(3))
