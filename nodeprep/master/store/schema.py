"""The tables, as numbered migrations: version N is what the first N of them make. None is changed once it is released.

SQL of both databases; {id}, {key}, {int}, {real}, {text} and {bytes} are types, see dialect.py. Times are seconds
since 1970, by the master's clock but for `taken`, `at` of a transition and `since`, which are by the node's.
`by` is a word of SQL: it stands in quotes.
"""
from nodeprep.master.store.cursor import Cursor
from nodeprep.master.store.trouble import Newer, NotOurs
from nodeprep.typed import List, Tuple

FIRST = (
    # `about` is a digest of what the report says of the node itself; `request` the id of the join that made the row.
    # What each heartbeat writes stands apart in `pulse`, whose rows are so short that many share a page.
    '''CREATE TABLE node (
        id {id}, name {text} NOT NULL UNIQUE, status {text} NOT NULL, role {text} NOT NULL DEFAULT '',
        machine_id {text} NOT NULL DEFAULT '', product_uuid {text} NOT NULL DEFAULT '',
        os_id {text} NOT NULL DEFAULT '', os_version {text} NOT NULL DEFAULT '', os_name {text} NOT NULL DEFAULT '',
        kernel {text} NOT NULL DEFAULT '', arch {text} NOT NULL DEFAULT '', kubernetes {text} NOT NULL DEFAULT '',
        agent_version {text} NOT NULL DEFAULT '', profile {text} NOT NULL DEFAULT '', joined {real} NOT NULL,
        sequence {int} NOT NULL DEFAULT 0, head {text} NOT NULL DEFAULT '', report_id {text}, taken {real},
        received {real}, boot_id {text} NOT NULL DEFAULT '', verdict {text} NOT NULL DEFAULT '',
        standing {text} NOT NULL DEFAULT '', summary {text} NOT NULL DEFAULT '{}',
        config_problem {text} NOT NULL DEFAULT '', silent_since {real}, about {text} NOT NULL DEFAULT '',
        request {text} UNIQUE)''',
    # What the page counts and chooses by, beside wide rows: neither changes with an ordinary report.
    'CREATE INDEX node_standing ON node (status, silent_since, standing, name)',
    'CREATE INDEX node_kind ON node (status, role, os_name, os_version)',
    '''CREATE TABLE pulse (
        node {key} REFERENCES node(id), heard {real}, heartbeat {real}, skew_ms {real},
        skew_bound_ms {real}, spooled {int} NOT NULL DEFAULT 0, spool_trouble {text} NOT NULL DEFAULT '',
        note {text} NOT NULL DEFAULT '', fights {text} NOT NULL DEFAULT '[]')''',
    '''CREATE TABLE identity (node {int} NOT NULL REFERENCES node(id), kind {text} NOT NULL, value {text} NOT NULL)''',
    'CREATE INDEX identity_value ON identity (kind, value)',
    'CREATE INDEX identity_node ON identity (node)',
    '''CREATE TABLE label (node {int} NOT NULL REFERENCES node(id), name {text} NOT NULL, value {text} NOT NULL,
        PRIMARY KEY (node, name))''',
    'CREATE INDEX label_name ON label (name, value, node)',
    '''CREATE TABLE credential (hash {text} PRIMARY KEY, node {int} NOT NULL REFERENCES node(id),
        issued {real} NOT NULL, expires {real})''',
    'CREATE INDEX credential_node ON credential (node)',
    # `seen` is a checksum of the finding. `told` and `outcome`: see covering.py.
    '''CREATE TABLE state (
        node {int} NOT NULL REFERENCES node(id), requirement {text} NOT NULL, state {text} NOT NULL,
        now {text} NOT NULL, boot {text} NOT NULL, severity {text} NOT NULL, mode {text} NOT NULL,
        since {real} NOT NULL, title {text} NOT NULL, says {text} NOT NULL, waiver {text}, digest {text},
        seen {int} NOT NULL, told {text} NOT NULL, outcome {text} NOT NULL,
        PRIMARY KEY (node, requirement))''',
    'CREATE INDEX state_outcome ON state (outcome, requirement, node)',
    'CREATE INDEX state_since ON state (outcome, since)',
    '''CREATE TABLE evidence (node {int} NOT NULL REFERENCES node(id), requirement {text} NOT NULL,
        body {bytes} NOT NULL, PRIMARY KEY (node, requirement))''',
    '''CREATE TABLE transition (
        id {id}, node {int} NOT NULL REFERENCES node(id), requirement {text} NOT NULL, at {real} NOT NULL, was {text},
        state {text} NOT NULL, now {text} NOT NULL, boot {text} NOT NULL, severity {text} NOT NULL,
        sequence {int} NOT NULL, before {text}, outcome {text} NOT NULL)''',
    'CREATE INDEX transition_node ON transition (node, at)',
    'CREATE INDEX transition_at ON transition (at)',
    '''CREATE TABLE presence (id {id}, node {int} NOT NULL REFERENCES node(id), at {real} NOT NULL,
        what {text} NOT NULL)''',
    'CREATE INDEX presence_node ON presence (node, at)',
    # The digest is in the key because two reports of a fork have the same number. `body` is the canonical JSON (see
    # chain.py) by zlib: with `previous` it proves the digest. `applied`: whether it changed the states (not that of a
    # node in quarantine, nor one that is older than what is known).
    '''CREATE TABLE report (
        id {id}, node {int} NOT NULL REFERENCES node(id), report_id {text} NOT NULL, sequence {int} NOT NULL,
        taken {real} NOT NULL, received {real} NOT NULL, digest {text} NOT NULL, previous {text} NOT NULL,
        link {text} NOT NULL, applied {int} NOT NULL, body {bytes} NOT NULL, UNIQUE (node, sequence, digest))''',
    'CREATE INDEX report_received ON report (received)',
    # `first` and `last` are the numbers that are missing, or that of the report itself.
    '''CREATE TABLE gap (id {id}, node {int} NOT NULL REFERENCES node(id), first {int} NOT NULL, last {int} NOT NULL,
        state {text} NOT NULL, said {text} NOT NULL, at {real} NOT NULL)''',
    'CREATE INDEX gap_node ON gap (node, at)',
    '''CREATE TABLE token (id {text} PRIMARY KEY, hash {text} NOT NULL, created {real} NOT NULL,
        expires {real} NOT NULL, uses_left {int}, note {text} NOT NULL DEFAULT '', "by" {text} NOT NULL)''',
    '''CREATE TABLE person (name {text} PRIMARY KEY, hash {text} NOT NULL UNIQUE, role {text} NOT NULL,
        created {real} NOT NULL, expires {real}, "by" {text} NOT NULL)''',
    # A browser's. `token` is the hash of the user token that it was begun with: it ends with that.
    '''CREATE TABLE session (hash {text} PRIMARY KEY, person {text} NOT NULL, token {text} NOT NULL,
        created {real} NOT NULL, expires {real} NOT NULL)''',
    '''CREATE TABLE approval (
        id {text} PRIMARY KEY, node {int} NOT NULL REFERENCES node(id), requirement {text} NOT NULL,
        digest {text} NOT NULL, plan {text} NOT NULL, state {text} NOT NULL, proposed {real} NOT NULL, decided {real},
        "by" {text} NOT NULL DEFAULT '', until {real}, reason {text} NOT NULL DEFAULT '')''',
    'CREATE INDEX approval_node ON approval (node, state)',
    'CREATE INDEX approval_state ON approval (state)',
    '''CREATE TABLE waiver (
        id {id}, scope_kind {text} NOT NULL, scope {text} NOT NULL, requirement {text} NOT NULL, reason {text} NOT NULL,
        owner {text} NOT NULL, until {text} NOT NULL, created {real} NOT NULL, "by" {text} NOT NULL, ended {real},
        ended_by {text} NOT NULL DEFAULT '')''',
    '''CREATE TABLE audit (id {id}, at {real} NOT NULL, who {text} NOT NULL, what {text} NOT NULL,
        subject {text} NOT NULL, detail {text} NOT NULL DEFAULT '{}')''',
    'CREATE INDEX audit_at ON audit (at)',
    '''CREATE TABLE clone (
        id {id}, kind {text} NOT NULL, value {text} NOT NULL, first {int} NOT NULL REFERENCES node(id),
        later {int} NOT NULL REFERENCES node(id), found {real} NOT NULL, decided {real},
        "by" {text} NOT NULL DEFAULT '', decision {text} NOT NULL DEFAULT '')''',
    'CREATE INDEX clone_later ON clone (later)',
    '''CREATE TABLE outbox (id {id}, hook {text} NOT NULL, payload {text} NOT NULL, made {real} NOT NULL,
        tries {int} NOT NULL DEFAULT 0, next_try {real} NOT NULL, failed {real}, problem {text} NOT NULL DEFAULT '')''',
    'CREATE INDEX outbox_next ON outbox (next_try)',
)
# From where a node says that it reaches the master, and whether its connection came from there.
SECOND = (
    "ALTER TABLE pulse ADD COLUMN address {text} NOT NULL DEFAULT ''",
    'ALTER TABLE pulse ADD COLUMN proved {int} NOT NULL DEFAULT 0',
)
# What a node said of itself, and until when; `labels` is JSON.
THIRD = (
    '''CREATE TABLE former (
        id {id}, node {int} NOT NULL REFERENCES node(id), until {real} NOT NULL, role {text} NOT NULL,
        os_id {text} NOT NULL, os_version {text} NOT NULL, os_name {text} NOT NULL, labels {text} NOT NULL)''',
    'CREATE INDEX former_node ON former (node, until)',
)
# A waiver for a node is for the machine that had the name when it was given, whatever is called so later: `node` is
# NULL for other scopes, and when that machine is known no more. Whose name was taken by another is called NAME#ID.
# `request` has the ids of all requests to join that were answered; node.request that of the last one alone.
FOURTH = (
    'ALTER TABLE waiver ADD COLUMN node {int} REFERENCES node(id)',
    '''UPDATE waiver SET node = (SELECT MAX(n.id) FROM node n
        WHERE (n.name = waiver.scope OR n.name = waiver.scope || '#' || n.id)
        AND EXISTS (SELECT 1 FROM presence p WHERE p.node = n.id AND p.at <= waiver.created))
        WHERE waiver.scope_kind = 'node'
    ''',
    'CREATE TABLE request (id {text} PRIMARY KEY, at {real} NOT NULL)',
    'INSERT INTO request (id, at) SELECT request, joined FROM node WHERE request IS NOT NULL',
)
# What was fixed on nodes, as these told it. `said` is when that was by the node's clock, `at` the same within what the
# master knows, `told` when it learned of it; `how` and `who` allowed it, see agent/made.py.
FIFTH = (
    '''CREATE TABLE fix (
        id {id}, node {int} NOT NULL REFERENCES node(id), txn {text} NOT NULL, requirement {text} NOT NULL,
        said {text} NOT NULL, at {real} NOT NULL, told {real} NOT NULL, result {text} NOT NULL, why {text} NOT NULL,
        how {text} NOT NULL, who {text} NOT NULL, approval {text} NOT NULL, undone {real},
        undone_by {text} NOT NULL DEFAULT '', UNIQUE (node, txn, requirement, said))''',
    'CREATE INDEX fix_at ON fix (at)',
)
# All that the page of fixes counts and chooses by, so that it reads the rows of one page alone.
SIXTH = (
    'DROP INDEX fix_at',
    'CREATE INDEX fix_at ON fix (at, node, requirement, how, result, undone)',
)
# The number and the digest of the report that told the states as they are, which holds what was found: see evidence.py.
SEVENTH = (
    'ALTER TABLE node ADD COLUMN shown {int}',
    'ALTER TABLE node ADD COLUMN shown_digest {text}',
)
MIGRATIONS: Tuple[Tuple[str, ...], ...] = (FIRST, SECOND, THIRD, FOURTH, FIFTH, SIXTH, SEVENTH)
VERSION = len(MIGRATIONS)
TABLES = ('meta', 'node', 'pulse', 'identity', 'label', 'credential', 'state', 'evidence', 'transition', 'presence',
          'report', 'gap', 'token', 'person', 'session', 'approval', 'waiver', 'audit', 'clone', 'outbox', 'former',
          'request', 'fix')


