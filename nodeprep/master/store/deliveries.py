"""What became of reports that are made by themselves: the newest word of each kind, in table meta."""
import json

from nodeprep.master.store import kept
from nodeprep.master.store.cursor import Cursor
from nodeprep.typed import Any, Dict

MAIL, WEBHOOK = 'report mail', 'report webhook'    # in the outbox; no webhook of the settings has a blank in its name
CHANNELS = (MAIL, WEBHOOK)
TOLD, WRITTEN = 'report told', 'report written'
_ALL = CHANNELS + (TOLD, WRITTEN)


def note(cursor: Cursor, key: str, **what: Any) -> None:
    """Notes the newest word: for CHANNELS `day`, `at`, `problem`, `refused`; for TOLD `period`; for WRITTEN `day`,
    `at`, `host`.
    """
    text = json.dumps(what, sort_keys=True)
    if not cursor.run('UPDATE meta SET value = ? WHERE key = ?', (text, key)):
        cursor.run('INSERT INTO meta (key, value) VALUES (?, ?)', (key, text))


def notes(cursor: Cursor) -> Dict[str, Dict[str, Any]]:
    """The newest words, by what they are about; what was never noted is not in it."""
    return {key: kept.tree(value, {}) for key, value in cursor.all(
        'SELECT key, value FROM meta WHERE key IN (?, ?, ?, ?)', _ALL)}
