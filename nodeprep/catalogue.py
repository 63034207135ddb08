"""Finds the requirements: each file of nodeprep/requirements/ holds one, and nothing else lists them."""
import functools
import importlib
import os

from nodeprep.model import Requirement
from nodeprep.typed import Dict, List, Type

_FOLDER = os.path.join(os.path.dirname(__file__), 'requirements')


def ids() -> List[str]:
    """Every requirement id, in alphabetical order, from the file names alone: nothing is imported."""
    return list(_ids(_FOLDER))


@functools.lru_cache(None)
def _ids(folder: str) -> List[str]:
    return sorted(name[:-3].replace('_', '-') for name in os.listdir(folder)
                  if name.endswith('.py') and not name.startswith('_'))


def load(requirement_id: str) -> Requirement:
    """The requirement with this id. TypeError when its file does not hold exactly one that is whole."""
    return _kind(requirement_id)()


@functools.lru_cache(None)
def _kind(requirement_id: str) -> Type[Requirement]:
    module = importlib.import_module('nodeprep.requirements.' + requirement_id.replace('-', '_'))
    found = [thing for thing in vars(module).values()
             if isinstance(thing, type) and issubclass(thing, Requirement) and thing.__module__ == module.__name__]
    if len(found) != 1 or found[0].id != requirement_id or not found[0].title or not found[0].__doc__:
        raise TypeError(f'{module.__file__}: needs one Requirement with id {requirement_id!r}, a title and a docstring')
    return found[0]


def load_all() -> Dict[str, Requirement]:
    """Every requirement by id."""
    return {requirement_id: load(requirement_id) for requirement_id in ids()}
