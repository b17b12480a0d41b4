/**
 * What may go wrong with one exchange: what a client says until its server has answered. A connection carries many,
 * one after the other. `latency` and `drip` pass everything on; the others end the connection, or leave it hanging.
 */
export type Fault =
  /** Each piece waits, in both directions; up to `jitterMs` more. */
  | { readonly kind: 'latency'; readonly ms: number; readonly jitterMs?: number }
  /** The reply comes a few bytes at a time. */
  | { readonly kind: 'drip'; readonly bytes: number; readonly everyMs: number }
  /** The connection ends before the server has seen anything of the request. */
  | { readonly kind: 'cut-before-request' }
  /** The server has the request and answers; nothing of the reply is passed on. */
  | { readonly kind: 'cut-before-reply' }
  /** The first `bytes` of the reply are passed on (40); then the connection ends. */
  | { readonly kind: 'cut-within-reply'; readonly bytes?: number }
  /** The reply is passed on; then the connection ends, as soon as the server has been quiet for `quietMs` (20). */
  | { readonly kind: 'cut-after-reply'; readonly quietMs?: number }
  /** The server has the request; in the place of the reply comes an RST. */
  | { readonly kind: 'reset' }
  /** The server is gone without a word: what is sent vanishes, and the connection stays open. */
  | { readonly kind: 'half-open' }

/** Which exchanges a fault hits. Of several rules the first that hits decides. */
export type FaultRule = Fault & {
  /** The share of exchanges, by the proxy's seed; default 1, every one. */
  readonly share?: number
  /** How often at most; default without end. */
  readonly times?: number
  /** Only exchanges in which the client sends a piece for which this holds; default every one. */
  readonly matches?: (piece: Buffer) => boolean
}
