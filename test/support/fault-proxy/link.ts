import net from 'node:net'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { FaultChooser } from './choose-fault.ts'
import type { Fault } from './fault.ts'

const QUIET_MS = 20
/** Less than a status line with one header. */
const SOME_BYTES = 40

/**
 * One connection through the proxy. The next exchange begins when the client speaks after the server did (or first of
 * all), and its fault is chosen then. Each direction passes one piece after the other: the next one is read when this
 * one is written, so that nothing overtakes and nothing piles up.
 */
export class Link {
  readonly closed: Promise<unknown>
  readonly #near: Socket
  readonly #far: Socket
  readonly #chooser: FaultChooser
  #fault: Fault | undefined
  #serverSpokeLast = true
  /** Half-open: nothing passes any more, and nobody is told. */
  #isDead = false
  #quiet: NodeJS.Timeout | undefined

  constructor(near: Socket, upstream: { readonly host: string; readonly port: number }, chooser: FaultChooser) {
    this.#near = near
    this.#far = net.connect(upstream.port, upstream.host)
    this.#chooser = chooser
    for (const socket of [this.#near, this.#far]) socket.setNoDelay(true).on('error', () => this.drop())
    this.closed = Promise.all(
      [this.#near, this.#far].map((socket) => new Promise((done) => socket.once('close', done))),
    )
    this.#pass(this.#near, this.#far, (piece) => this.#fromClient(piece))
    this.#pass(this.#far, this.#near, (piece) => this.#fromServer(piece))
  }

  drop(): void {
    clearTimeout(this.#quiet)
    this.#near.destroy()
    this.#far.destroy()
  }

  #pass(from: Socket, to: Socket, onPiece: (piece: Buffer) => Promise<void>): void {
    let passing = Promise.resolve()
    from.on('data', (piece: Buffer) => {
      from.pause()
      passing = onPiece(piece).finally(() => from.resume())
      // A socket that breaks while something is on its way is seen by its own listener.
      passing.catch(() => undefined)
    })
    from.on('close', () => {
      if (this.#isDead) return
      void passing.catch(() => undefined).finally(() => to.destroySoon())
    })
  }

  async #fromClient(piece: Buffer): Promise<void> {
    if (this.#serverSpokeLast) this.#fault = this.#chooser.choose(piece, true)
    else this.#fault ??= this.#chooser.choose(piece, false)
    this.#serverSpokeLast = false
    if (this.#fault?.kind === 'half-open') this.#isDead = true
    if (this.#fault?.kind === 'cut-before-request') this.drop()
    if (this.#isDead) return
    await this.#wait()
    await write(this.#far, piece)
  }

  async #fromServer(piece: Buffer): Promise<void> {
    if (this.#isDead) return
    this.#serverSpokeLast = true
    const fault = this.#fault
    if (fault?.kind === 'cut-before-reply') this.drop()
    if (fault?.kind === 'reset') {
      this.#near.resetAndDestroy()
      this.#far.destroy()
    }
    await this.#wait()
    await this.#reply(piece, fault)
    if (fault?.kind === 'cut-after-reply') this.#cutWhenQuiet(fault.quietMs ?? QUIET_MS)
  }

  async #reply(piece: Buffer, fault: Fault | undefined): Promise<void> {
    if (fault?.kind === 'drip') {
      await this.#drip(piece, fault.bytes, fault.everyMs)
      return
    }
    if (fault?.kind !== 'cut-within-reply') {
      await write(this.#near, piece)
      return
    }
    await write(this.#near, piece.subarray(0, fault.bytes ?? SOME_BYTES))
    this.#near.destroySoon()
    this.#far.destroy()
  }

  async #wait(): Promise<void> {
    if (this.#fault?.kind !== 'latency') return
    const { ms, jitterMs = 0 } = this.#fault
    await delay(ms + jitterMs * this.#chooser.random())
  }

  async #drip(piece: Buffer, bytes: number, everyMs: number): Promise<void> {
    for (let at = 0; at < piece.length && !this.#near.destroyed; at += bytes) {
      await delay(everyMs)
      await write(this.#near, piece.subarray(at, at + bytes))
    }
  }

  #cutWhenQuiet(ms: number): void {
    clearTimeout(this.#quiet)
    this.#quiet = setTimeout(() => {
      this.#near.destroySoon()
      this.#far.destroy()
    }, ms)
  }
}

/** Resolves when the piece is out of our hands, also into a socket that is gone. */
function write(to: Socket, piece: Buffer): Promise<void> {
  if (to.destroyed || to.writableEnded) return Promise.resolve()
  return new Promise((resolve) => {
    to.write(piece, () => resolve())
  })
}
