"""How the page of a compliance report looks: on a screen of any width, light or dark, and on paper."""
from nodeprep.output.compliance.palette import DARK, LIGHT, fills, variables

# Paper is light whatever the screen was.
STYLE = ('''
:root{color-scheme:light dark;--ink:#1b2127;--paper:#fff;--soft:#586472;--line:#d5dbe1;--shade:#f3f5f7;--link:#0b57a4;
''' + variables(LIGHT) + '''
--met-ink:#00609a;--drifted-ink:#a84300;--unknown-ink:#7d5200;--silent-ink:#4c5561;--waived-ink:#0a5c70}
@media screen and (prefers-color-scheme:dark){:root{--ink:#e4e9ee;--paper:#101418;--soft:#9ba7b4;--line:#333c45;
--shade:#1a2026;--link:#7fb8f5;''' + variables(DARK) + '''
--met-ink:#7cc4f2;--drifted-ink:#ffa366;--unknown-ink:#f0c05a;--silent-ink:#a9b4c0;--waived-ink:#77d0e4}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:72rem;padding:1.5rem 1.25rem 3rem;font:1rem/1.5 system-ui,sans-serif;color:var(--ink);
background:var(--paper);overflow-wrap:break-word}
h1{font-size:1.5rem;line-height:1.25;margin:0}h2{font-size:1.15rem;margin:2.25rem 0 .5rem}
h3{font-size:1rem;margin:1.25rem 0 .25rem}
p{margin:.3rem 0;max-width:50rem}a{color:var(--link)}.soft,.more{color:var(--soft)}.small{font-size:.875rem}
code{font:.875em/1.4 ui-monospace,monospace}time{white-space:nowrap}
.first{display:flex;flex-wrap:wrap;gap:.25rem 2rem;align-items:baseline;margin:1rem 0 .25rem}
.big{font-size:3rem;line-height:1.1;font-weight:700;white-space:nowrap}.trend{font-size:1.05rem;max-width:32rem}
.first ul,nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1rem;list-style:none;margin:0;padding:0}
nav{margin:1.25rem 0;padding:.5rem .75rem;background:var(--shade)}nav a{display:inline-block;padding:.1rem 0}
.scroll,pre{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.9375rem}
caption{text-align:left;color:var(--soft);padding:0 0 .25rem}
th,td{text-align:left;vertical-align:top;padding:.3rem .75rem .3rem 0;border-bottom:1px solid var(--line)}
thead th{font-size:.8125rem;color:var(--soft);vertical-align:bottom}tbody th{font-weight:600}
th span.soft{display:block;font-weight:400;font-size:.875rem}
.num{text-align:right;font-variant-numeric:tabular-nums}
td.num,.name{white-space:nowrap}.long,dd{overflow-wrap:anywhere}
.meter+span{display:inline-block;min-width:4.2em}
span.met{color:var(--met-ink)}span.drifted{color:var(--drifted-ink)}span.unknown{color:var(--unknown-ink)}
span.silent,span.quarantined{color:var(--silent-ink)}span.waived{color:var(--waived-ink)}
span.drifted,span.unknown,span.silent,span.quarantined{font-weight:600}
''' + fills() + '''
figure{margin:1rem 0}.chart{display:block;width:100%;height:auto;max-height:22rem}.chart line{stroke:var(--line)}
.chart.narrow{display:none}.chart text{fill:var(--soft);font-size:13px}
figcaption{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;font-size:.875rem;color:var(--soft)}
.key{width:.75rem;height:.75rem}.meter{width:5rem;height:.7em;vertical-align:-.05em;background:var(--line)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:0 .75rem;margin:.25rem 0}dt{color:var(--soft)}dd{margin:0}
summary{cursor:pointer}
@media screen and (max-width:40rem){
body{padding:1rem .75rem 2rem;font-size:.9375rem}.big{font-size:2.4rem}
table,caption,tbody{display:block}thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tr{display:block;padding:.5rem 0;border-bottom:1px solid var(--line)}th,td{border:0;padding:.05rem 0}
tbody th{display:block}tbody td{display:block;text-align:left}tbody td.num{display:inline-block;margin-right:1rem}
tbody td:empty,tbody td.nought{display:none}td[data-of]::before{content:attr(data-of) " ";color:var(--soft)}
.meter+span{min-width:0}.chart:not(.narrow){display:none}.chart.narrow{display:block}
}
@page{margin:14mm 13mm 16mm}
@page{@bottom-right{content:counter(page) " / " counter(pages);font:9pt system-ui,sans-serif;color:#586472}}
@media print{
:root{color-scheme:light}html{font-size:9.5pt}body{max-width:none;padding:0}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
h2,h3,caption{break-after:avoid}tr,figure,nav,.first,li,.short{break-inside:avoid}
tbody tr:first-child{break-before:avoid}
thead{display:table-header-group}tfoot{display:table-footer-group}.scroll{overflow:visible}
a{color:inherit;text-decoration:none}.chart{max-height:60mm}.meter{width:3rem}th,td{padding-right:.5rem}
details>*{display:block}p{orphans:3;widows:3}pre{white-space:pre-wrap;overflow-wrap:anywhere}
}
''')
