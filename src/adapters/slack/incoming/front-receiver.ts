import type { App, Receiver } from '@slack/bolt'
import type { ReadRequest } from './read-request.ts'

export interface Acknowledgement {
  readonly status: number
  readonly body: object | undefined
}

export type Dispatch = (read: ReadRequest, retryNumber: number | null) => Promise<Acknowledgement>

/** Bolt's way in: what our own front has verified is handed to `App.processEvent`, and nothing else reaches it. */
export class FrontReceiver implements Receiver {
  readonly #inWork = new Set<Promise<void>>()
  #app: App | undefined

  init(app: App): void {
    this.#app = app
  }

  async start(): Promise<void> {
    // The one HTTP server of the process listens for us.
  }

  /** Waits for what was acknowledged and is still being done. */
  async stop(): Promise<void> {
    await Promise.allSettled(this.#inWork)
  }

  /** Resolves as soon as a listener has acknowledged; what it then does goes on by itself. */
  readonly dispatch: Dispatch = (read, retryNumber) => {
    const { promise, resolve } = Promise.withResolvers<Acknowledgement>()
    const work = this.#process(read, retryNumber, resolve).finally(() => {
      this.#inWork.delete(work)
    })
    this.#inWork.add(work)
    return promise
  }

  async #process(
    read: ReadRequest,
    retryNumber: number | null,
    acknowledge: (answer: Acknowledgement) => void,
  ): Promise<void> {
    try {
      await this.#app?.processEvent({
        body: read.body,
        customProperties: { slackRequest: read.request },
        ...(retryNumber === null ? {} : { retryNum: retryNumber }),
        ack: async (response?: unknown) => {
          acknowledge({ status: 200, body: typeof response === 'object' && response !== null ? response : undefined })
        },
      })
      acknowledge({ status: 200, body: undefined })
    } catch {
      // Bolt's error handler has logged it; Slack shows the person that it did not work.
      acknowledge({ status: 500, body: undefined })
    }
  }
}
