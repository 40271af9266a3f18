/** Style of report.html: quiet, system fonts, one accent colour, light and dark, printable. */
import { CHART_STYLE } from "./charts/svg.ts";

const FRAME = `:root{--ink:#1c2126;--muted:#59626b;--line:#e3e6ea;--accent:#0f766e;--paper:#fff;--tint:#f6f7f8;--bad:#a4341f}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ec;--muted:#9aa4ae;--line:#2d343b;--accent:#2dd4bf;--paper:#14181c;--tint:#1b2025;--bad:#f0907b}}
*{box-sizing:border-box}
a{color:inherit}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;-webkit-text-size-adjust:100%}
main{max-width:1040px;margin:0 auto;padding:40px 24px 80px}
@media (max-width:600px){main{padding:24px 16px 60px}}
@media print{main{max-width:none;padding:0}body{font-size:11px}}
`;

const BODY = `h1{font-size:28px;line-height:1.2;letter-spacing:-.015em;margin:0 0 24px}
h2{font-size:19px;letter-spacing:-.01em;margin:48px 0 12px;padding-top:20px;border-top:1px solid var(--line)}
h3{font-size:15px;margin:24px 0 8px}
p{max-width:72ch;margin:0 0 14px}
ul{max-width:76ch;margin:0 0 16px;padding-left:20px}
li{margin:4px 0}
li::marker{color:var(--muted)}
code{font:.92em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--tint);padding:1px 5px;border-radius:4px}
.box{border-left:3px solid var(--muted);background:var(--tint);padding:10px 14px;border-radius:0 6px 6px 0}
.box.good{border-color:var(--accent)}
.box.bad{border-color:var(--bad)}
.contents{display:flex;flex-wrap:wrap;gap:4px 16px;margin:0 0 20px;font-size:13.5px}
.pages{display:flex;gap:10px;align-items:center;color:var(--muted);font-size:13.5px}
.pages[hidden]{display:none}
.pages button{font:inherit;color:var(--ink);background:var(--tint);border:1px solid var(--line);border-radius:6px;padding:3px 10px;cursor:pointer}
.pages button:disabled{opacity:.5;cursor:default}
.facts{display:grid;grid-template-columns:repeat(3,1fr);gap:1px;margin:24px 0;background:var(--line);border:1px solid var(--line);border-radius:10px;overflow:hidden}
.facts div{background:var(--paper);padding:14px 16px}
.facts dt{color:var(--muted);font-size:13px}
.facts dd{margin:2px 0 0}
.facts b{display:block;font-size:24px;line-height:1.25;font-weight:600;letter-spacing:-.015em;font-variant-numeric:tabular-nums}
.facts span{color:var(--muted);font-size:13px}
.scroll{overflow-x:auto;margin:0 0 16px}
table{border-collapse:collapse;width:100%;font-size:13.5px;font-variant-numeric:tabular-nums}
th{text-align:left;font-weight:500;color:var(--muted);vertical-align:bottom;border-bottom:1px solid var(--line);padding:6px 14px 6px 0}
td{border-bottom:1px solid var(--line);padding:6px 14px 6px 0;vertical-align:top;white-space:nowrap}
td:last-child:not(.n){white-space:normal;min-width:12em;max-width:40em;overflow-wrap:anywhere}
th.n,td.n{text-align:right}
.turns td:nth-child(2){font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:12.5px}
.turns th{position:sticky;top:0;background:var(--paper)}
th button{all:unset;cursor:pointer}
th button:hover{color:var(--ink)}
th button:focus-visible,input:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:3px}
th[aria-sort] button{color:var(--ink);font-weight:600}
th[aria-sort=ascending] button::after{content:" ↑"}
th[aria-sort=descending] button::after{content:" ↓"}
.filter{display:flex;gap:14px;align-items:center;color:var(--muted);font-size:13.5px}
.filter input{font:inherit;color:var(--ink);background:var(--tint);border:1px solid var(--line);border-radius:6px;padding:6px 10px;width:min(22rem,52vw);margin-left:6px}
figure{margin:24px 0}
figcaption{font-weight:600;margin-bottom:8px}
figure svg{max-width:100%;height:auto}
@media (max-width:600px){h1{font-size:23px}.facts{grid-template-columns:1fr 1fr}.facts div{padding:12px}.facts b{font-size:20px}figure{overflow-x:auto}figure svg{min-width:560px}}
@media print{.filter,.contents,.pages{display:none}h2{break-after:avoid}figure,tr,.facts{break-inside:avoid}.scroll{overflow:visible}.turns th{position:static}table{font-size:9.5px}}
`;

export const PAGE_STYLE = FRAME + BODY;

/** The same for a report that is a part of the viewer's page, which has colours of the same names. */
export const REPORT_STYLE = `.report{\n${BODY}}\n${CHART_STYLE}`;
