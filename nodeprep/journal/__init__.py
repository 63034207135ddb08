"""The journal: what was changed on this host, who allowed it, and the way back, written before the way forward.

One file for each transaction, /var/lib/nodeprep/journal/ID.jsonl: one JSON object a line, only ever appended to.

steps.py      what a transaction is made of, as values and as lines
folder.py     where the files are, whom they must belong to, how many are kept
appending.py  lines that are there whole or not at all
writing.py    a transaction that is going on
reading.py    transactions of the past
undoing.py    the way back
trees.py      what a command did to files, and what of that is brought back
"""
