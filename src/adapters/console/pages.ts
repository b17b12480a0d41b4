import { describeNext } from '../../domain/describe-next.ts'
import { html } from './html.ts'
import { renderCard } from './render-card.ts'
import { isDrawable } from '../../kernel/value-scale.ts'
import { renderChart } from './render-chart.ts'
import { renderReply } from './render-reply.ts'
import { renderTime } from './times.ts'
import { sha256Hex } from '../../kernel/sha256.ts'
import type { CardContext } from './card-context.ts'
import type { Evidence } from '../../domain/evidence.ts'
import type { IncidentView } from '../../domain/incident-view.ts'
import type { DrawnPicture, Reply } from '../../orchestrator/index.ts'
import type { SafeHtml } from './html.ts'
import type { TimelineEntry } from '../../domain/timeline.ts'

export interface IncidentPage {
  readonly view: IncidentView
  readonly timeline: readonly TimelineEntry[]
  readonly evidence: readonly Evidence[]
  /** null while nothing was measured. */
  readonly picture: DrawnPicture | null
  /** What the last press or command came to; null when there was none. */
  readonly reply: Reply | null
}

export function renderIncidentPage(page: IncidentPage, context: CardContext): SafeHtml {
  return html`${page.reply === null ? '' : renderReply(page.reply, context)}
    <div id="live">${renderLive(page, context)}</div>
    ${context.csrf === undefined ? html`<p class="fine">This session may only read.</p>` : renderCommandBox(context.csrf, page.view.id)}`
}

/** What the live stream replaces: all that the incident's life changes, and none of what one is typing into. */
function renderLive(page: IncidentPage, context: CardContext): SafeHtml {
  return html`<div class="columns">
    <div>${renderCard(page.view, context)} ${page.picture === null ? '' : renderPicture(page.picture)}</div>
    <div>
      <section aria-label="Timeline">
        <h2>Timeline</h2>
        <ol class="timeline">
          ${[...page.timeline].reverse().map((entry) => html`<li>${renderTime(entry.at, context.now)} <strong>${entry.actor.name}</strong> ${entry.text}</li>`)}
        </ol>
      </section>
      <section aria-label="Evidence">
        <h2>Evidence</h2>
        ${
          page.evidence.length === 0
            ? html`<p>${page.view.isCollecting ? 'Collecting.' : 'None was found.'}</p>`
            : html`<ul class="evidence">
                ${page.evidence.map((piece) => renderEvidence(piece, page.view, context))}
              </ul>`
        }
      </section>
    </div>
  </div>`
}

/** As a file of its own, in which nothing runs. The address names what is shown, so that a newer one is fetched anew. */
function renderPicture({ incidentId, title, svg, words }: DrawnPicture): SafeHtml {
  const address = `/incidents/${encodeURIComponent(incidentId)}/picture.svg?of=${sha256Hex(svg).slice(0, 12)}`
  return html`<section aria-label="Picture">
    <h2>Picture</h2>
    <figure class="picture">
      <img src="${address}" alt="${title}" width="800" />
      <figcaption>${words}</figcaption>
    </figure>
  </section>`
}

function renderEvidence(piece: Evidence, view: IncidentView, context: CardContext): SafeHtml {
  const points = pointsOf(piece)
  const marks = [
    { at: view.onsetAt, label: 'onset' },
    ...view.suspects.slice(0, 3).map((suspect) => ({ at: suspect.at, label: `${suspect.kind} ${suspect.service}` })),
  ]
  const unit = typeof piece.data['unit'] === 'string' ? piece.data['unit'] : ''
  return html`<li id="${piece.id}">
    <code>${piece.id}</code> ${piece.fact}
    <span class="fine">${piece.source}, ${renderTime(piece.at, context.now)}</span>
    ${points.length === 0 ? '' : folded(piece, renderChart({ title: piece.fact, unit, points, marks }))}
  </li>`
}

/** What the alert goes by is seen at once; the signals of the service and its neighbours are there to be opened. */
function folded({ data }: Evidence, chart: SafeHtml): SafeHtml {
  if (typeof data['signal'] !== 'string') return chart
  return html`<details>
    <summary>Chart</summary>
    ${chart}
  </details>`
}

