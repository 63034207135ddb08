"""compiled.py ROOT [FOLDER...]: byte code for all modules below ROOT, by the Python that runs this one.

Unchecked, by the hash of the source, where Python can (3.7, PEP 552): nothing is ever asked of the source then. Else by
its time, which rpm keeps. Each folder's modules in order, and called by the paths that they are installed under.
"""
import os
import py_compile
import sys


def main(root):
    """Writes the __pycache__ folders. py_compile.PyCompileError for a file that this Python does not understand."""
    more = {}
    if sys.version_info >= (3, 7):
        more = {'invalidation_mode': py_compile.PycInvalidationMode.UNCHECKED_HASH}
    for folder, names, files in os.walk(root):
        names.sort()
        for name in sorted(files):
            path = os.path.join(folder, name)
            if name.endswith('.py') and folder.startswith((root + '/usr/lib/', root + '/usr/lib64/')):
                py_compile.compile(path, dfile=path[len(root):], doraise=True, **more)


if __name__ == '__main__':
    main(sys.argv[1])
