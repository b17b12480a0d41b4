import { z } from 'zod'
import { openLoopbackServer } from '../http/loopback-server.ts'
import { readJson } from '../http/read-json.ts'
import { sha256Hex } from '../../kernel/sha256.ts'
import type { LoopbackServer, SandboxAnswer, SandboxRequest } from '../http/loopback-server.ts'
import type { Tell } from '../world/event.ts'
import type { World } from '../world/world.ts'
import type { WorldFile } from '../world/world-file.ts'

export interface LambdaParts {
  readonly file: WorldFile
  readonly world: World
  readonly accessKeyId: string
  readonly region: string
  readonly nowMs: () => number
  readonly tell: Tell
}

const Payload = z.object({
  idempotencyKey: z.string().min(1),
  dryRun: z.boolean().default(false),
  params: z.object({ service: z.string() }),
})

interface Function {
  readonly name: string
  readonly version: string
}

/** Lambda's Invoke and GetFunctionConfiguration. The functions do nothing twice under one `idempotencyKey`. */
export async function openLambdaServer(parts: LambdaParts): Promise<LoopbackServer> {
  const answered = new Map<string, object>()
  return openLoopbackServer((request) => {
    const [, name = '', call = ''] = /^\/2015-03-31\/functions\/([^/]+)\/(\w+)$/.exec(request.path) ?? []
    if (!isSigned(request, parts)) return refusal(403, 'UnrecognizedClientException', 'The security token is invalid.')
    const found = parts.file.functions.find((one) => one.name === decodeURIComponent(name))
    if (found === undefined) return refusal(404, 'ResourceNotFoundException', `Function not found: ${name}`)
    if (call === 'configuration') return configuration(found, request.query.get('Qualifier'))
    if (call !== 'invocations') return refusal(404, 'ResourceNotFoundException', 'unknown call')
    return invoke(found, request, parts, answered)
  })
}

/** The signature itself is AWS's to check; the sandbox looks whose key it claims to be. */
function isSigned(request: SandboxRequest, { accessKeyId, region }: LambdaParts): boolean {
  const credential = /Credential=([^/,\s]+)\/\d{8}\/([^/]+)\/lambda\/aws4_request/.exec(
    request.header('authorization') ?? '',
  )
  return credential?.[1] === accessKeyId && credential[2] === region
}

function configuration(found: Function, qualifier: string | null): SandboxAnswer {
  const version = qualifier === null || qualifier === '$LATEST' ? '$LATEST' : found.version
  const sha = Buffer.from(sha256Hex(`${found.name}@${found.version}`), 'hex').toString('base64')
  return { status: 200, body: { FunctionName: found.name, Version: version, CodeSha256: sha, State: 'Active' } }
}

function invoke(
  found: Function,
  request: SandboxRequest,
  parts: LambdaParts,
  answered: Map<string, object>,
): SandboxAnswer {
  const type = request.header('x-amz-invocation-type') ?? 'RequestResponse'
  const headers = { 'x-amz-executed-version': found.version }
  if (type === 'DryRun') return { status: 204 }
  const payload = readJson(request.text, Payload)
  if (payload === undefined || !parts.world.has(payload.params.service)) {
    const failure = { errorType: 'ValueError', errorMessage: 'expected idempotencyKey and params.service of a service' }
    return { status: 200, body: failure, headers: { ...headers, 'x-amz-function-error': 'Unhandled' } }
  }
  const result = answered.get(payload.idempotencyKey) ?? recycle(found, payload, parts)
  answered.set(payload.idempotencyKey, result)
  return type === 'Event' ? { status: 202 } : { status: 200, body: result, headers }
}

function recycle(found: Function, payload: z.infer<typeof Payload>, { world, nowMs, tell }: LambdaParts): object {
  const { service } = payload.params
  if (!payload.dryRun) world.recycle(service)
  const at = new Date(nowMs())
  tell({ at, from: 'Lambda', kind: 'function.invoked', subject: found.name, text: `${found.name} recycles ${service}` })
  return { recycled: payload.dryRun ? 0 : 3, service, at: at.toISOString() }
}

function refusal(status: number, type: string, message: string): SandboxAnswer {
  return { status, body: { Type: 'User', Message: message, message }, headers: { 'x-amzn-errortype': type } }
}
