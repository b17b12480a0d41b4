/** For a request that did not come whole because who asked hung up: nobody waits for an answer, and nothing happened. */
export function hungUp(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ECONNRESET')) throw error
}
