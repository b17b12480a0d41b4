import { randomBytes } from 'node:crypto'
import { handlePress } from '../../../src/orchestrator/verbs/handle-press.ts'
import { handleUtterance } from '../../../src/orchestrator/verbs/handle-utterance.ts'
import { ANA, BO, CY, DI } from '../decisions/world.ts'
import { openDeliveryWorld } from '../delivery/delivery-world.ts'
import { openProposal } from '../decisions/presses.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { Account, Person } from '../../../src/domain/person.ts'
import type { Chat, History, Human, Step } from './history.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { DeliveryWorld } from '../delivery/delivery-world.ts'
import type { IncidentView } from '../../../src/domain/incident-view.ts'
import type { Press, Reply } from '../../../src/orchestrator/index.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { ScriptedSurface } from '../../fakes/scripted-surface.ts'

export type HistoryDeps = (deps: Deps) => Deps

/** What one history came to. */
export interface Outcome {
  readonly incidentId: string
  readonly state: string
  readonly runs: number
  /** Human of each decision that stands. */
  readonly decided: readonly string[]
  /** Of clicks that came at once, how many were taken as new: never more than one. */
  readonly mostTakenAtOnce: number
  readonly cards: Readonly<Record<Chat, readonly IncidentView[]>>
}

export interface HistoryWorld {
  readonly delivery: DeliveryWorld
  /** Lives them all at once, ends every outage, and waits until nothing is left to deliver. */
  live(histories: readonly History[]): Promise<readonly Outcome[]>
  close(): Promise<void>
}

const PEOPLE: readonly Person[] = [ANA, BO, CY, DI].map((person) => ({
  ...person,
  slack: { team: 'T1', user: `U-${person.id}` },
  teams: { tenant: 'tenant', user: `a-${person.id}` },
}))
const PATIENCE_MS = 60_000
/** These answers say that a decision is on record because of this click. */
const TAKEN: readonly string[] = ['counted', 'approved', 'rejected', 'stop_requested']

export async function openHistoryWorld(change: HistoryDeps = (deps) => deps): Promise<HistoryWorld> {
  const delivery = await openDeliveryWorld({ people: PEOPLE })
  const deps = change({
    ...delivery.deps,
    directory: {
      ...delivery.deps.directory,
      findByAccount: (account) => PEOPLE.find((person) => isAccountOf(person, account)),
    },
  })
  const templates = { 2: await openProposal(delivery.world, 2), 3: await openProposal(delivery.world, 3) }
  const target = { delivery, deps, templates }
  return {
    delivery,
    live: (histories) => liveAll(target, histories),
    close: () => delivery.close(),
  }
}

export function isAccountOf(person: Person, { surface, user }: Account): boolean {
  return surface === 'slack' ? person.slack?.user === user : person.teams?.user === user
}

interface Target {
  readonly delivery: DeliveryWorld
  readonly deps: Deps
  readonly templates: Readonly<Record<2 | 3, Proposal>>
}

interface Life {
  readonly incidentId: string
  readonly proposalId: string
  readonly presses: Press[]
  mostTakenAtOnce: number
}

async function liveAll(target: Target, histories: readonly History[]): Promise<readonly Outcome[]> {
  const { delivery } = target
  const lives = await Promise.all(histories.map((history) => begin(target, target.templates[history.tier])))
  for (const surface of [delivery.slack, delivery.teams]) {
    surface.failNext('postCard', ...histories.flatMap((history) => history.firstPosts))
  }
  const isShown = ({ incidentId }: Life) =>
    [delivery.slack, delivery.teams].every((surface) => surface.cardsOf(incidentId).length > 0)
  const areShown = async () => {
    await delivery.hurry()
    return lives.every(isShown)
  }
  await waitUntil('the cards are there', areShown, PATIENCE_MS)
  await Promise.all(lives.map((life, index) => liveOne(target, life, histories[index]?.steps ?? [])))
  for (const surface of [delivery.slack, delivery.teams]) surface.mend()
  await delivery.settle()
  return Promise.all(lives.map((life) => outcomeOf(target, life)))
}

