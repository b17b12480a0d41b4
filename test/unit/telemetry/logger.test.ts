import { describe, expect, it } from '@jest/globals'
import { AppError } from '../../../src/kernel/errors.ts'
import { createLogger } from '../../../src/telemetry/create-logger.ts'
import { redactText } from '../../../src/audit/redact.ts'

const SECRET = 'hunter2-the-token'

class AwayError extends AppError {
  constructor(cause: unknown) {
    super('vendor_away', 'The vendor is away.', true, { cause })
  }
}

function open(level: 'debug' | 'info' = 'info') {
  const lines: string[] = []
  const log = createLogger({
    level,
    replicaId: 'r-1',
    redact: (line) => redactText(line, { secrets: [SECRET] }).value,
    write: (line) => lines.push(line),
  })
  return { log, read: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>), lines }
}

describe('a log line', () => {
  it('is one line of JSON with time, level, replica, ids and a fixed message', () => {
    const { log, read, lines } = open()

    log.child({ incidentId: 'INC-1' }).warn({ runId: 'r', attempt: 2 }, 'step attempt failed')

    expect(lines).toHaveLength(1)
    expect(lines[0]?.endsWith('\n')).toBe(true)
    expect(read()[0]).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      replica: 'r-1',
      incidentId: 'INC-1',
      runId: 'r',
      attempt: 2,
      msg: 'step attempt failed',
    })
  })

  it('below the level is not written', () => {
    const { log, lines } = open()

    log.debug({}, 'said often')

    expect(lines).toEqual([])
  })

  it.each(['error', 'err'])(
    'tells of an error under "%s": code, message and causes, a stack only of what is not ours',
    (name) => {
      const { log, read } = open()
      const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED', query: 'select secret_column' })

      log.error({ [name]: new AwayError(cause) }, 'vendor away')

      expect(read()[0]?.[name]).toEqual({
        name: 'AwayError',
        code: 'vendor_away',
        message: 'The vendor is away.',
        cause: { name: 'Error', code: 'ECONNREFUSED', message: 'refused', stack: expect.stringContaining('refused') },
      })
    },
  )

  it.each([
    ['a field', (log: ReturnType<typeof open>['log']) => log.info({ header: `Bearer ${SECRET}` }, 'said')],
    ['a message', (log: ReturnType<typeof open>['log']) => log.info({}, `said ${SECRET}`)],
    ['an error', (log: ReturnType<typeof open>['log']) => log.error({ error: new Error(`bad ${SECRET}`) }, 'failed')],
    [
      'a cause',
      (log: ReturnType<typeof open>['log']) => log.error({ error: new AwayError(new Error(SECRET)) }, 'failed'),
    ],
    ['an object', (log: ReturnType<typeof open>['log']) => log.info({ a: { b: [{ c: SECRET }] } }, 'said')],
    ['a key', (log: ReturnType<typeof open>['log']) => log.info({ [SECRET]: 1 }, 'said')],
  ])('never holds a secret, wherever it was: %s', (_where, say) => {
    const { log, lines } = open()

    say(log)

    expect(lines).toHaveLength(1)
    expect(lines.join('')).not.toContain(SECRET)
    expect(() => JSON.parse(lines[0] ?? '') as unknown).not.toThrow()
  })
})
