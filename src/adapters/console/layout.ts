import { html } from './html.ts'
import type { SafeHtml } from './html.ts'

export interface PageFrame {
  readonly title: string
  /** Shown in the head: who one is here, or how to sign in. */
  readonly person: string | null
  /** What is simulated, said on every page of the demo; null in `serve`. */
  readonly sandboxNote: string | null
  /** Where the live stream tells of changes; null for pages that stand still. */
  readonly live: string | null
  /** The address this page stands for: after a post the browser shows another one. */
  readonly path: string
}

export function renderPage(frame: PageFrame, body: SafeHtml): string {
  return `<!doctype html>\n${
    html`<html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${frame.title} · Countersign</title>
        <link rel="stylesheet" href="/assets/console.css" />
        ${frame.live === null ? '' : html`<script src="/assets/live.js" defer data-stream="${frame.live}" data-path="${frame.path}"></script>`}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <nav aria-label="Countersign">
          <a class="brand" href="/">Countersign</a>
          <a href="/">Incidents</a>
          <a href="/audit">Audit</a>
          <span class="who"
            >${frame.person === null ? html`<a href="/session">Sign in</a>` : html`${frame.person} · <a href="/session">change</a>`}</span
          >
        </nav>
        ${frame.sandboxNote === null ? '' : html`<p class="sandbox" role="note">${frame.sandboxNote}</p>`}
        <main id="main">${body}</main>
      </body>
    </html>`.text
  }`
}
