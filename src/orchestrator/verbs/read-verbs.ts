import { answer } from './replies.ts'
import { describeDuration } from '../../kernel/duration.ts'
import { findIncident } from './find-incident.ts'
import { helpText, usageOf } from './usage.ts'
import { refuseUnknownVerb } from './refuse-unknown-verb.ts'
import { listIncidents, readEvidence, readIncident, readTimeline } from '../read/read-incidents.ts'
import { readerOf } from './conversation-context.ts'
import { requireReading } from '../read/reader.ts'
import { gapRows, sentenceRow } from './text-rows.ts'
import { VERBS } from '../../domain/verb.ts'
import type { Deps } from '../dependencies.ts'
import type { Reply } from './conversation.ts'
import type { VerbCall } from './conversation-context.ts'

const LISTED = 20
const TIMELINE_SHOWN = 30

export async function helpVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  await requireReading(deps, readerOf(call), 'help')
  const { request } = call
  const [word] = request.words
  const verb = VERBS.find((candidate) => candidate === word?.toLowerCase())
  if (verb !== undefined) return answer(usageOf(verb))
  if (word !== undefined) throw refuseUnknownVerb(word)
  return answer('What you can say, here and on every other surface:', {
    preformatted: helpText(),
    shared: request.share,
  })
}

export async function listVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  const { items: open, next } = await listIncidents(deps, readerOf(call), { isUnresolved: true, limit: LISTED })
  if (open.length === 0) return answer('No incident is open.', { shared: call.request.share })
  const rows = open.map((view) => ({
    label: `${view.id} ${view.severity} ${view.state}`,
    text: `${view.service === null ? '' : `${view.service}: `}${view.symptom}, for ${ago(deps, view.onsetAt)}`,
  }))
  const text = next === null ? `Open: ${count(open.length, 'incident')}.` : `The newest ${LISTED} that are open.`
  return answer(text, { rows, shared: call.request.share })
}

export async function statusVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  const incident = await findIncident(deps, call)
  const card = await readIncident(deps, readerOf(call), incident.id)
  return answer(`${card.id} is ${card.state}.`, { card, shared: call.request.share, incidentId: card.id })
}

export async function timelineVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  const incident = await findIncident(deps, call)
  const { items } = await readTimeline(deps, readerOf(call), incident.id, { after: null, limit: 200 })
  const shown = items.slice(-TIMELINE_SHOWN)
  const rows = shown.map((entry) => ({ label: clock(entry.at), text: `${entry.actor.name}: ${entry.text}` }))
  const text =
    shown.length < items.length
      ? `The last ${shown.length} of ${items.length} entries of ${incident.id}.`
      : `What happened in ${incident.id}.`
  return answer(text, { rows, shared: call.request.share, incidentId: incident.id })
}

/** The facts stand below a model's words: sentences that are true and few would hide what they leave out. */
export async function summaryVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  const { id } = await findIncident(deps, call)
  const reader = readerOf(call)
  const [view, evidence] = await Promise.all([readIncident(deps, reader, id), readEvidence(deps, reader, id)])
  const { source, sentences } = view.summary
  const isModel = source === 'model'
  const rows = [...sentences, ...(isModel ? view.facts : [])].map(sentenceRow)
  const said = isModel
    ? 'Written by a language model from the evidence named, above the facts on record.'
    : 'From the facts on record.'
  return answer(`${view.id}. ${said}`, {
    rows: [...rows, ...gapRows(view, evidence)],
    shared: call.request.share,
    incidentId: view.id,
  })
}

export async function changesVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  const incident = await findIncident(deps, call)
  const view = await readIncident(deps, readerOf(call), incident.id)
  const parts = { shared: call.request.share, incidentId: view.id }
  const missing = view.unreachable.length === 0 ? '' : ` Could not be asked: ${view.unreachable.join(', ')}.`
  if (view.suspects.length === 0) {
    const text = view.isCollecting ? 'Still looking for what changed.' : (view.unknownCause ?? 'No change is known.')
    return answer(`${text}${missing}`, parts)
  }
  const rows = view.suspects.map((suspect) => ({
    label: `${Math.round(suspect.probability * 100)} %`,
    text: `${suspect.kind} of ${suspect.service}${suspect.revision === null ? '' : ` ${suspect.revision.slice(0, 12)}`} at ${clock(suspect.at)}. ${suspect.reasons.map((reason) => reason.text).join(' ')}`.trim(),
  }))
  return answer(`${view.unknownCause ?? 'What changed, the likeliest first.'}${missing}`, { ...parts, rows })
}

export async function evidenceVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  const incident = await findIncident(deps, call)
  const pieces = await readEvidence(deps, readerOf(call), incident.id)
  const rows = pieces.map((piece) => ({ label: piece.id, text: `${piece.fact} (${piece.source}, ${clock(piece.at)})` }))
  const text = pieces.length === 0 ? `Nothing is collected for ${incident.id} yet.` : `The facts of ${incident.id}.`
  return answer(text, { rows, shared: call.request.share, incidentId: incident.id })
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`
}

function clock(at: Date): string {
  return `${at.toISOString().slice(11, 16)} UTC`
}

function ago(deps: Deps, at: Date): string {
  return describeDuration(deps.clock.now().getTime() - at.getTime())
}
