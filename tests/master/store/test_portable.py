"""The SQL of the store is what SQLite 3.7.17 (CentOS 7) understands too: nothing that came later is in it.

Source: sqlite.org/changes.html; what stands beside each word is the version that brought it.
"""
import ast
import glob
import os
import re
import sys

import nodeprep.master.store as store

LATER = {
    r'\bWITH\s+(RECURSIVE\s+)?\w+\s*(\(|AS\b)': '3.8.3', r'\bWITHOUT\s+ROWID\b': '3.8.2',
    r'\bON\s+CONFLICT\s*(\(|DO)': '3.24',
    r'\bOVER\s*\(': '3.25', r'\bRETURNING\b': '3.35', r'\bFILTER\s*\(': '3.25', r'\bNULLS\s+(FIRST|LAST)\b': '3.30',
    r'\b(IIF|PRINTF|FORMAT|JSON\w*|STRING_AGG)\s*\(': '3.8.3 and later', r'=\s*(TRUE|FALSE)\b': '3.23',
    r'\bVACUUM\s+INTO\b': '3.27', r'\bALTER\s+TABLE\s+\w+\s+(RENAME\s+COLUMN|DROP)\b': '3.25',
    r'\bCREATE\s+(UNIQUE\s+)?INDEX\b[^;]*\)\s*WHERE\b': '3.8.0', r'\bIS\s+(NOT\s+)?DISTINCT\s+FROM\b': '3.39',
    r'\(\s*\w+\s*,\s*\w+\s*\)\s*(=|IN|<|>)\s*\(': '3.15',
    r'\bRIGHT\s+JOIN\b|\bFULL\s+(OUTER\s+)?JOIN\b': '3.39'}
SQL = re.compile(r'\b(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|WHERE|FROM)\b')
TEXT, WORD = (ast.Constant, 'value') if sys.version_info >= (3, 8) else (ast.Str, 's')
# These speak to PostgreSQL alone.
POSTGRES = ("ON CONFLICT", 'RETURNING id', 'WITH RECURSIVE walk')


def statements():
    for path in sorted(glob.glob(os.path.join(os.path.dirname(store.__file__), '*.py'))):
        with open(path, encoding='utf-8') as file:
            tree = ast.parse(file.read())
        spoken = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}      # docstrings
        for node in ast.walk(tree):
            text = getattr(node, WORD, None) if isinstance(node, TEXT) and id(node) not in spoken else None
            if isinstance(text, str) and SQL.search(text):
                yield os.path.basename(path), text


def test_no_statement_needs_a_later_sqlite():
    found = list(statements())
    assert len(found) > 150
    wrong = [(name, word, sql) for name, sql in found for word in LATER if re.search(word, sql, re.IGNORECASE)
             and not (name == 'dialect.py' and any(one in sql for one in POSTGRES))]
    assert wrong == []


def test_the_words_are_found_where_they_are():
    for sql in ('WITH a AS (SELECT 1) SELECT * FROM a', 'INSERT INTO a VALUES (1) ON CONFLICT DO NOTHING',
                'SELECT row_number() OVER (ORDER BY a) FROM b', 'CREATE INDEX a ON b (c) WHERE d',
                'SELECT 1 FROM a WHERE (b, c) = (1, 2)', 'SELECT 1 FROM a WHERE b = true',
                'SELECT iif(a, 1, 2) FROM b'):
        assert any(re.search(word, sql, re.IGNORECASE) for word in LATER), sql
