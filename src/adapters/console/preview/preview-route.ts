import { drawAdaptiveCard } from './draw-adaptive-card.ts'
import { drawBlocks } from './draw-blocks.ts'
import { html } from '../html.ts'
import { pageAnswer } from '../page-answer.ts'
import { renderCard } from '../render-card.ts'
import { sampleViews } from './sample-views.ts'
import { sessionAuthentication } from '../console-session.ts'
import type { CardPreviews } from './card-previews.ts'
import type { ConsoleSettings } from '../console-settings.ts'
import type { Route } from '../../http/route.ts'
import type { SafeHtml } from '../html.ts'
import type { SampleView } from './sample-views.ts'
import type { Visitor } from '../console-session.ts'

/** For whoever works on the cards: every kind of card as each surface shows it. Mounted in the demo only. */
export function previewRoute(settings: ConsoleSettings, previews: CardPreviews): Route<Visitor> {
  return {
    method: 'GET',
    path: '/preview/card',
    source: 'console',
    authentication: sessionAuthentication(settings),
    handle: (request, visitor) => {
      const now = settings.deps.clock.now()
      const only = request.query.get('only')
      const samples = sampleViews(now).filter((_sample, index) => only === null || String(index) === only)
      const body = html`<h1>Cards</h1>
        <p>Made up, for looking at: nothing here is stored, and the buttons do nothing.</p>
        ${samples.map((sample) => drawSample(sample, previews, now))}`
      return pageAnswer(settings, { title: 'Cards', body, visitor, path: '/preview/card', live: null })
    },
  }
}

function drawSample({ name, view }: SampleView, previews: CardPreviews, now: Date): SafeHtml {
  const blocks = previews.slack(view)
  const card = previews.teams(view)
  return html`<section aria-label="${name}">
    <h2>${name}</h2>
    <div class="previews">
      <div>
        <h3>Slack, ${blocks.length} blocks, ${JSON.stringify(blocks).length} characters</h3>
        ${drawBlocks(blocks)}
      </div>
      <div>
        <h3>Teams, ${JSON.stringify(card).length} characters</h3>
        ${drawAdaptiveCard(card)}
      </div>
      <div>
        <h3>Console</h3>
        ${renderCard(view, { now, csrf: 'preview', personId: null })}
      </div>
    </div>
  </section>`
}
