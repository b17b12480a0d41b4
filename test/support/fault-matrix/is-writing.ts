/** Whether what a client sends over HTTP begins a request that may change something. */
export function isWriting(piece: Buffer): boolean {
  return /^(?:POST|PUT|PATCH|DELETE) /.test(piece.subarray(0, 8).toString('latin1'))
}
