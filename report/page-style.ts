/** One style for screens of any width, light or dark, and for paper. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --surface: #fff;
  --raised: #f5f6f8;
  --text: #1c2127;
  --muted: #5f6b7a;
  --line: #d9dee5;
  --accent: #1f6feb;
  --hit: #c2410c;
  --good: #1a7f37;
  --bad: #b42318;
}
@media (prefers-color-scheme: dark) {
  :root {
    --surface: #14181d;
    --raised: #1d2329;
    --text: #e6e9ed;
    --muted: #9aa5b1;
    --line: #343c46;
    --accent: #6cb0ff;
    --hit: #ffa657;
    --good: #56d364;
    --bad: #ff8e84;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto;
  max-width: 76rem;
  padding: 1.25rem;
  background: var(--surface);
  color: var(--text);
  font: 16px/1.5 system-ui, sans-serif;
}
h1 { font-size: 1.6rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 0 0 .6rem; }
.scroll + h2 { margin-top: 2rem; }
p { margin: .3rem 0 .8rem; }
.muted, figcaption, small { color: var(--muted); }
section { margin-top: 2rem; min-width: 0; }
.tiles {
  display: grid;
  grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr));
  gap: .6rem;
  margin: 1.2rem 0 0;
  padding: 0;
}
.tile { background: var(--raised); border-radius: .5rem; padding: .6rem .8rem; }
.tile dt { color: var(--muted); font-size: .85rem; }
.tile dd { margin: 0; font-size: 1.3rem; font-variant-numeric: tabular-nums; }
.tile dd small { font-size: .8rem; }
.pair {
  display: grid;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr));
  gap: 1rem 2rem;
  margin-bottom: 1rem;
}
.warnings { border-left: 4px solid var(--bad); list-style: none; margin: 0 0 1rem; padding: .2rem .8rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td {
  text-align: left;
  padding: .3rem .9rem .3rem 0;
  border-bottom: 1px solid var(--line);
  vertical-align: top;
}
th { color: var(--muted); font-weight: 600; white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
code { font: .85em ui-monospace, monospace; }
.words { overflow-wrap: anywhere; }
.up { color: var(--good); } .down { color: var(--bad); }
figure { margin: 0; max-width: 46rem; }
.narrow { max-width: 46rem; }
figure svg { --plot-background: var(--surface); width: 100%; height: auto; display: block; }
figcaption { font-size: .88rem; margin-top: .3rem; }
input[type=search] {
  font: inherit;
  width: 100%;
  max-width: 24rem;
  padding: .45rem .7rem;
  border: 1px solid var(--line);
  border-radius: .5rem;
  background: var(--raised);
  color: inherit;
}
#found { min-height: 3rem; margin: .5rem 0; overflow-wrap: anywhere; }
#map circle.hit { fill: var(--hit); fill-opacity: 1; stroke: var(--surface); r: 5px; }
#map circle.mate { fill: var(--hit); fill-opacity: .8; r: 3.5px; }
#map.searched circle:not(.hit, .mate) { fill-opacity: .18; }
pre {
  background: var(--raised);
  padding: .8rem;
  border-radius: .5rem;
  overflow-x: auto;
  font-size: .82rem;
}
summary { cursor: pointer; }
@media (max-width: 40rem) {
  body { padding: .8rem; }
  .tile dd { font-size: 1.1rem; }
  figure text { font-size: 16px; }
  #map text { font-size: 14px; }
  .cards thead { display: none; }
  .cards tr {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(6.5rem, 1fr));
    gap: .3rem .8rem;
    border-bottom: 1px solid var(--line);
    padding: .5rem 0;
  }
  .cards td { border: 0; padding: 0; text-align: left; white-space: normal; min-width: 0; }
  .cards td:empty { display: none; }
  .cards td:first-child { grid-column: 1 / -1; font-weight: 600; overflow-wrap: anywhere; }
  .cards td + td[data-head]::before {
    content: attr(data-head);
    display: block;
    color: var(--muted);
    font-size: .78rem;
  }
  .stack td:last-child { grid-column: 1 / -1; }
}
@media print { input, #found { display: none; } }
`;
