import { loadConfigFor } from './load-config-for.ts'
import { migrate } from '../store/migrate.ts'
import { openStorage, saidPlainly } from '../app/open-storage.ts'
import { parseOptions } from './parse-options.ts'
import { refusePositionals } from './refuse-positionals.ts'
import { silentLogger } from '../kernel/silent-logger.ts'
import type { Command } from './command.ts'

export const migrateCommand: Command = {
  name: 'migrate',
  summary: 'Brings the tables up to date',
  usage: `migrate [--config PATH] [--json]

Uses DATABASE_ADMIN_URL as the owner and grants the user of DATABASE_URL only what it needs. Without it that user owns
the tables; the audit log is then protected by its checkpoints alone. Any number may run at once: one works.`,
  examples: ['migrate', 'migrate --json'],
  async run(args, context) {
    const { options, positionals } = parseOptions(args, { config: 'text', json: 'flag' })
    refusePositionals(positionals)
    const config = await loadConfigFor(context, options.config)
    const storage = await openStorage(config, silentLogger)
    try {
      const ownerUrl = storage.ownerUrl ?? storage.url
      const { applied } = await saidPlainly(ownerUrl, () => migrate({ ownerUrl, appUser: storage.appUser }))
      const text = applied.length === 0 ? 'The tables are up to date.' : `Applied: ${applied.join(', ')}.`
      context.print(options.json ? JSON.stringify({ applied }) : text)
      return 0
    } finally {
      await storage.close()
    }
  },
}
