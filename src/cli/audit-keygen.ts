import { resolve } from 'node:path'
import { generateAuditKey } from '../store/audit-key.ts'
import type { Command } from './command.ts'
import { parseOptions } from './parse-options.ts'
import { UsageError } from './usage-error.ts'

export const auditKeygenCommand: Command = {
  name: 'audit keygen',
  summary: 'Makes the key that signs audit checkpoints',
  usage: `audit keygen --out DIR [--json]

Writes DIR/audit.key (readable by you alone) and DIR/audit.pub. Give the service the first one as
COUNTERSIGN_AUDIT_KEY, and the auditors the second one. A key that is there is never replaced.`,
  examples: ['audit keygen --out keys'],
  async run(args, context) {
    const { options, positionals } = parseOptions(args, { out: 'text', json: 'flag' })
    if (options.out === undefined || options.out === '' || positionals.length > 0) {
      throw new UsageError('"audit keygen" needs --out DIR.')
    }
    const { key, publicKey } = await generateAuditKey(resolve(options.out))
    context.print(
      options.json
        ? JSON.stringify({ key, publicKey })
        : `Wrote ${key} (keep it where the database's administrators cannot read it) and ${publicKey} (for whoever verifies).`,
    )
    return 0
  },
}
