"""Whatever stands in a report, and was said before: what is cut out of its text is what the ordinary way reads."""
import copy

from hypothesis import given, settings
from hypothesis import strategies as st

from nodeprep.chain import canonical, counts
from nodeprep.master import prepared, verbatim
from nodeprep.master.http import bodies
from nodeprep.master.http.problem import Problem
from nodeprep.report import FORMAT
from tests.master.fleet import Host, plan
from tests.master.test_verbatim import FIXED, as_written

SEAMS = ('"took_ms":1,"waiver":null}', '"took_ms":0.50', '"took_ms":0.5,"waiver":{"a":1}}', ',"findings":[',
         ',"sequence":', ',"format":1,"id":"', '","node":', ',"fixes":', ',"summary":{', '}]}', '"findings":[],',
         '"state":"drifted",', '"chain":{},', ',"zz":1', '{"a":1},', '\\ud800', '\\u0000', '\\u0041', '\\"', '\\', '"',
         '{', '}', '[', ']', ',', ':', ' ', '0', '.0', 'e1', '-', 'null', '\u00e9')
NAMES = ('took_ms', 'waiver', 'findings', 'sequence', 'format', 'fixes', 'node', 'chain', 'id', 'why', 'verdict',
         'summary', 'config', 'a', 'zz', 'a"took_ms', '\\"took_ms')
NUMBERS = (0, 1, 0.5, 1.0, -0.0, 1e5, 1e22, 1e-7, 10**18, 10**19, 2**53, 2**53 + 1, -1, True, False, None, 123456789,
           1234567890, 0.000001, 0.1234567)
VALUE = st.recursive(st.sampled_from(NUMBERS) | st.lists(st.sampled_from(SEAMS), max_size=3).map(''.join),
                     lambda one: st.lists(one, max_size=3) | st.dictionaries(st.sampled_from(NAMES), one, max_size=3),
                     max_leaves=6)


def places(tree):
    """(object or list, name or number) of all that stands in a tree."""
    for name, item in list(tree.items() if isinstance(tree, dict) else enumerate(tree)):
        yield tree, name
        if isinstance(item, (dict, list)):
            yield from places(item)


@st.composite
def contents(draw):
    """The text of a report, in which something was changed as a tree, or as a text, or nothing."""
    host = Host(1, requirements=('swap', 'disk')[:draw(st.integers(0, 2))])
    for name in host.findings:
        host.set(name, draw(st.sampled_from(('met', 'drifted'))), mode='approve', changes=plan())
        host.findings[name]['took_ms'] = draw(st.sampled_from(NUMBERS))
    tree = dict(host.unnumbered(), sequence=1)
    if draw(st.booleans()):
        tree['fixes'] = copy.deepcopy(FIXED)
    if draw(st.booleans()):
        tree[draw(st.sampled_from(NAMES))] = draw(VALUE)
    for _ in range(draw(st.integers(0, 2))):
        inside, name = draw(st.sampled_from(list(places(tree))))
        if isinstance(inside, dict) and draw(st.booleans()):
            name = draw(st.sampled_from(NAMES))
        inside[name] = draw(VALUE)
    text = canonical(tree).decode()
    for _ in range(draw(st.sampled_from((0, 0, 1, 1, 2)))):
        marks = [at for at, letter in enumerate(text) if at and letter in '",:{}[]']
        at = draw(st.sampled_from(marks))
        text = text[:at] + draw(st.sampled_from(SEAMS)) + text[at + draw(st.sampled_from((0, 0, 0, 1, 7))):]
    return text


def ordinary(body):
    """The report that the ordinary way reads in a body; None when it refuses it, or finds anything else there."""
    try:
        tree = bodies.tree(body)
        found = tree.get('reports')
        if not isinstance(found, list) or len(found) != 1:
            return None
        said = found[0].get('format') if isinstance(found[0], dict) else None
        return prepared.report(found[0]) if not counts(said) or said <= FORMAT else None
    except (Problem, prepared.Refused):
        return None


@settings(max_examples=1000)
@given(contents())
def test_what_is_read_as_it_stands_is_what_the_ordinary_way_reads(text):
    body = as_written(text)
    for _ in range(2):                     # as what is new, and as what is familiar
        found = verbatim.read(body)
        if found is not None:
            other = ordinary(body)
            assert found == other and repr(found) == repr(other)
            assert found.tree == other.tree and [one.tree for one in found.parts] == [one.tree for one in other.parts]
