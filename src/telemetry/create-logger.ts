import { pino } from 'pino'
import type { Logger } from '../kernel/logger.ts'

export interface LogSettings {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly replicaId: string
  /** Takes text and gives it back without secrets; applied to every line. */
  readonly redact: (line: string) => string
  readonly write?: (line: string) => void
}

/** JSON lines on standard output. The last guard against secrets: whatever a field holds, the finished line is redacted. */
export function createLogger(settings: LogSettings): Logger {
  const write = settings.write ?? ((line: string) => process.stdout.write(line))
  return pino(
    {
      level: settings.level,
      base: { replica: settings.replicaId },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // Both names are in use; the library's own serializer of `err` would copy every field of a vendor's error.
      serializers: { error: describeError, err: describeError },
    },
    {
      write: (line: string) => {
        write(settings.redact(line))
      },
    },
  )
}

/** Code, message and chain of causes: stacks only of what is not one of our own errors. */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) }
  const code: unknown = 'code' in error ? error.code : undefined
  const isOurs = 'retryable' in error
  return {
    name: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    message: error.message,
    ...(isOurs ? {} : { stack: error.stack }),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  }
}
