import { PROCESS_ROLES, newReplicaId, openApp } from '../app.ts'
import { UsageError } from './usage-error.ts'
import { endProcess } from './end-process.ts'
import { createLogger } from '../telemetry/create-logger.ts'
import { loadConfigFor } from './load-config-for.ts'
import { parseOptions } from './parse-options.ts'
import { refusePositionals } from './refuse-positionals.ts'
import { redactLogLine } from '../audit/redact-texts.ts'
import { watchEventLoop } from '../app/watch-event-loop.ts'
import { secretsOf } from '../app/open-audit.ts'
import type { Command } from './command.ts'
import type { ProcessRole } from '../app.ts'

export const serveCommand: Command = {
  name: 'serve',
  summary: 'Runs the service (npm start)',
  usage: `serve [--config PATH] [--role web|worker]

Reads countersign.yaml and the environment, serves chat, console, webhooks and API, and works on incidents and runs.
Without --role one process does everything; split, any number of each share one database. SIGTERM ends it gracefully, a
second one at once.
--role web takes webhooks, chat, console and API. --role worker carries out runs and works on incidents; it runs without
the V8 flags that spare memory (some 14 MB more), and so each step of a run is faster, by a quarter of its processor time:
take it where many steps are carried out. It listens on PORT as well, for /healthz, /readyz and /metrics alone.`,
  printsLog: true,
  examples: ['serve', 'serve --config countersign.yaml', 'serve --role web', 'serve --role worker'],
  async run(args, context) {
    const { options, positionals } = parseOptions(args, { config: 'text', role: 'text' })
    refusePositionals(positionals)
    const roles = rolesOf(options.role)
    const config = await loadConfigFor(context, options.config)
    const secrets = secretsOf(config)
    const replicaId = newReplicaId()
    const log = createLogger({
      level: config.environment.LOG_LEVEL,
      replicaId,
      redact: (line) => redactLogLine(line, { secrets }),
      write: (line) => {
        context.print(line.trimEnd())
      },
    })
    const watch = watchEventLoop()
    const app = await openApp({ config, log, roles, replicaId })
    await new Promise<void>((resolve) => {
      if (context.signal.aborted) resolve()
      else context.signal.addEventListener('abort', () => resolve(), { once: true })
    })
    log.info({}, 'Countersign stops')
    await app.close()
    await watch.close()
    const hanging = app.hanging()
    if (hanging.length > 0) {
      log.warn({ hanging }, 'folders of checkpoints still do not answer; the process ends without them')
      endProcess(0)
    }
    return 0
  },
}

function rolesOf(role: string | undefined): readonly ProcessRole[] {
  if (role === undefined) return PROCESS_ROLES
  const known = PROCESS_ROLES.find((candidate) => candidate === role)
  if (known !== undefined) return [known]
  throw new UsageError(`--role is web or worker; found "${role}".`)
}
