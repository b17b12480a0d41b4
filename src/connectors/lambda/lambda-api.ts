import { AppError, RefusedError } from '../../kernel/errors.ts'
import type * as LambdaSdk from '@aws-sdk/client-lambda'
import type {
  GetAliasCommandOutput,
  GetFunctionConfigurationCommandOutput,
  InvokeCommandOutput,
  LambdaClient,
  UpdateAliasCommandOutput,
} from '@aws-sdk/client-lambda'
import { toVendorError } from './vendor-error-of.ts'
import { createWatchedAgents } from './watched-agents.ts'

export interface LambdaOptions {
  /** For one call, the function's own time included; default 25 s. Longer work belongs into mode: event. */
  readonly callTimeoutMs?: number
  /** Only for what the AWS SDK's standard chain does not give, such as tests. */
  readonly region?: string
  readonly endpoint?: string
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

export interface Invocation {
  readonly functionName: string
  readonly qualifier: string
  readonly mode: 'request' | 'event' | 'rehearsal'
  readonly payload: Uint8Array
  readonly clientContext: string | null
}

export interface AliasChange {
  readonly functionName: string
  readonly alias: string
  readonly version: string
  /** The alias as it was read. */
  readonly revisionId: string
}

const DEFAULT_CALL_TIMEOUT_MS = 25_000
const CONNECT_TIMEOUT_MS = 5_000
const INVOCATION_TYPES = { request: 'RequestResponse', event: 'Event', rehearsal: 'DryRun' } as const

type Sdk = typeof LambdaSdk

/**
 * AWS Lambda through its SDK, which is loaded when the first call needs it. The SDK's own retries are off: after a
 * reset, a timeout or a 5xx it would invoke again, and Lambda does not know that it is the same request. Every call
 * has a connection of its own, so that a kept one that was closed meanwhile cannot make us doubt.
 */
export class LambdaApi {
  readonly #options: LambdaOptions
  readonly #agents = createWatchedAgents()
  #opened: Promise<{ readonly sdk: Sdk; readonly client: LambdaClient }> | null = null

  constructor(options: LambdaOptions) {
    this.#options = options
  }

  get callTimeoutMs(): number {
    return this.#options.callTimeoutMs ?? DEFAULT_CALL_TIMEOUT_MS
  }

  async invoke(invocation: Invocation, signal: AbortSignal): Promise<InvokeCommandOutput> {
    const { sdk, client } = await this.#ready()
    const command = new sdk.InvokeCommand({
      FunctionName: invocation.functionName,
      Qualifier: invocation.qualifier,
      InvocationType: INVOCATION_TYPES[invocation.mode],
      Payload: invocation.payload,
      ...(invocation.clientContext === null ? {} : { ClientContext: invocation.clientContext }),
    })
    return this.#agents.watch(
      signal,
      (abortSignal) => client.send(command, { abortSignal }),
      (cause, wasConnected) => toVendorError(cause, wasConnected, invocation.mode !== 'rehearsal'),
    )
  }

  async describeFunction(
    functionName: string,
    qualifier: string,
    signal: AbortSignal,
  ): Promise<GetFunctionConfigurationCommandOutput> {
    const { sdk, client } = await this.#ready()
    const command = new sdk.GetFunctionConfigurationCommand({ FunctionName: functionName, Qualifier: qualifier })
    return this.#agents.watch(
      signal,
      (abortSignal) => client.send(command, { abortSignal }),
      (cause, wasConnected) => toVendorError(cause, wasConnected, false),
    )
  }

  async getAlias(functionName: string, alias: string, signal: AbortSignal): Promise<GetAliasCommandOutput> {
    const { sdk, client } = await this.#ready()
    const command = new sdk.GetAliasCommand({ FunctionName: functionName, Name: alias })
    return this.#agents.watch(
      signal,
      (abortSignal) => client.send(command, { abortSignal }),
      (cause, wasConnected) => toVendorError(cause, wasConnected, false),
    )
  }

  /** Lambda refuses when the alias is not at this revision any more, so nobody else's change is overwritten. */
  async updateAlias(change: AliasChange, signal: AbortSignal): Promise<UpdateAliasCommandOutput> {
    const { sdk, client } = await this.#ready()
    const command = new sdk.UpdateAliasCommand({
      FunctionName: change.functionName,
      Name: change.alias,
      FunctionVersion: change.version,
      RevisionId: change.revisionId,
      RoutingConfig: { AdditionalVersionWeights: {} },
    })
    return this.#agents.watch(
      signal,
      (abortSignal) => client.send(command, { abortSignal }),
      (cause, wasConnected) => toVendorError(cause, wasConnected, true),
    )
  }

  /** Everything that can fail before a request leaves is done here, so that a failure proves that nothing was sent. */
  async #ready(): Promise<{ readonly sdk: Sdk; readonly client: LambdaClient }> {
    try {
      this.#opened ??= this.#open()
      const opened = await this.#opened
      await Promise.all([opened.client.config.region(), opened.client.config.credentials()])
      return opened
    } catch (cause) {
      if (cause instanceof AppError) throw cause
      this.#opened = null
      throw new RefusedError(
        'aws_not_configured',
        'AWS has no region or no credentials for us; nothing was sent. Set AWS_REGION and give the process a role or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
        { cause },
      )
    }
  }

  async #open(): Promise<{ readonly sdk: Sdk; readonly client: LambdaClient }> {
    const sdk = await import('@aws-sdk/client-lambda')
    const { region, endpoint, credentials } = this.#options
    const client = new sdk.LambdaClient({
      maxAttempts: 1,
      requestHandler: {
        connectionTimeout: CONNECT_TIMEOUT_MS,
        requestTimeout: this.callTimeoutMs,
        throwOnRequestTimeout: true,
        socketTimeout: this.callTimeoutMs,
        httpAgent: this.#agents.http,
        httpsAgent: this.#agents.https,
      },
      ...(region === undefined ? {} : { region }),
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(credentials === undefined ? {} : { credentials }),
    })
    return { sdk, client }
  }
}