function pointsOf(piece: Evidence): readonly (readonly [number, number])[] {
  const points = piece.data['points']
  if (!Array.isArray(points)) return []
  return points.flatMap((point: unknown) => {
    if (!Array.isArray(point)) return []
    const [at, value] = point as unknown[]
    return typeof at === 'number' && typeof value === 'number' && isDrawable(value) ? [[at, value] as const] : []
  })
}

export function renderIncidentList(
  views: readonly IncidentView[],
  context: CardContext,
  reply: Reply | null,
  news: { readonly notes: readonly string[]; readonly changes: readonly string[] },
): SafeHtml {
  const rows = views.map(
    (view) =>
      html`<tr>
        <td><span class="severity" data-severity="${view.severity}">${view.severity}</span></td>
        <td><a href="/incidents/${view.id}">${view.id}</a></td>
        <td>${view.service === null ? '' : `${view.service}: `}${view.symptom}</td>
        <td><span class="state" data-state="${view.state}">${view.state}</span></td>
        <td>${renderTime(view.openedAt, context.now)}</td>
        <td>${describeNext(view)?.text ?? ''}</td>
      </tr>`,
  )
  return html`<h1>Incidents</h1>
    ${reply === null ? '' : renderReply(reply, context)}
    <div id="live">
      ${news.notes.map((note) => html`<p class="notice">${note}</p>`)}
      ${news.changes.map(
        (id) =>
          html`<p class="notice">
            <a href="/configuration/${id}">${id}</a>: policies or playbooks were changed and wait for two people. Until
            then the accepted version decides.
          </p>`,
      )}
      ${
        views.length === 0
          ? html`<p>None. Alerts that arrive open one here.</p>`
          : html`<table>
              <thead>
                <tr>
                  <th>Severity</th>
                  <th>Id</th>
                  <th>What</th>
                  <th>State</th>
                  <th>Opened</th>
                  <th>Next</th>
                </tr>
              </thead>
              <tbody>
                ${rows}
              </tbody>
            </table>`
      }
    </div>
    ${context.csrf === undefined ? '' : renderCommandBox(context.csrf, null)}`
}

/** The same verbs as in chat. */
export function renderCommandBox(csrf: string, incidentId: string | null): SafeHtml {
  return html`<form method="post" action="/say" class="say">
    <input type="hidden" name="csrf" value="${csrf}" /><input
      type="hidden"
      name="incidentId"
      value="${incidentId ?? ''}"
    />
    <label>Command <input name="text" autocomplete="off" placeholder="help" /></label>
    <button>Send</button>
  </form>`
}

export interface PersonChoice {
  readonly id: string
  readonly name: string
  readonly roles: readonly string[]
  readonly groups: readonly string[]
}

/** The demo: pick which of the sandbox's people to be, so that two-person approval can be tried. */
export function renderPeople(people: readonly PersonChoice[], current: string | null, next: string): SafeHtml {
  return html`<h1>Who are you</h1>
    <p>The sandbox has no sign-in. Pick one of its people; pick another one for a second approval.</p>
    <ul class="people">
      ${people.map(
        (person) =>
          html`<li>
            <form method="post" action="/session">
              <input type="hidden" name="person" value="${person.id}" /><input
                type="hidden"
                name="next"
                value="${next}"
              />
              <button ${person.id === current ? html`aria-current="true"` : ''}>${person.name}</button>
              <span class="fine">${person.roles.join(', ')}; ${person.groups.join(', ')}</span>
            </form>
          </li>`,
      )}
    </ul>`
}

export function renderTokenForm(problem: string | null): SafeHtml {
  return html`<h1>Sign in to read</h1>
    <p>Type the value of COUNTERSIGN_API_TOKEN. This session may read; decisions are made in chat.</p>
    ${problem === null ? '' : html`<p class="notice" role="alert">${problem}</p>`}
    <form method="post" action="/session">
      <label>Token <input name="token" type="password" required autocomplete="off" /></label> <button>Sign in</button>
    </form>`
}
