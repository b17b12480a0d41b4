import { createInterface } from 'node:readline'
import { AppError } from '../../../src/kernel/errors.ts'
import type { Logger } from '../../../src/kernel/logger.ts'
import { openEmbeddedPostgres } from '../../../src/store/embedded-postgres.ts'
import { OpenerOrder } from './opener.ts'
import type { Logged, OpenerAnswer } from './opener.ts'

/** A process that opens an embedded database, says what came of it, and closes it when told to. See `startOpener`. */
const order = OpenerOrder.parse(JSON.parse(process.argv[2] ?? ''))
const logged: Logged = []
const note = (fields: object, message: string): void => {
  logged.push({ message, fields: { ...fields } })
}
const log: Logger = { debug: note, info: note, warn: note, error: note, child: () => log }

function say(answer: OpenerAnswer): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}

// All modules are loaded by now, so that the user does not need to reach this checkout.
if (order.uid !== undefined) {
  process.setgroups?.([])
  process.setgid?.(order.gid ?? order.uid)
  process.setuid?.(order.uid)
}
const { binaries } = order
try {
  const postgres = await openEmbeddedPostgres({
    home: order.home,
    log,
    purpose: order.purpose,
    ...(binaries === undefined ? {} : { locate: async () => binaries }),
  })
  const commands = createInterface({ input: process.stdin })
  say({ adopted: postgres.adopted, url: postgres.url(), ownerUrl: postgres.ownerUrl(), logged })
  // A line is the order to close; the end of the input means that the test died.
  await new Promise((resolve) => {
    commands.once('line', resolve)
    commands.once('close', resolve)
  })
  commands.close()
  await postgres.close()
  say({ closed: true, logged })
} catch (error) {
  say({ code: error instanceof AppError ? error.code : 'other', message: String(error), logged })
}