/** An incident with a firing alert and a proposal like the template's. */
async function begin({ deps }: Target, template: Proposal): Promise<Life> {
  return deps.unitOfWork.run(async (stores) => {
    const incident = await stores.incidents.open({
      ...{ title: 'Many errors on checkout', service: 'checkout', environment: 'production' },
      ...{ severity: 'SEV2', origin: 'alerts', onsetAt: new Date() },
    })
    await stores.alerts.upsert([
      {
        ...{ incidentId: incident.id, fingerprint: incident.id, source: 'alertmanager', status: 'firing' },
        ...{ name: 'HighErrorRate', service: 'checkout', environment: 'production', severity: 'SEV2' },
        ...{ labels: {}, annotations: {}, startsAt: incident.onsetAt, endsAt: null, generatorUrl: null },
      },
    ])
    const { id, expiresAt } = await stores.proposals.reserve(900_000)
    const planHash = randomBytes(32).toString('hex')
    await stores.proposals.insert({ ...template, id, incidentId: incident.id, planHash, expiresAt })
    await stores.outbox.append([{ kind: 'card', incidentId: incident.id, priority: 'result' }])
    return { incidentId: incident.id, proposalId: id, presses: [], mostTakenAtOnce: 0 }
  })
}

async function liveOne(target: Target, life: Life, steps: readonly Step[]): Promise<void> {
  for (const step of steps) await act(target, life, step)
}

async function act(target: Target, life: Life, step: Step): Promise<void> {
  const { delivery, deps } = target
  switch (step.kind) {
    case 'press':
      return pressTogether(target, life, pressOf(delivery[step.chat], life, step), step.copies)
    case 'replay':
      return pressTogether(target, life, life.presses[step.which], 1)
    case 'say':
      await handleUtterance(deps, { ...placeOf(delivery[step.chat], life, step), text: step.text })
      return
    case 'deliver':
      return delivery.hurry()
    case 'outage':
      delivery[step.chat].isDown = step.isDown
      return
    case 'fault':
      delivery[step.chat].failNext(step.method, step.fault)
  }
}

function placeOf(surface: ScriptedSurface, life: Life, { human, chat }: { human: Human; chat: Chat }) {
  const account: Account =
    chat === 'slack'
      ? { surface: chat, tenant: 'T1', user: `U-${human}`, displayName: human }
      : { surface: chat, tenant: 'tenant', user: `a-${human}`, displayName: human }
  const reference = surface.cardsOf(life.incidentId)[0]?.reference
  return { surface: chat, account, channel: reference?.channel ?? null, message: reference?.message ?? null }
}

/** With what the card on that surface shows at that moment, which may be old. */
function pressOf(surface: ScriptedSurface, life: Life, step: Extract<Step, { kind: 'press' }>): Press {
  const proposal = surface.cardsOf(life.incidentId)[0]?.view.proposal ?? null
  const press: Press = {
    ...placeOf(surface, life, step),
    verb: step.verb,
    incidentId: life.incidentId,
    proposalId: proposal?.id ?? null,
    planHash: proposal?.planHash ?? null,
    text: step.verb === 'reject' ? 'not now' : null,
    stepId: null,
    answer: null,
  }
  life.presses.push(press)
  return press
}

async function pressTogether({ deps }: Target, life: Life, press: Press | undefined, copies: number): Promise<void> {
  if (press === undefined) return
  const clicks = Array.from({ length: copies }, () => handlePress(deps, press))
  const replies: readonly Reply[] = await Promise.all(clicks)
  const taken = replies.filter((reply) => reply.kind === 'answer' && TAKEN.includes(reply.code)).length
  life.mostTakenAtOnce = Math.max(life.mostTakenAtOnce, taken)
}

async function outcomeOf({ delivery, deps }: Target, life: Life): Promise<Outcome> {
  const { stores } = deps
  const [proposal, runs, decisions] = await Promise.all([
    stores.proposals.find(life.proposalId),
    stores.runs.listByIncident(life.incidentId),
    stores.decisions.list(life.proposalId),
  ])
  const standing = decisions.filter((decision) => decision.withdrawnAt === null)
  const viewsOn = (surface: ScriptedSurface) => surface.cardsOf(life.incidentId).map((card) => card.view)
  return {
    incidentId: life.incidentId,
    state: proposal?.state ?? 'gone',
    runs: runs.length,
    decided: standing.map((decision) => humanOf(decision.personId)),
    mostTakenAtOnce: life.mostTakenAtOnce,
    cards: { slack: viewsOn(delivery.slack), teams: viewsOn(delivery.teams) },
  }
}

/** The twin knows a person by two ids. */
export function humanOf(personId: string): string {
  return personId.replace(/ in teams$/, '')
}
