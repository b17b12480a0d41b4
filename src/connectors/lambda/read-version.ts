import { z } from 'zod'
import { oneLineText } from '../../kernel/clean-text.ts'
import { readOrSay } from '../shared/step-facts.ts'
import type { FunctionVersion } from '../../domain/plan-preview.ts'
import type { LambdaApi } from './lambda-api.ts'
import type { Reading } from '../shared/step-facts.ts'

const CALL_MS = 5_000
const LONGEST_TEXT = 200
/** AWS's own limit. */
const LONGEST_RUN_S = 900

/** Of the SDK's answer only what is shown; the SDK itself checks nothing. */
const Configuration = z.object({
  Description: z.string().max(2_000).nullish(),
  LastModified: z.string().max(100).nullish(),
  CodeSha256: z.string().max(100).nullish(),
  Timeout: z.number().int().min(1).max(LONGEST_RUN_S).nullish().catch(null),
})

export interface VersionRead {
  readonly version: FunctionVersion
  /** How long it may run, by its own configuration. */
  readonly timeoutSeconds: number | null
}

/** What Lambda knows of one version of a function. */
export function readVersion(
  lambda: LambdaApi,
  functionName: string,
  version: string,
  signal: AbortSignal,
): Promise<Reading<VersionRead>> {
  return readOrSay(`Version ${version}`, CALL_MS, signal, async (deadline) => {
    const answer = Configuration.parse(await lambda.describeFunction(functionName, version, deadline))
    const clean = (text: string | null | undefined) => oneLineText(text ?? '', LONGEST_TEXT) || null
    return {
      version: {
        version,
        description: clean(answer.Description),
        lastModified: clean(answer.LastModified),
        codeSha256: clean(answer.CodeSha256),
      },
      timeoutSeconds: answer.Timeout ?? null,
    }
  })
}

export function unknownVersion(version: string): FunctionVersion {
  return { version, description: null, lastModified: null, codeSha256: null }
}
