/** Served as files of our own origin, so that the content policy can forbid everything inline. */
export const CONSOLE_CSS = `
:root { color-scheme: light dark; --ink: #1a1d21; --soft: #5b6470; --paper: #ffffff; --line: #d6dbe1; --tint: #f3f5f8; --accent: #0b5cad; --bad: #a4161a; --good: #1b6e3c; --warn: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --soft: #9aa5b1; --paper: #14171b; --line: #343b44; --tint: #1c2127; --accent: #6cb2ff; --bad: #ff8f8f; --good: #7fd6a0; --warn: #f2c14e; } }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, "DejaVu Sans", sans-serif; color: var(--ink); background: var(--paper); }
a { color: var(--accent); } a.skip { position: absolute; left: -999px; } a.skip:focus { left: 8px; }
nav { display: flex; flex-wrap: wrap; gap: 4px 20px; align-items: baseline; padding: 10px 20px; border-bottom: 1px solid var(--line); }
.brand { font-weight: 700; text-decoration: none; color: var(--ink); } .who { margin-left: auto; color: var(--soft); }
.sandbox { margin: 0; padding: 6px 20px; background: var(--tint); border-bottom: 1px solid var(--line); color: var(--soft); font-size: 14px; }
main { padding: 16px 20px 40px; max-width: 1360px; margin: 0 auto; overflow-wrap: anywhere; }
h1 { font-size: 22px; margin: 0; } h2 { font-size: 16px; margin: 18px 0 6px; } h3 { font-size: 14px; margin: 12px 0 4px; color: var(--soft); }
p { margin: 4px 0; } ul, ol { margin: 4px 0; padding-left: 22px; } li { margin: 3px 0; }
.columns { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 28px; } @media (max-width: 900px) { .columns { grid-template-columns: minmax(0, 1fr); } }
.card { border: 1px solid var(--line); border-left: 6px solid var(--soft); border-radius: 6px; padding: 14px 18px; }
.card[data-severity=SEV1], .card[data-severity=SEV2] { border-left-color: var(--bad); } .card[data-severity=SEV3] { border-left-color: var(--warn); }
.card header { display: flex; gap: 12px; align-items: baseline; }
.severity { font-weight: 700; border: 2px solid currentColor; border-radius: 4px; padding: 0 6px; white-space: nowrap; }
.severity[data-severity=SEV1], .severity[data-severity=SEV2] { color: var(--bad); } .severity[data-severity=SEV3] { color: var(--warn); }
.facts { display: flex; flex-wrap: wrap; gap: 2px 16px; color: var(--soft); font-size: 14px; }
.state { font-weight: 600; color: var(--ink); border-bottom: 2px solid var(--soft); } .state[data-state=succeeded], .state[data-state=approved], .state[data-state=mitigated], .state[data-state=resolved], .state[data-state=done] { border-bottom-color: var(--good); }
.state[data-state=failed], .state[data-state=rejected], .state[data-state=unknown], .state[data-state=open] { border-bottom-color: var(--bad); }
.proposal, .run { border-top: 1px solid var(--line); margin-top: 12px; } .fine { color: var(--soft); font-size: 14px; }
.next { border: 1px solid var(--line); border-left: 4px solid var(--accent); border-radius: 4px; padding: 6px 12px; margin: 8px 0; font-size: 17px; }
.notice { border-left: 4px solid var(--warn); padding: 4px 10px; background: var(--tint); }
.buttons { display: flex; flex-wrap: wrap; gap: 10px; align-items: flex-start; margin: 10px 0; } .inline { display: inline-block; }
button, summary { font: inherit; } button { padding: 6px 14px; border: 1px solid var(--line); border-radius: 5px; background: var(--tint); color: var(--ink); cursor: pointer; }
button.primary { background: var(--good); border-color: var(--good); color: var(--paper); font-weight: 600; } button.danger { border-color: var(--bad); color: var(--bad); }
button:focus-visible, input:focus-visible, summary:focus-visible, a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
details.inline > summary { list-style: none; padding: 6px 14px; border: 1px solid var(--line); border-radius: 5px; background: var(--tint); cursor: pointer; } details.inline form { margin-top: 6px; } details.inline > summary.primary { background: var(--good); border-color: var(--good); color: var(--paper); font-weight: 600; } details.inline > summary.danger { border-color: var(--bad); color: var(--bad); }
input { font: inherit; padding: 6px 8px; border: 1px solid var(--line); border-radius: 5px; background: var(--paper); color: var(--ink); } .say { display: flex; gap: 8px; margin: 20px 0; } .say label { flex: 1; display: flex; gap: 8px; align-items: baseline; } .say input[name=text] { flex: 1; min-width: 0; } .say label { min-width: 0; }
pre { overflow: auto; background: var(--tint); border: 1px solid var(--line); border-radius: 5px; padding: 8px 10px; font-size: 13px; } code { font-size: 0.92em; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: 6px 10px; border-bottom: 1px solid var(--line); vertical-align: top; } th { color: var(--soft); font-weight: 600; font-size: 14px; }
.timeline, .evidence, .people, .decisions { list-style: none; padding: 0; } .timeline li, .evidence li { padding: 5px 0; border-bottom: 1px solid var(--line); } time { color: var(--soft); font-size: 14px; }
.reply { border: 1px solid var(--line); border-left: 6px solid var(--accent); border-radius: 6px; padding: 10px 16px; margin: 16px 0; } .reply[data-kind=refused] { border-left-color: var(--bad); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 8px 0; } dt { color: var(--soft); } dd { margin: 0; }
.picture { margin: 8px 0; } .picture img { max-width: 100%; height: auto; border: 1px solid var(--line); } .chart { margin: 8px 0; } .chart svg { width: 100%; height: auto; } .chart .series { fill: none; stroke: var(--accent); stroke-width: 2; } .chart .grid { stroke: var(--line); } .chart .axis { fill: var(--soft); font-size: 11px; } .chart line.mark { stroke: var(--bad); stroke-dasharray: 4 3; } .chart text.mark { fill: var(--ink); font-size: 11px; } figcaption { color: var(--soft); font-size: 13px; }
.blast svg { width: auto; max-width: 100%; } .blast .box { fill: none; stroke: var(--soft); } .blast .edge { stroke: var(--soft); } .blast .name { fill: var(--ink); font-size: 12px; }
.preview { display: grid; grid-template-columns: max-content 1fr; gap: 0 10px; margin: 4px 0; font-size: 14px; } .preview dt { color: var(--soft); } .preview dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 700px) { thead { position: absolute; left: -9999px; } tr { display: block; padding: 8px 0; border-bottom: 1px solid var(--line); } td { display: inline-block; border: 0; padding: 2px 10px 2px 0; } }
meter { width: 70px; vertical-align: middle; }
.previews { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 380px), 1fr)); gap: 24px; align-items: start; }
.slack-card, .teams-card { border: 1px solid var(--line); border-radius: 6px; padding: 10px 14px; max-width: 600px; font-size: 15px; line-height: 1.46; overflow-wrap: anywhere; } .block-header { font-size: 18px; font-weight: 700; } .block-text { margin: 8px 0; }
`

/**
 * Asks for the page again when the stream says that something changed, and swaps the live part. A form that is open
 * or being typed into is left alone until it is closed. The browser reconnects by itself.
 */
export const LIVE_JS = `
const { stream, path } = document.currentScript.dataset;
history.replaceState(null, '', path);
let waiting = false;
const isBusy = () => { const live = document.getElementById('live'); return live !== null && (live.contains(document.activeElement) && document.activeElement.tagName === 'INPUT' || live.querySelector('details.inline[open]') !== null); };
const refresh = async () => {
  if (waiting) return;
  waiting = true;
  while (isBusy()) await new Promise((resolve) => setTimeout(resolve, 500));
  waiting = false;
  const answer = await fetch(path, { headers: { accept: 'text/html' } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const fresh = page.getElementById('live');
  const old = document.getElementById('live');
  if (fresh !== null && old !== null) old.replaceWith(fresh);
};
new EventSource(stream).addEventListener('changed', refresh);
setInterval(refresh, 30000);
`
