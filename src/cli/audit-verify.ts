import { runVerifier } from '../audit/verifier.ts'
import type { Command } from './command.ts'

/** The very file that an auditor runs elsewhere, with its own exit codes. */
export const auditVerifyCommand: Command = {
  name: 'audit verify',
  summary: 'Verifies an exported audit log, offline',
  usage: `audit verify FILE.jsonl --checkpoints FILE.checkpoints.jsonl --key audit.pub... [--line TEXT …] [--archive FILE]... [--json]

--key may be given once for each key that the log was ever signed with.
Exits 0 when the log is whole, 1 naming the first bad place, 2 for wrong usage.
--line takes a checkpoint's line as it stands in an incident's channel, and may be given several times; with it,
--checkpoints and --key may be left out: size and start of the root are then compared with the line alone.
Entries whose bytes were archived are counted, and verified with each --archive FILE that holds them.
The same check runs without Countersign: copy src/audit/verifier.ts and run it with Node 22.18 or later.`,
  examples: ['audit verify audit.jsonl --checkpoints audit.checkpoints.jsonl --key keys/audit.pub'],
  run: async (args, context) =>
    runVerifier(args, (text) => {
      context.print(text.trimEnd())
    }),
}
