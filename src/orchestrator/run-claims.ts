import { setTimeout as delay } from 'node:timers/promises'
import { momentOf, passedMs } from '../kernel/moment.ts'
import type { RunLease } from '../ports/run-store.ts'
import { databaseTrouble } from './database-trouble.ts'
import type { Deps } from './dependencies.ts'

const AGAIN_MS = 500

type ClaimDeps = Pick<Deps, 'stores' | 'unitOfWork' | 'settings' | 'clock' | 'log'>

/**
 * What one process knows of its claims. A claim whose answer is lost (the connection is cut after the commit) leaves the
 * run with this process as its holder, which nobody is: the lease would run out, and that would count as a crash.
 *
 *   asked → answered (held, or nothing to hold) | unanswered → given back as soon as the database answers
 *
 * Nothing was sent under a claim that nobody was told of, so giving it back is safe, before and after its lease ran out.
 * It is told from one that was held by its fence: what this process was answered with is no longer unanswered, and what it
 * holds, or broke off, stays. Of one run one question is under way at a time, so that no answer is on its way meanwhile;
 * and it is given back by that very fence, so that what is carried out late changes nothing. A process that is killed
 * before it gave it back remembers nothing, and its lease counts as a crash as ever.
 */
export class RunClaims {
  /** The last question of each run, until it is over. */
  readonly #asking = new Map<string, Promise<unknown>>()
  /** Fences of those that are held, or that broke off. */
  readonly #answered = new Map<string, number>()
  readonly #unanswered = new Set<string>()

  /** As the store's; undefined also where the answer was lost and the run is given back: there is a new hint then. */
  claim(deps: ClaimDeps, runId: string, stop: AbortSignal): Promise<RunLease | undefined> {
    const asking = (this.#asking.get(runId) ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => this.#ask(deps, runId, stop))
      .finally(() => {
        if (this.#asking.get(runId) === asking) this.#asking.delete(runId)
      })
    this.#asking.set(runId, asking)
    return asking
  }

  /** It ended as it should, and nobody holds it. One that broke off, or keeps its holder's name, is not forgotten. */
  forget({ run, fence }: RunLease): void {
    if (this.#answered.get(run.id) === fence) this.#answered.delete(run.id)
  }

  async #ask(deps: ClaimDeps, runId: string, stop: AbortSignal): Promise<RunLease | undefined> {
    const { replicaId, leaseMs } = deps.settings
    if (this.#unanswered.has(runId)) await this.#giveBack(deps, runId)
    try {
      const lease = await deps.stores.runs.claim(runId, replicaId, leaseMs)
      if (lease !== undefined) this.#answered.set(runId, lease.fence)
      return lease
    } catch (error) {
      if (databaseTrouble(error) !== 'away') throw error
      this.#unanswered.add(runId)
      deps.log.warn({ runId, err: error }, 'nobody knows whether a run was claimed; it is given back')
      if (await this.#giveBackInTime(deps, runId, stop)) return undefined
      // Kept in mind: this process gives it back before it claims it the next time.
      throw error
    }
  }

  /** False when the database did not answer for as long as a lease lasts. */
  async #giveBackInTime(deps: ClaimDeps, runId: string, stop: AbortSignal): Promise<boolean> {
    const askedAt = momentOf(deps.clock)
    do {
      try {
        await this.#giveBack(deps, runId)
        return true
      } catch (error) {
        if (databaseTrouble(error) !== 'away') throw error
        await delay(AGAIN_MS, undefined, { signal: stop }).catch(() => undefined)
      }
    } while (!stop.aborted && passedMs(deps.clock, askedAt) < deps.settings.leaseMs)
    return false
  }

  /** With a new hint, as whatever is given back. */
  async #giveBack({ unitOfWork, settings }: ClaimDeps, runId: string): Promise<void> {
    await unitOfWork.run(async (stores) => {
      const lease = await stores.runs.findHeldBy(runId, settings.replicaId)
      if (lease !== undefined && lease.fence !== this.#answered.get(runId)) {
        await stores.leasedRuns.lapse(lease, AGAIN_MS, lease.unwritableForMs !== null)
      }
      await stores.jobs.enqueue('run.advance', { runId }, { singletonKey: runId, startAfterMs: AGAIN_MS })
    })
    this.#unanswered.delete(runId)
  }
}
