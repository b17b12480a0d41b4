import { z } from 'zod'
import { oneLineText } from '../../kernel/clean-text.ts'
import { noFacts, unreadOf } from '../shared/step-facts.ts'
import { previewInvocation } from './preview-invocation.ts'
import { readVersion, unknownVersion } from './read-version.ts'
import type { ActionPreviewer, PreviewQuestion } from '../../ports/action-previewer.ts'
import type { LambdaApi } from './lambda-api.ts'
import type { StepFacts } from '../../domain/plan-preview.ts'

const SOURCE = 'AWS Lambda'
const LONGEST_ALIAS = 200

const Step = z.object({ function: z.string(), alias: z.string(), version: z.string() })

/** Which version an alias points to and which it will, each with what Lambda knows of it; what an invocation would run. */
export function createPreviewer(lambda: LambdaApi): ActionPreviewer {
  return {
    source: SOURCE,
    actions: ['lambda/alias', 'lambda/invoke'],
    preview: (question, signal) =>
      question.input.uses === 'lambda/invoke'
        ? previewInvocation(lambda, question, signal)
        : previewAlias(lambda, question, signal),
  }
}

async function previewAlias(
  lambda: LambdaApi,
  { input, before }: PreviewQuestion,
  signal: AbortSignal,
): Promise<StepFacts | null> {
  const step = Step.safeParse(input.with)
  const now = before?.['version']
  if (!step.success || typeof now !== 'string') return null
  const { function: name, alias, version } = step.data
  const [from, to] = await Promise.all([
    readVersion(lambda, name, now, signal),
    readVersion(lambda, name, version, signal),
  ])
  return {
    ...noFacts(SOURCE),
    versions: {
      alias: oneLineText(alias, LONGEST_ALIAS),
      from: from.ok ? from.value.version : unknownVersion(now),
      to: to.ok ? to.value.version : unknownVersion(version),
    },
    unread: unreadOf(from, to),
  }
}
