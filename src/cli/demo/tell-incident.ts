import type { IncidentFacts, RunFacts } from './incident-reader.ts'
import type { Reporter } from './reporter.ts'

/** Tells what is new about an incident and its runs, each thing once. */
export interface Teller {
  incident(facts: IncidentFacts): void
  run(facts: RunFacts): void
}

export function createTeller(reporter: Reporter): Teller {
  const told = new Set<string>()
  const once = (text: string): void => {
    if (told.has(text)) return
    told.add(text)
    reporter.say(text)
  }
  return {
    incident: (facts) => {
      once(`${facts.id} opened: ${facts.severity}, ${facts.title}.`)
      tellCause(facts, once)
      tellProposal(facts, once)
      if (facts.alerts.firing === 0) once(`${facts.id}: no alert fires any more.`)
    },
    run: (facts) => {
      for (const step of facts.steps) {
        if (step.state === 'pending') continue
        once(`${facts.id} step ${step.id} (${step.uses}) ${outcomeOf(step)}`)
      }
      once(`${facts.id} ${facts.state}.`)
    },
  }
}

/** How a nested approval ended is no failure of a target. */
function outcomeOf({ state, detail, approval }: RunFacts['steps'][number]): string {
  if (approval !== null) return `${approval.state}${approval.reason === null ? '' : `: ${approval.reason}`}`
  return state === 'done' || state === 'failed' ? `${state}: ${detail ?? ''}` : state
}

function tellCause({ id, suspects, unknownCause }: IncidentFacts, once: (text: string) => void): void {
  const [suspect] = suspects
  if (suspect !== undefined) {
    const percent = Math.round(suspect.probability * 100)
    once(`${id}: the likely cause is the ${suspect.kind} of ${suspect.service} (${percent} %).`)
  } else if (unknownCause !== null) once(`${id}: ${unknownCause}`)
}

function tellProposal({ id, proposal, noProposal }: IncidentFacts, once: (text: string) => void): void {
  if (proposal === null) {
    if (noProposal !== null) once(`${id}: nothing is proposed. ${noProposal}`)
    return
  }
  const count = proposal.required.approvals
  once(
    `${proposal.id} proposes ${proposal.playbook}: tier ${proposal.tier}, ${count} approval${count === 1 ? '' : 's'}.`,
  )
  if (proposal.state !== 'pending') once(`${proposal.id} ${proposal.state}.`)
}
