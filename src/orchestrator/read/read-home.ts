import { loadIncidentView } from '../load-incident-view.ts'
import { asProposalOfStep } from '../../executor/as-proposal-of-step.ts'
import { findRun } from '../proposals/start-run.ts'
import { loadStepQuorum } from '../proposals/load-step-quorum.ts'
import type { Proposal } from '../../domain/approval.ts'
import { loadQuorum } from '../proposals/load-quorum.ts'
import { nextApprovers } from '../proposals/next-approvers.ts'
import { answered, requirePerson } from '../verbs/handle-utterance.ts'
import { LIST_OF_INCIDENTS, noteReading, requireReading } from './reader.ts'
import type { Account, Person } from '../../domain/person.ts'
import type { Card } from '../../ports/card-store.ts'
import type { Deps } from '../dependencies.ts'
import type { Incident } from '../../domain/incident.ts'
import type { IncidentView } from '../../domain/incident-view.ts'
import type { Reader } from './reader.ts'
import type { Reply } from '../verbs/conversation.ts'

export interface HomeItem {
  readonly view: IncidentView
  /** Where its card can be seen, on every surface; presses count there and nowhere else. */
  readonly cards: readonly Card[]
}

/** What one person opens a surface for: what waits for them, and what else is going on. */
export interface Home {
  readonly person: Person
  /** A proposal waits for an approval that this person can give; what expires first comes first. */
  readonly awaiting: readonly HomeItem[]
  /** Every incident that is not resolved, newest first, those above among them. */
  readonly open: readonly HomeItem[]
  /** Open incidents that are not listed. */
  readonly more: number
}

export type HomeAnswer =
  { readonly kind: 'home'; readonly home: Home } | { readonly kind: 'refused'; readonly reply: Reply }

const MOST_LISTED = 20
const MOST_READ = 200
const WORKED_ON = ['open', 'acknowledged', 'mitigated'] as const

/** For a surface's own front page. Reads only; an account that the directory does not know is told so. */
export async function readHome(deps: Deps, account: Account): Promise<HomeAnswer> {
  const place = { surface: account.surface, account, channel: null, message: null }
  let home: Home | undefined
  const reply = await answered(deps, place, async () => {
    const person = await requirePerson(deps, place, 'list')
    const reader: Reader = { type: 'person', person, origin: account.surface }
    await requireReading(deps, reader, 'list')
    home = await homeOf(deps, person)
    await noteReading(deps, reader, LIST_OF_INCIDENTS)
    return NOTHING_TO_SAY
  })
  return home === undefined ? { kind: 'refused', reply } : { kind: 'home', home }
}

async function homeOf(deps: Deps, person: Person): Promise<Home> {
  const states = await Promise.all(WORKED_ON.map((state) => deps.stores.incidents.list({ state, limit: MOST_READ })))
  const incidents = states.flat().toSorted((left, right) => right.openedAt.getTime() - left.openedAt.getTime())
  const mine = await waitingFor(deps, person, incidents)
  const shown = [...mine, ...incidents.filter((incident) => !mine.includes(incident))].slice(0, MOST_LISTED)
  const items = (await Promise.all(shown.map((incident) => itemOf(deps, incident)))).filter(
    (item) => item !== undefined,
  )
  const isMine = new Set(mine.map((incident) => incident.id))
  return {
    person,
    awaiting: items.filter(({ view }) => isMine.has(view.id) && isAsked(view)).toSorted(soonest),
    open: items.toSorted(newest),
    more: incidents.length - shown.length,
  }
}

/** Those with a pending proposal that this person may approve: they are listed even when many others are open. */
async function waitingFor(deps: Deps, person: Person, incidents: readonly Incident[]): Promise<readonly Incident[]> {
  const waits = await Promise.all(incidents.map((incident) => waitsFor(deps, person, incident)))
  return incidents.filter((_incident, index) => waits[index])
}

async function waitsFor(deps: Deps, person: Person, incident: Incident): Promise<boolean> {
  const proposal = await deps.stores.proposalQueries.findCurrent(incident.id)
  if (proposal?.state === 'approved') return stepWaitsFor(deps, person, incident, proposal)
  if (proposal?.state !== 'pending') return false
  const { facts } = await loadQuorum(deps, deps.stores, proposal, incident)
  return nextApprovers(deps, proposal, incident, facts).some((candidate) => candidate.id === person.id)
}

/** Only a plan with a nested approval is asked about. */
async function stepWaitsFor(deps: Deps, person: Person, incident: Incident, proposal: Proposal): Promise<boolean> {
  if (!proposal.plan.steps.some(({ uses }) => uses === 'approval')) return false
  const run = await findRun(deps.stores, proposal)
  const approvals = run === undefined ? [] : await deps.stores.stepApprovals.list(run.id)
  const open = approvals.find(({ state }) => state === 'pending')
  if (open === undefined) return false
  const { facts } = await loadStepQuorum(deps, deps.stores, proposal, open, incident)
  const asked = asProposalOfStep(proposal, open)
  return nextApprovers(deps, asked, incident, facts).some((candidate) => candidate.id === person.id)
}

async function itemOf(deps: Deps, incident: Incident): Promise<HomeItem | undefined> {
  const [view, cards] = await Promise.all([
    loadIncidentView(deps, incident.id),
    deps.stores.cards.listByIncident(incident.id),
  ])
  return view === undefined ? undefined : { view, cards: cards.filter((card) => card.reference !== null) }
}

function isAsked({ proposal, run }: HomeItem['view']): boolean {
  return proposal?.state === 'pending' || (run !== null && run.approval !== null)
}

function soonest(left: HomeItem, right: HomeItem): number {
  return (left.view.proposal?.expiresAt.getTime() ?? 0) - (right.view.proposal?.expiresAt.getTime() ?? 0)
}

function newest(left: HomeItem, right: HomeItem): number {
  return right.view.openedAt.getTime() - left.view.openedAt.getTime()
}

const NOTHING_TO_SAY: Reply = {
  kind: 'answer',
  code: 'done',
  text: '',
  rows: [],
  preformatted: null,
  card: null,
  shared: false,
  incidentId: null,
}
