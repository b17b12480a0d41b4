import { describeHold } from '../../domain/describe-freeze.ts'
import { frozenWhat } from '../../domain/freeze.ts'
import { describeNext } from '../../domain/describe-next.ts'
import { describeUnreachable } from '../../domain/describe-unreachable.ts'
import { button, reasonForm } from './forms.ts'
import { html } from './html.ts'
import { renderFeedback } from './render-feedback.ts'
import { renderGlass } from './render-glass.ts'
import { renderProposal } from './render-proposal.ts'
import { renderRun } from './render-run.ts'
import { renderTime } from './times.ts'
import type { CardContext } from './card-context.ts'
import type {
  FreezeView,
  IncidentView,
  LinkView,
  SummarySentence,
  UnreachableSurfaceView,
} from '../../domain/incident-view.ts'
import type { SafeHtml } from './html.ts'
import type { Suspect } from '../../domain/change-event.ts'

const SUSPECTS_SHOWN = 3
const REASONS_SHOWN = 3

/** The console's rendering of the one card: the same view, the same words, the same buttons as on every surface. */
export function renderCard(view: IncidentView, context: CardContext): SafeHtml {
  return html`<article class="card" data-severity="${view.severity}" aria-labelledby="card-title">
    <header>
      <span class="severity" data-severity="${view.severity}">${view.severity}</span>
      <h1 id="card-title">${view.service === null ? '' : `${view.service}: `}${view.symptom}</h1>
    </header>
    ${renderNext(view, context)} ${renderFacts(view, context)}
    <section aria-label="What is known">
      ${view.facts.map(renderSentence)}
      ${view.summary.source === 'model' ? renderModelSummary(view.summary.sentences) : ''}
      ${view.impact.map((line) => html`<p>${line}</p>`)}
    </section>
    ${view.glass === null ? '' : renderGlass(view.id, view.glass, context)} ${renderCause(view, context)}
    ${view.run === null ? '' : renderRun(view, view.run, context)}
    ${view.proposal === null ? renderNoProposal(view) : renderProposal(view, view.proposal, context)}
    ${renderFeedback(view, context)}
    ${
      view.followUps.length === 0
        ? ''
        : html`<section aria-label="Still to do">
            <h2>Still to do</h2>
            <ul>
              ${view.followUps.map((item) => html`<li>${item}</li>`)}
            </ul>
          </section>`
    }
    ${context.csrf === undefined ? '' : renderButtons(view, context.csrf)}
    ${view.links.length === 0 ? '' : html`<p class="links">${view.links.map(renderLink)}</p>`}
  </article>`
}

function renderSentence({ text, evidence }: SummarySentence): SafeHtml {
  return html`<p>${text} ${evidence.map((id) => html`<a class="evidence" href="#${id}">${id}</a> `)}</p>`
}

/** Beside the facts, never in their place. */
function renderModelSummary(sentences: readonly SummarySentence[]): SafeHtml {
  return html`${sentences.map(renderSentence)}
    <p class="fine">Written by a language model from the evidence named; not part of what runs.</p>`
}

/** What is asked of people now, before anything else. */
function renderNext(view: IncidentView, context: CardContext): SafeHtml {
  const next = describeNext(view)
  if (next === null) return html``
  return html`<p class="next">
    <strong>Next</strong> ${next.text}${next.until === null ? '' : html` Until ${renderTime(next.until, context.now)}.`}
  </p>`
}

function renderFacts(view: IncidentView, context: CardContext): SafeHtml {
  return html`<p class="facts">
      <span class="state" data-state="${view.state}">${view.state}</span>
      <span>${view.id}</span>
      <span>began ${renderTime(view.onsetAt, context.now)}</span>
      <span>${view.environment ?? 'environment unknown, counts as production'}</span>
      <span>commander ${view.commander ?? 'nobody yet'}</span>
      ${view.owner === null ? '' : html`<span>owner ${view.owner}</span>`}
      ${view.onCall.length === 0 ? '' : html`<span>on call ${view.onCall.join(', ')}</span>`}
      ${view.quietSince === null ? '' : html`<span>quiet since ${renderTime(view.quietSince, context.now)}</span>`}
    </p>
    ${view.freezes.map((freeze) => renderFreeze(view, freeze, context))}
    ${view.unreachableSurfaces.map((unreachable) => renderUnreachable(unreachable, context))}`
}

function renderFreeze(view: IncidentView, freeze: FreezeView, { now }: CardContext): SafeHtml {
  return html`<p class="notice">
    Frozen: ${frozenWhat(freeze)} until ${renderTime(freeze.until, now)}: ${freeze.reason}.
    ${describeHold(view, freeze)}
  </p>`
}

function renderUnreachable(unreachable: UnreachableSurfaceView, context: CardContext): SafeHtml {
  const { before, after } = describeUnreachable(unreachable)
  return html`<p class="notice">${before}${renderTime(unreachable.since, context.now)}${after}</p>`
}

function renderCause(view: IncidentView, context: CardContext): SafeHtml {
  const notes = html`${view.unreachable.length === 0 ? '' : html`<p class="notice">Could not be asked: ${view.unreachable.join(', ')}. The list may be incomplete.</p>`}`
  if (view.suspects.length === 0) {
    const text = view.isCollecting
      ? 'Looking for what changed.'
      : (view.unknownCause ?? 'Nothing is known to have changed.')
    return html`<section aria-label="Likely cause">
      <h2>Likely cause</h2>
      <p>${view.isCollecting ? text : `Unknown. ${text}`}</p>
      ${notes}
    </section>`
  }
  return html`<section aria-label="Likely cause">
    <h2>Likely cause</h2>
    ${view.unknownCause === null ? '' : html`<p>Unknown. ${view.unknownCause}</p>`}
    <ol class="suspects">
      ${view.suspects.slice(0, SUSPECTS_SHOWN).map((suspect) => renderSuspect(suspect, context))}
    </ol>
    ${notes}
  </section>`
}

function renderSuspect(suspect: Suspect, context: CardContext): SafeHtml {
  const percent = `${String(Math.round(suspect.probability * 100))} %`
  const reasons = [...suspect.reasons]
    .sort((left, right) => Math.abs(right.weight) - Math.abs(left.weight))
    .slice(0, REASONS_SHOWN)
  return html`<li>
    <meter min="0" max="1" value="${suspect.probability}" aria-hidden="true"></meter>
    <strong>${percent}</strong> ${suspect.kind} of
    ${suspect.service}${suspect.revision === null ? '' : html` <code>${suspect.revision.slice(0, 12)}</code>`},
    ${renderTime(suspect.at, context.now)}
    <ul>
      ${reasons.map((reason) => html`<li>${reason.weight >= 0 ? 'for' : 'against'}: ${reason.text}</li>`)}
    </ul>
  </li>`
}

function renderNoProposal(view: IncidentView): SafeHtml {
  if (view.noProposal === null) return html``
  return html`<section aria-label="Proposal">
    <h2>Nothing is proposed</h2>
    <p>${view.noProposal}</p>
  </section>`
}

function renderButtons(view: IncidentView, csrf: string): SafeHtml {
  const hidden = { incidentId: view.id }
  return html`<div class="buttons">
    ${view.state === 'open' ? button({ csrf, verb: 'ack', label: 'Acknowledge', look: 'plain', hidden }) : ''}
    ${reasonForm({ csrf, verb: 'note', label: 'Add note', prompt: 'Note', hidden })}
  </div>`
}

function renderLink(link: LinkView): SafeHtml {
  return html`<a href="${link.url}" rel="noreferrer noopener">${link.title}</a>
    <span class="fine">(${link.host})</span> `
}