def version(cursor: Cursor) -> int:
    """The version of a database; 0 when it has no tables of ours. Newer when it is newer than this program, NotOurs."""
    if not cursor.one(cursor.dialect.has_table, ('meta',)):
        others = [name for name in TABLES if cursor.one(cursor.dialect.has_table, (name,))]
        if others:
            raise NotOurs(f'the database has a table {others[0]} that no nodeprep made: it is left as it is; name '
                          f'another database')
        return 0
    row = cursor.one("SELECT value FROM meta WHERE key = 'schema'")
    if row and not str(row[0]).isdecimal():
        raise NotOurs(f'the database is of version {str(row[0])[:20]!r}, which is none: it is left as it is')
    found = int(row[0]) if row else 0
    if found > VERSION:
        raise Newer(f'the database is of version {found} and this nodeprep knows {VERSION}: it is left as it is; '
                    f'install the nodeprep that wrote it, or a later one')
    return found


def migrate(cursor: Cursor, begin: int) -> List[int]:
    """Brings a database from version `begin` to this one, in the caller's transaction; returns the versions made."""
    made = []
    for number, statements in enumerate(MIGRATIONS[begin:], begin + 1):
        if number == 1:
            cursor.run(cursor.dialect.made('CREATE TABLE meta (key {text} PRIMARY KEY, value {text} NOT NULL)'))
        for statement in statements:
            cursor.run(cursor.dialect.made(statement))
        if not cursor.run("UPDATE meta SET value = ? WHERE key = 'schema'", (str(number),)):
            cursor.run("INSERT INTO meta (key, value) VALUES ('schema', ?)", (str(number),))
        made.append(number)
    return made
