"""The charting library, taken in without what it does to the interpreter.

pygal hooks an importer for its maps into the import path, of a protocol that Python 3.12 no longer
speaks, and every import that fails afterwards warns about it. No map is drawn here, so the hook is
taken out as soon as it is in.
"""

import sys

from pygal import Bar, HorizontalBar, PluginImportFixer, StackedBar
from pygal.style import Style

__all__ = ["Bar", "HorizontalBar", "StackedBar", "Style"]

sys.meta_path[:] = [hook for hook in sys.meta_path if not isinstance(hook, PluginImportFixer)]
