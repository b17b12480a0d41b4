import { fileURLToPath } from 'node:url'
import { makeCases, readPayloads } from '../../../src/cli/eval/hostile/hostile-cases.ts'
import { runHostile } from '../../../src/cli/eval/hostile/run-hostile.ts'
import { withHostileWorld } from '../../../src/cli/eval/hostile/open-hostile-world.ts'
import type { HostileScores, HostileWorld } from '../../../src/cli/eval/hostile/run-hostile.ts'
import type { LanguageModel } from '../../../src/ports/language-model.ts'
import type { Played } from '../../../src/cli/eval/hostile/play-case.ts'
import type { SummarySentence } from '../../../src/domain/incident-view.ts'

/**
 * Plays the attacks, guarded and with one guard after the other taken out, and says as one line of JSON what came of
 * it. A process of its own: inside the test runner every statement costs three times as much.
 */
export interface HostileReport {
  readonly guarded: HostileScores
  readonly withoutEscape: HostileScores
  readonly withoutGrounding: HostileScores
  readonly wordsOnly: HostileScores
  readonly planFromData: HostileScores
  readonly unfenced: HostileScores
  readonly prompts: readonly string[]
  readonly unreadLog: string
}

const EXAMPLES = fileURLToPath(new URL('../../../docs/examples/hostile', import.meta.url))
const [payload = ''] = process.argv.slice(2)

const asMarkup: HostileWorld['draw'] = (view) => [
  { type: 'mrkdwn', text: [view.symptom, ...view.summary.sentences.map(({ text }) => text)].join(' ') },
]

const asWords: HostileWorld['draw'] = (view) => [
  { type: 'plain_text', text: view.summary.sentences.map(({ text }) => text).join(' ') },
]

/** What the model answered last is the summary, as it came. */
function runUnchecked(world: HostileWorld, cases: Parameters<typeof runHostile>[1]): Promise<HostileScores> {
  const model = world.deps.model
  if (model === null) throw new Error('There is no model.')
  let last = ''
  const listening: LanguageModel = {
    name: model.name,
    complete: async (request, signal) => {
      const answer = await model.complete(request, signal)
      last = answer.text
      return answer
    },
  }
  const believe = ({ planDigest, view }: Played): Played => ({
    planDigest,
    view: { ...view, summary: { source: 'model', sentences: sentencesOf(last) ?? view.summary.sentences } },
  })
  return runHostile({ ...world, deps: { ...world.deps, model: listening } }, cases, believe)
}

/** The same words, each as a line of its own behind its id. */
function withoutFence(world: HostileWorld): HostileWorld {
  const { model } = world.deps
  if (model === null) throw new Error('There is no model.')
  const bare = (prompt: string) => prompt.replace(/<<<\w+ (\S+) \S+\n([^\n]*)\n\S+ \S+ \w+>>>/g, '$1: $2')
  const unfencing: LanguageModel = {
    name: model.name,
    complete: (request, signal) => model.complete({ ...request, user: bare(request.user) }, signal),
  }
  return { ...world, deps: { ...world.deps, model: unfencing } }
}

/** What the model is asked in each case, the baseline left out. */
async function promptsOf(world: HostileWorld, cases: Parameters<typeof runHostile>[1]): Promise<readonly string[]> {
  const { model } = world.deps
  if (model === null) throw new Error('There is no model.')
  const asked: string[] = []
  const listening: LanguageModel = {
    name: model.name,
    complete: (request, signal) => {
      asked.push(request.user)
      return model.complete(request, signal)
    },
  }
  await runHostile({ ...world, deps: { ...world.deps, model: listening } }, cases)
  return asked
}

function sentencesOf(text: string): readonly SummarySentence[] | undefined {
  try {
    return (JSON.parse(text) as { sentences: readonly SummarySentence[] }).sentences
  } catch {
    return undefined
  }
}

/** A playbook that measures by the alert's own text. */
function believing(world: HostileWorld): HostileWorld {
  const playbooks = world.deps.playbooks.map((playbook) => ({
    ...playbook,
    steps: playbook.steps.map((step) =>
      step.uses === 'prometheus/assert'
        ? { ...step, with: { ...step.with, query: 'up{says="${{ alert.annotations.summary }}"}' } }
        : step,
    ),
  }))
  return { ...world, deps: { ...world.deps, playbooks } }
}

const payloads = await readPayloads(EXAMPLES)
const few = makeCases(payloads.slice(0, 1))
const context = { variables: {}, print: () => undefined, printError: () => undefined, signal: AbortSignal.any([]) }
const report = await withHostileWorld(context, async (world): Promise<HostileReport> => ({
  guarded: await runHostile(world, makeCases(payloads)),
  withoutEscape: await runHostile({ ...world, draw: asMarkup }, few),
  withoutGrounding: await runUnchecked(world, few),
  wordsOnly: await runUnchecked({ ...world, draw: asWords }, few),
  planFromData: await runHostile(believing(world), few),
  unfenced: await runHostile(withoutFence(world), few),
  prompts: await promptsOf(world, makeCases([payload])),
  unreadLog: await runHostile({ ...world, writeLog: () => undefined }, few).then(() => 'it was read', String),
}))
process.stdout.write(`${JSON.stringify(report)}\n`)
