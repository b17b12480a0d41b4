import { z } from 'zod'
import { oneLineText } from '../../kernel/clean-text.ts'
import { noFacts, readOrSay, unreadOf } from '../shared/step-facts.ts'
import type { ActionPreviewer } from '../../ports/action-previewer.ts'
import type { FunctionVersion } from '../../domain/plan-preview.ts'
import type { LambdaApi } from './lambda-api.ts'
import type { Reading } from '../shared/step-facts.ts'

const CALL_MS = 5_000
const SOURCE = 'AWS Lambda'
const LONGEST_TEXT = 200

const Step = z.object({ function: z.string(), alias: z.string(), version: z.string() })

/** Of the SDK's answer only what is shown; the SDK itself checks nothing. */
const Configuration = z.object({
  Description: z.string().max(2_000).nullish(),
  LastModified: z.string().max(100).nullish(),
  CodeSha256: z.string().max(100).nullish(),
})

/** Which version an alias points to and which it will, each with what Lambda knows of it. */
export function createPreviewer(lambda: LambdaApi): ActionPreviewer {
  const describe = (functionName: string, version: string, signal: AbortSignal): Promise<Reading<FunctionVersion>> =>
    readOrSay(`Version ${version}`, CALL_MS, signal, async (deadline) =>
      versionOf(version, Configuration.parse(await lambda.describeFunction(functionName, version, deadline))),
    )
  return {
    source: SOURCE,
    actions: ['lambda/alias'],
    preview: async ({ input, before }, signal) => {
      const step = Step.safeParse(input.with)
      const now = before?.['version']
      if (!step.success || typeof now !== 'string') return null
      const { function: name, alias, version } = step.data
      const [from, to] = await Promise.all([describe(name, now, signal), describe(name, version, signal)])
      return {
        ...noFacts(SOURCE),
        versions: {
          alias: oneLineText(alias, LONGEST_TEXT),
          from: from.ok ? from.value : unknownVersion(now),
          to: to.ok ? to.value : unknownVersion(version),
        },
        unread: unreadOf(from, to),
      }
    },
  }
}

function versionOf(version: string, answer: z.infer<typeof Configuration>): FunctionVersion {
  const clean = (text: string | null | undefined) => oneLineText(text ?? '', LONGEST_TEXT) || null
  return {
    version,
    description: clean(answer.Description),
    lastModified: clean(answer.LastModified),
    codeSha256: clean(answer.CodeSha256),
  }
}

function unknownVersion(version: string): FunctionVersion {
  return { version, description: null, lastModified: null, codeSha256: null }
}
