import { VendorServer } from '../vendor-server.ts'

/**
 * What stands outside and waits for beats: it pages when none came for a while after the first one. A real server on
 * loopback with a clock of its own, or one that the test moves; it knows nothing of us but its address.
 */
export class DeadManSwitch {
  readonly server: VendorServer
  beats = 0
  pages = 0
  readonly #graceMs: number | null
  readonly #secret: string
  #timer: NodeJS.Timeout | undefined
  #isWound = false

  /** null: time passes only by `passGrace`. */
  constructor(graceMs: number | null, secret = 'outside-secret-0001') {
    this.#graceMs = graceMs
    this.#secret = secret
    this.server = new VendorServer((request) => {
      if (request.method !== 'POST' || request.path !== `/ping/${this.#secret}`) return { status: 404 }
      this.beats += 1
      this.#wind()
      return { status: 200, body: 'OK' }
    })
  }

  /** As it stands in the configuration. */
  get address(): string {
    return `${this.server.url}/ping/{secret}`
  }

  get secret(): string {
    return this.#secret
  }

  open(): Promise<void> {
    return this.server.listen()
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer)
    await this.server.close()
  }

  /** As long passes as it waits for a beat. */
  passGrace(): void {
    if (!this.#isWound) this.pages += 1
    this.#isWound = false
  }

  #wind(): void {
    this.#isWound = true
    if (this.#graceMs === null) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.pages += 1
    }, this.#graceMs)
  }
}
