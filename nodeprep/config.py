"""One YAML file as values that know the line they stand on. Nothing of the product is known here.

Read by PyYAML's composer: it keeps the line of every value, and the text of a scalar as it was written, so that
`kubernetes: 1.30` is not 1.3 and `policy: off` is not False.
"""
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, Dict, Iterator, List

MOST = 20000              # nodes of one file
DEEPEST = 20              # levels of nodes within nodes
_NO_END = ("could not find expected ':'", 'found unexpected end of stream')       # as PyYAML says it


class ConfigError(Exception):
    """What is wrong with a configuration; one line each, with file, line and remedy."""

    def __init__(self, *problems: str) -> None:
        super().__init__('\n'.join(problems))
        self.problems = problems


class Misplaced(ValueError):
    """What is wrong with a value that is part of another one, and where that part stands: 'file:line'."""

    def __init__(self, said: str, place: str) -> None:
        super().__init__(said)
        self.place = place


class Node(NamedTuple):
    """A value with its place. `value` is a dict of str to Node, a list of Nodes, or a scalar; `raw` is its text."""

    value: Any
    raw: str
    place: str             # 'file:line'

    def plain(self) -> Any:
        """The value without places."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


def part(item: Node, read: Callable[[Node], Any]) -> Any:
    """A value within another one as `read` gives it, whose ValueError then says where it stands."""
    try:
        return read(item)
    except Misplaced:
        raise
    except ValueError as error:
        raise Misplaced(str(error), item.place) from None


def parse(text: str, path: str, such: str = 'role: worker') -> Node:
    """The file's mapping; {} of one that is empty or only comments. ConfigError on what is no plain YAML mapping, which
    names `such` as a line that may stand there.
    """
    if all(not line.strip() or line.lstrip().startswith('#') for line in text.split('\n')):
        return Node({}, '', path + ':1')      # so that the file the package installs costs no YAML library
    import yaml
    try:
        _refuse_what_grows(yaml.parse(text, yaml.SafeLoader), path)
        root = yaml.compose(text, yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        raise ConfigError(f'{path}:{_fault(error)}') from None
    except yaml.YAMLError as error:
        at = text.count('\n', 0, getattr(error, 'position', 0)) + 1
        raise ConfigError(f'{path}:{at}: not YAML: {" ".join(str(error).split())}') from None
    except RecursionError:
        raise ConfigError(f'{path}: nested too deeply') from None
    read = _Reader(path)
    node = Node(None, '', path + ':1') if root is None else read.node(root, 0)
    if node.value is None and not read.problems:
        return Node({}, '', node.place)
    if not isinstance(node.value, dict):
        read.problems.append(f'{node.place}: the file is a mapping of names to values, such as `{such}`')
    if read.problems:
        raise ConfigError(*read.problems)
    return node


def _fault(error: Any) -> str:
    """The line of a fault, and what it is. What does not end where it should is at fault where it begins: PyYAML marks
    where it gave up, which for a name without a colon is the next line, and for a quote the end of the file.
    """
    begin, end = error.context_mark, error.problem_mark or error.context_mark
    if begin and error.problem in _NO_END:
        end = begin
    still = f'; what the bracket in line {begin.line + 1} begins goes on here' if begin and end.line != begin.line and \
        'flow' in str(error.context) else ''
    return f'{end.line + 1 if end else 1}: not YAML: {error.problem or error.context}{still}'


def _refuse_what_grows(events: Any, path: str) -> None:
    """ConfigError on aliases, depth and sheer size, event by event: composing 100000 open brackets takes minutes."""
    import yaml
    depth = 0
    for count, event in enumerate(events):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            raise ConfigError(f'{path}:{line}: aliases (*name) are not understood here; write the value out')
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST or count > 2 * MOST:
            raise ConfigError(f'{path}:{line}: more than {MOST} values, or nested too deeply')


class _Reader:
    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: List[str] = []
        self.count = 0

    def node(self, found: Any, depth: int) -> Node:
        import yaml
        self.count += 1
        place = f'{self.path}:{found.start_mark.line + 1}'
        if depth > DEEPEST or self.count > MOST:
            raise ConfigError(f'{place}: more than {MOST} values, or nested too deeply')
        if isinstance(found, yaml.MappingNode):
            return Node(dict(self._entries(found, depth)), '', place)
        if isinstance(found, yaml.SequenceNode):
            return Node([self.node(item, depth + 1) for item in found.value], '', place)
        try:
            value = yaml.constructor.SafeConstructor().construct_object(found)
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            said = getattr(error, 'problem', None) or str(error)
            self.problems.append(f'{place}: {found.value!r}: {said}')
            value = None
        return Node(value, found.value, place)

    def _entries(self, found: Any, depth: int) -> Iterator[Any]:
        seen: Dict[str, int] = {}
        for key, item in found.value:
            line = key.start_mark.line + 1
            name = key.value if isinstance(key.value, str) else '(a list or mapping)'
            if not isinstance(key.value, str):
                self.problems.append(f'{self.path}:{line}: a name must be a text')
            elif name in seen:
                self.problems.append(f'{self.path}:{line}: {name} stands here a second time; '
                                     f'the first is in line {seen[name]}; remove one')
            seen.setdefault(name, line)
            node = self.node(item, depth + 1)
            # What is said of a mapping or list is said of its name, not of the line below where its content begins.
            yield name, node._replace(place=f'{self.path}:{line}') if isinstance(node.value, (dict, list)) else node
