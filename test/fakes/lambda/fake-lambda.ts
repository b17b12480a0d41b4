import { VendorServer } from '../vendor-server.ts'
import type { FakeAnswer, SeenRequest } from '../vendor-server.ts'

export interface FakeFunction {
  readonly name: string
  /** Alias or version → version. */
  readonly qualifiers: Record<string, string>
  /** Does nothing twice under one `idempotencyKey`, as with Powertools. */
  readonly isIdempotent: boolean
  readonly answer: (params: unknown) => FakeRun
}

export interface FakeAlias {
  version: string
  weights: Record<string, number>
  revision: number
}

export interface FakeRun {
  readonly payload: unknown
  readonly functionError?: 'Handled' | 'Unhandled'
}

export interface FakeInvocation {
  readonly function: string
  readonly qualifier: string
  readonly mode: string
  readonly payload: Record<string, unknown>
  readonly clientContext: string | null
}

/** AWS Lambda's Invoke and GetFunctionConfiguration, which know no request twice. */
export class FakeLambda {
  readonly server: VendorServer
  readonly functions = new Map<string, FakeFunction>()
  /** `function:alias`. */
  readonly aliases = new Map<string, FakeAlias>()
  /** Every change of an alias that was taken. */
  readonly aliasChanges: string[] = []
  /** Every invocation that reached a function. */
  readonly invocations: FakeInvocation[] = []
  /** What the functions did: once per key where they are idempotent. */
  readonly effects: string[] = []
  mayReadConfiguration = true
  /** How often an event that was taken reaches its function: AWS promises at least once. */
  deliveries = 1
  readonly #seenKeys = new Set<string>()

  constructor() {
    this.server = new VendorServer((request) => this.#answer(request))
  }

  static async start(): Promise<FakeLambda> {
    const fake = new FakeLambda()
    await fake.server.listen()
    return fake
  }

  addFunction(name: string, options: Partial<Omit<FakeFunction, 'name'>> = {}): FakeFunction {
    const added: FakeFunction = {
      name,
      qualifiers: options.qualifiers ?? { live: '7', $LATEST: '$LATEST' },
      isIdempotent: options.isIdempotent ?? false,
      answer: options.answer ?? (() => ({ payload: { restarted: 3 } })),
    }
    this.functions.set(name, added)
    return added
  }

  #answer(request: SeenRequest): FakeAnswer {
    if (!(request.headers.authorization ?? '').startsWith('AWS4-HMAC-SHA256 ')) {
      return awsError(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token')
    }
    const alias = /^\/2015-03-31\/functions\/([^/]+)\/aliases\/([^/]+)$/.exec(request.path)
    if (alias !== null) return this.#alias(request, `${alias[1] ?? ''}:${alias[2] ?? ''}`)
    return this.#answerForFunction(request)
  }

  #answerForFunction(request: SeenRequest): FakeAnswer {
    const [, name = '', what = ''] = /^\/2015-03-31\/functions\/([^/]+)\/(\w+)$/.exec(request.path) ?? []
    const found = this.functions.get(decodeURIComponent(name))
    const qualifier = request.query.get('Qualifier') ?? '$LATEST'
    const version = found?.qualifiers[qualifier]
    if (found === undefined || version === undefined) {
      return awsError(404, 'ResourceNotFoundException', `Function not found: ${name}:${qualifier}`)
    }
    if (what === 'configuration') {
      if (!this.mayReadConfiguration) return awsError(403, 'AccessDeniedException', 'not authorized')
      return {
        status: 200,
        body: { FunctionName: name, Version: version, CodeSha256: `sha-of-${version}`, Timeout: 30 },
      }
    }
    return this.#invoke(request, found, qualifier, version)
  }

  #alias(request: SeenRequest, name: string): FakeAnswer {
    const alias = this.aliases.get(name)
    if (alias === undefined) return awsError(404, 'ResourceNotFoundException', `Alias not found: ${name}`)
    if (request.method === 'PUT') {
      const body = request.body as { FunctionVersion: string; RevisionId?: string }
      if (body.RevisionId !== undefined && body.RevisionId !== `rev-${String(alias.revision)}`) {
        return awsError(412, 'PreconditionFailedException', 'The Revision Id provided does not match the latest one.')
      }
      Object.assign(alias, { version: body.FunctionVersion, weights: {}, revision: alias.revision + 1 })
      this.aliasChanges.push(`${name} ${body.FunctionVersion}`)
    }
    const RoutingConfig = { AdditionalVersionWeights: alias.weights }
    const [, Name = ''] = name.split(':')
    return {
      status: 200,
      body: { Name, FunctionVersion: alias.version, RevisionId: `rev-${String(alias.revision)}`, RoutingConfig },
    }
  }

  #invoke(request: SeenRequest, found: FakeFunction, qualifier: string, version: string): FakeAnswer {
    const mode = String(request.headers['x-amz-invocation-type'] ?? 'RequestResponse')
    if (mode === 'DryRun') return { status: 204 }
    const payload = (request.body ?? {}) as Record<string, unknown>
    const clientContext = request.headers['x-amz-client-context']
    this.invocations.push({
      function: found.name,
      qualifier,
      mode,
      payload,
      clientContext: typeof clientContext === 'string' ? clientContext : null,
    })
    const key = String(payload['idempotencyKey'])
    for (let delivered = 0; delivered < (mode === 'Event' ? this.deliveries : 1); delivered += 1) {
      if (!found.isIdempotent || !this.#seenKeys.has(key)) this.effects.push(`${found.name} ${key}`)
      this.#seenKeys.add(key)
    }
    if (mode === 'Event') return { status: 202 }
    const run = found.answer(payload['params'])
    return {
      status: 200,
      body: run.payload,
      headers: {
        'x-amz-executed-version': version,
        'x-amzn-requestid': '5f3d2c1b-0000-4000-8000-000000000001',
        ...(run.functionError === undefined ? {} : { 'x-amz-function-error': run.functionError }),
      },
    }
  }
}

export function awsError(status: number, type: string, message: string): FakeAnswer {
  return { status, body: { Type: 'User', Message: message, message }, headers: { 'x-amzn-errortype': type } }
}
