import { setTimeout as delay } from 'node:timers/promises'
import { createTeller } from './tell-incident.ts'
import type { Demo } from './open-demo.ts'
import type { ExitCode } from '../command.ts'
import type { Role } from '../../domain/person.ts'

const LOOK_EVERY_MS = 500
const RULE = '─'.repeat(78)

/** Shows where to look, and tells on the terminal what happens, until the user ends it. */
export async function playForPerson(demo: Demo, signal: AbortSignal): Promise<ExitCode> {
  demo.reporter.show(['', RULE, ...invitation(demo).map((line) => `  ${line}`), RULE, ''])
  const teller = createTeller(demo.reporter)
  while (!signal.aborted) {
    await look(demo, teller, signal)
    await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined)
  }
  demo.reporter.say('Ends, and clears up.')
  return 0
}

async function look(demo: Demo, teller: ReturnType<typeof createTeller>, signal: AbortSignal): Promise<void> {
  try {
    for (const incident of await demo.incidents.list()) {
      teller.incident(incident)
      for (const run of incident.runs) teller.run(await demo.incidents.findRun(run))
    }
  } catch (error) {
    // The end of the demo ends the question that is under way.
    if (!signal.aborted) throw error
  }
}

function invitation({ url, scenario, config }: Demo): readonly string[] {
  const namesOf = (role: Role): string =>
    config.people
      .filter((person) => person.roles.includes(role))
      .map((person) => person.name)
      .join(', ')
  const howTo =
    scenario.right.playbook === null
      ? ['Open the incident and read why nothing is proposed, and who to talk to.']
      : [
          `Pick one of the shop's people (${namesOf('approver')} may approve), open the incident, press Approve.`,
          'Where two approvals are needed, change to another person and press again.',
        ]
  const audit = `The audit log shows itself to ${namesOf('auditor')}.`
  return [
    'COUNTERSIGN DEMO',
    '',
    `Open  ${url}`,
    '',
    ...scenario.story.flatMap((sentence) => wrap(sentence)),
    '',
    ...[...howTo, audit].flatMap((sentence) => wrap(sentence)),
    '',
    ...wrap(
      'Simulated: the shop, its people, Prometheus, Alertmanager, Loki, Argo CD, Lambda, PagerDuty. Real: Countersign.',
    ),
    'Ctrl-C ends it; nothing is kept. --list names the other scenarios.',
  ]
}

const WIDTH = 74

function wrap(text: string): readonly string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? ''
    if (last !== '' && last.length + word.length + 1 > WIDTH) lines.push(word)
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`
  }
  return lines
}
