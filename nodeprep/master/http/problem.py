"""What went wrong, as RFC 9457 has it: status, title, and a detail that says what to do."""
from http import HTTPStatus

from nodeprep.typed import Any, Dict, List, Tuple

TYPE = 'application/problem+json'


class Problem(Exception):
    """Ends a request with a status of 400 or more. `detail` is for people; `more` are further members of the tree."""

    def __init__(self, status: int, detail: str = '', headers: Tuple[Tuple[str, str], ...] = (), **more: Any) -> None:
        super().__init__(f'{status} {detail}')
        self.status, self.detail, self.headers, self.more = status, detail, list(headers), more

    @property
    def title(self) -> str:
        """The name of the status."""
        return HTTPStatus(self.status).phrase

    def tree(self) -> Dict[str, Any]:
        """As it is sent."""
        return dict({'type': 'about:blank', 'title': self.title, 'status': self.status, 'detail': self.detail},
                    **self.more)


def try_again(status: int, seconds: float, detail: str) -> Problem:
    """A problem that goes away: 429 or 503, with the whole seconds after which to ask again."""
    whole = max(1, int(-(-seconds // 1)))
    return Problem(status, detail, (('Retry-After', str(whole)),))


def of_method(allowed: List[str]) -> Problem:
    """405: the path is right, the method is not."""
    return Problem(405, f'This address knows {", ".join(allowed)} only.', (('Allow', ', '.join(allowed)),))
