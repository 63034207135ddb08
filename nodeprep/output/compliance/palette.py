"""The colours of time, in one place: what was met, drifted, could not be told and silent, in reports and on the page.

They are those of Okabe and Ito (jfly.uni-koeln.de/color), which people tell apart however they see colours, and each
but that of `met` has a pattern, which a printer without colours keeps.
"""
from nodeprep.typed import Mapping

LIGHT = {'met': '#0072b2', 'drifted': '#d55e00', 'unknown': '#e69f00', 'silent': '#8a939c', 'over': '#fff',
         'dot': '#4d3500'}
DARK = {'met': '#3b9bd6', 'drifted': '#ff8a3c', 'unknown': '#f0c05a', 'silent': '#7d8894', 'over': '#101418',
        'dot': '#101418'}
# Patterns are drawn with the colours that the sheet names, so they change with it. Where a page has no chart nothing
# refers to them.
PATTERNS = '''<svg class="defs" aria-hidden="true"><defs>
<pattern id="p-drifted" width="6" height="6" patternUnits="userSpaceOnUse">
<rect class="is-drifted" width="6" height="6"/><path d="M-1 1 1-1M0 6 6 0M5 7 7 5" stroke-width="1.4"/></pattern>
<pattern id="p-unknown" width="6" height="6" patternUnits="userSpaceOnUse">
<rect class="is-unknown" width="6" height="6"/><circle cx="3" cy="3" r="1.3"/></pattern>
<pattern id="p-silent" width="6" height="6" patternUnits="userSpaceOnUse">
<rect class="is-silent" width="6" height="6"/><path d="M0 3H6" stroke-width="1.4"/></pattern>
</defs></svg>'''


def variables(colours: Mapping[str, str]) -> str:
    """The colours as properties of CSS.

    >>> variables({'met': '#0072b2'})
    '--time-met:#0072b2;'
    """
    return ''.join(f'--time-{name}:{value};' for name, value in colours.items())


def fills(within: str = '') -> str:
    """What gives the bars their colours, in CSS; `within` is a selector with a blank at its end."""
    return (f'{within}rect.met{{fill:var(--time-met)}}'
            + ''.join(f'{within}rect.{name}{{fill:url(#p-{name})}}.defs rect.is-{name}{{fill:var(--time-{name})}}'
                      for name in ('drifted', 'unknown', 'silent'))
            + 'pattern path{stroke:var(--time-over);fill:none}pattern circle{fill:var(--time-dot)}'
              '.defs{position:absolute;width:0;height:0}')


def sheet(within: str) -> str:
    """All of it, for a page whose own sheet knows nothing of it."""
    return (f':root{{{variables(LIGHT)}}}@media screen and (prefers-color-scheme:dark){{:root{{{variables(DARK)}}}}}'
            f'{fills(within)}')
