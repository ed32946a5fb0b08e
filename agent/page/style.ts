/** The page's one style sheet; colours follow the reader's setting. */
export const style = `:root{color-scheme:light dark;--line:#8884;--fail:#c62828;--warn:#b26a00;--pass:#2e7d32;--skip:#777}
@media(prefers-color-scheme:dark){:root{--fail:#ff8a80;--warn:#ffca6b;--pass:#81c784;--skip:#aaa}}
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:72rem;padding:1rem}
h1{font-size:1.3rem}h2{font-size:1.1rem;margin-top:2rem}
.verdict{font-size:1.2rem;font-weight:600}
.table{overflow-x:auto}table{border-collapse:collapse;width:100%}
caption{text-align:left;color:var(--skip);padding-bottom:.3rem}
th,td{text-align:left;vertical-align:top;padding:.3rem .8rem .3rem 0;border-bottom:1px solid var(--line)}
td p{margin:0}.cure{color:var(--skip)}
.fail{color:var(--fail);font-weight:600}.warn{color:var(--warn);font-weight:600}.pass{color:var(--pass)}.skip{color:var(--skip)}
@media(max-width:40rem){thead{position:absolute;left:-999rem}tr{display:block;padding:.5rem 0;border-bottom:1px solid var(--line)}
td{display:block;border:0;padding:.1rem 0}td::before{content:attr(data-head)": ";color:var(--skip)}td p{display:inline}}
footer{margin-top:2rem;color:var(--skip);font-size:.9rem}
`;
