import { createTeller } from './tell-incident.ts'
import { signInAs } from './console-visitor.ts'
import { verifyAudit } from './verify-audit.ts'
import { waitFor } from './wait-for.ts'
import type { Demo } from './open-demo.ts'
import type { ExitCode } from '../command.ts'
import type { IncidentFacts } from './incident-reader.ts'
import type { Person } from '../../domain/person.ts'
import type { Teller } from './tell-incident.ts'

interface Play {
  readonly demo: Demo
  readonly teller: Teller
  readonly signal: AbortSignal
}

const ENDED = ['succeeded', 'failed', 'undone', 'stopped']
/** So many looks in a row without a proposal, after the reasons are known, count as none. */
const LOOKS_WITHOUT = 20

/** Plays the incident to its end as two of the shop's people; 0 when all is as it should be. */
export async function playByItself(demo: Demo, signal: AbortSignal): Promise<ExitCode> {
  const play = { demo, teller: createTeller(demo.reporter), signal }
  demo.reporter.say(`Countersign is ready at ${demo.url}`)
  const incident = await waitFor('the incident', async () => (await demo.incidents.list())[0], { seconds: 60, signal })
  play.teller.incident(incident)
  const isRight =
    demo.scenario.right.playbook === null ? await seeNothing(play, incident.id) : await seeRun(play, incident.id)
  const isWhole = await verifyAudit(demo)
  demo.reporter.say(isRight && isWhole ? 'Done: all is as it should be.' : 'Done: not as it should be.')
  return isRight && isWhole ? 0 : 1
}

/** Where no playbook helps, the right thing is to propose none and to say why. */
async function seeNothing(play: Play, id: string): Promise<boolean> {
  const { demo, teller, signal } = play
  let looks = 0
  const end = await waitFor(
    'a reason why nothing is proposed',
    async () => {
      const facts = await demo.incidents.find(id)
      teller.incident(facts)
      if (facts.proposal !== null) return facts
      const knowsAll = facts.noProposal !== null && facts.alerts.firing >= demo.sandbox.firing().length
      looks = knowsAll ? looks + 1 : 0
      return looks >= LOOKS_WITHOUT ? facts : undefined
    },
    { seconds: 60, signal },
  )
  if (end.proposal === null) demo.reporter.say(`Rightly so: ${demo.scenario.right.why}`)
  else demo.reporter.say(`Wrong: ${end.proposal.playbook} is proposed. ${demo.scenario.right.why}`)
  return end.proposal === null
}

async function seeRun(play: Play, id: string): Promise<boolean> {
  const { demo, teller, signal } = play
  const proposed = await waitFor(
    'a proposal',
    async () => {
      const facts = await demo.incidents.find(id)
      teller.incident(facts)
      return facts.proposal === null ? undefined : facts
    },
    { seconds: 60, signal },
  )
  if (proposed.proposal?.playbook !== demo.scenario.right.playbook) {
    demo.reporter.say(`Wrong: ${demo.scenario.right.playbook ?? 'none'} would be right.`)
    return false
  }
  await approve(play, proposed)
  return (await seeEnd(play, id)) && (await seeQuiet(play, id))
}

/** Whoever owns the service first, since one of two approvals has to come from there. */
async function approve({ demo, teller, signal }: Play, incident: IncidentFacts): Promise<void> {
  for (const person of approversFor(demo, incident)) {
    const facts = await demo.incidents.find(incident.id)
    teller.incident(facts)
    if (facts.proposal?.state !== 'pending') return
    const visitor = await signInAs(demo.url, person.id, signal)
    const pressed = await visitor.press(incident.id, 'approve')
    demo.reporter.say(pressed ? `${person.name} reads the card and presses Approve.` : `${person.name} sees no button.`)
  }
}

function approversFor({ config }: Demo, incident: IncidentFacts): readonly Person[] {
  const service = incident.suspects[0]?.service ?? incident.service ?? ''
  const owner = config.catalog.services.get(service)?.owner ?? ''
  const isOwner = (person: Person): boolean => person.groups.includes(owner)
  const approvers = config.people.filter((person) => person.roles.includes('approver'))
  return [...approvers.filter(isOwner), ...approvers.filter((person) => !isOwner(person))]
}

async function seeEnd({ demo, teller, signal }: Play, id: string): Promise<boolean> {
  const run = await waitFor(
    'the end of the run',
    async () => {
      const facts = await demo.incidents.find(id)
      teller.incident(facts)
      const last = facts.runs.at(-1)
      if (last === undefined) return undefined
      const current = await demo.incidents.findRun(last)
      teller.run(current)
      return ENDED.includes(current.state) ? current : undefined
    },
    { seconds: 120, signal },
  )
  return run.state === 'succeeded'
}

async function seeQuiet({ demo, teller, signal }: Play, id: string): Promise<boolean> {
  await waitFor(
    'the alerts to end',
    async () => {
      const facts = await demo.incidents.find(id)
      teller.incident(facts)
      return facts.alerts.firing === 0 ? facts : undefined
    },
    { seconds: 60, signal },
  )
  return true
}
