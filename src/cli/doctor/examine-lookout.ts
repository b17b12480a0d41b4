import { LOOKOUT_DUTY } from '../../ports/clock-duty-store.ts'
import { createClockDutyStore } from '../../store/clock-duty-store.ts'
import { createStandstillStore } from '../../store/standstill-store.ts'
import { fine, wrong } from './finding.ts'
import type { Config } from '../../config/config.ts'
import type { Database } from '../../store/database.ts'
import type { Finding } from './finding.ts'

/** A pass is made every 10 s; after this long somebody should have. */
const LATE_SECONDS = 60
const NAME = 'Lookout'

/** What stands still, when somebody last looked, and who is told. */
export async function examineLookout(db: Database, config: Config): Promise<readonly Finding[]> {
  const open = await createStandstillStore(db).listOpen()
  const seconds = await createClockDutyStore(db).lastEndedSeconds(LOOKOUT_DUTY)
  const still = open.map(({ text }) => wrong('Standstill', text, 'It ends by itself when that is done.'))
  return [...still, lastPass(seconds), ...whoIsTold(config)]
}

function lastPass(seconds: number | null): Finding {
  if (seconds === null) return fine(NAME, 'no pass yet; the service makes one every 10 s while it runs')
  const age = `the last pass ended ${String(Math.round(seconds))} s ago`
  return seconds <= LATE_SECONDS
    ? fine(NAME, age)
    : wrong(NAME, age, 'Start the service, or look at its log: nobody looks for runs that stand still.')
}

/** Neither is needed to run it; who has neither should know what that means. */
function whoIsTold({ environment, settings }: Config): readonly Finding[] {
  const pages =
    environment.PAGERDUTY_ROUTING_KEY === undefined
      ? 'PAGERDUTY_ROUTING_KEY is not set: what stands still is said in chat, log and metrics only'
      : 'pages through PagerDuty'
  const { heartbeat } = settings.operations
  const beats =
    heartbeat === undefined
      ? 'operations.heartbeat is not set: nobody outside notices when all of this service stops'
      : `a beat every ${String(heartbeat.every / 1000)} s to ${new URL(heartbeat.url).host}`
  return [fine('Pager', pages), fine('Dead-man switch', beats)]
}
