import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'

const EXCHANGE = fileURLToPath(new URL('../../../src/connectors/shared/http-exchange.ts', import.meta.url))

/** Whether a process that does no more than this has loaded Node's `fetch`. */
function loadsFetch(statement: string): string {
  const script = `${statement}; console.log(process.moduleLoadList.some((name) => name.endsWith('undici/undici')))`
  const words = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script]
  return execFileSync(process.execPath, words, { env: {}, encoding: 'utf8' }).trim()
}

describe('the connectors’ clients of HTTP', () => {
  it('are loaded without fetch and WebSockets, which nobody uses', () => {
    expect(loadsFetch(`await import(${JSON.stringify(EXCHANGE)})`)).toBe('false')
  })

  it('would load them as ES modules (twin)', () => {
    expect(loadsFetch("await import('node:http')")).toBe('true')
  })
})
