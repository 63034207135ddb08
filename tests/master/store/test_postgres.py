"""What is said of a PostgreSQL that cannot be reached, without one."""
import pytest

from nodeprep.master.store import open_store
from nodeprep.master.store.trouble import StoreGone

pytest.importorskip('psycopg2')


@pytest.mark.parametrize('url', [
    'postgresql://u:hunter2@127.0.0.1:1/x?nonsense=1', 'postgresql://u:hun%zzter2@127.0.0.1:1/x',
    'postgresql://u:hunter2@127.0.0.1:1/x', 'postgresql://u:p@hunter2@127.0.0.1:1/x',
    'postgresql://u:hunter2@127.0.0.1:port/x'])
def test_a_password_is_in_nothing_that_is_said(url):
    """libpq names the part of a URL that it does not understand, which may be the password."""
    with pytest.raises(StoreGone) as told:
        open_store(url)
    assert 'hunter2' not in str(told.value) and 'zzter2' not in str(told.value)
    assert str(told.value).startswith('PostgreSQL: ') and told.value.__cause__ is None
