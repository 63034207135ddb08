"""The RPM packages: built, looked into, installed into roots with each release's Python, and run there."""
import os
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.append(TOP + '/packaging/rpm')         # so that its modules can be asked, too
