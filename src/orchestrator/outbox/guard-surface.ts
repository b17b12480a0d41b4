import { AppError } from '../../kernel/errors.ts'
import { isBrokenAccess } from './judge-failure.ts'
import { VendorBusyError, VendorRejectedError } from '../../kernel/vendor-errors.ts'
import type { ChatSurface } from '../../ports/chat-surface.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { SurfaceBudgets } from './surface-budgets.ts'
import type { SurfaceWatch } from './surface-watch.ts'

export interface SurfaceGuards {
  readonly budgets: SurfaceBudgets
  readonly watch: SurfaceWatch
  readonly clock: Clock
  /** What we ourselves stopped tells nothing about the surface. */
  readonly isStopping: () => boolean
}

/**
 * The surface as the deliverer calls it. Where the platform asks to wait, what would use the same budget waits, and
 * nothing else: a busy method stops neither the others nor other channels. Each call tells whether the surface answers.
 */
export function guardSurface(surface: ChatSurface, guards: SurfaceGuards): ChatSurface {
  const { budgets } = guards
  const guarded = <Answer>(block: Block, call: () => Promise<Answer>) => guardCall(guards, block, call)
  return {
    name: surface.name,
    limits: surface.limits,
    postCard: (channel, ...rest) =>
      guarded(
        (...wait) => budgets.blockPosts(channel, ...wait),
        () => surface.postCard(channel, ...rest),
      ),
    updateCard: (card, ...rest) =>
      guarded(
        (...wait) => budgets.blockUpdates(...wait),
        () => surface.updateCard(card, ...rest),
      ),
    findCard: (...args) =>
      guarded(
        () => undefined,
        () => surface.findCard(...args),
      ),
    postConfiguration: (channel, ...rest) =>
      guarded(
        (...wait) => budgets.blockPosts(channel, ...wait),
        () => surface.postConfiguration(channel, ...rest),
      ),
    updateConfiguration: (...args) =>
      guarded(
        (...wait) => budgets.blockUpdates(...wait),
        () => surface.updateConfiguration(...args),
      ),
    postPicture: (card, ...rest) =>
      guarded(
        (...wait) => budgets.blockPosts(card.channel, ...wait),
        () => surface.postPicture(card, ...rest),
      ),
    updatePicture: (...args) =>
      guarded(
        (...wait) => budgets.blockUpdates(...wait),
        () => surface.updatePicture(...args),
      ),
    postInThread: (card, ...rest) =>
      guarded(
        (...wait) => budgets.blockPosts(card.channel, ...wait),
        () => surface.postInThread(card, ...rest),
      ),
    postNotice: (channel, ...rest) =>
      guarded(
        (...wait) => budgets.blockPosts(channel, ...wait),
        () => surface.postNotice(channel, ...rest),
      ),
    tellPerson: (person, ...rest) =>
      guarded(
        (...wait) => budgets.blockPosts(`person ${person.id}`, ...wait),
        () => surface.tellPerson(person, ...rest),
      ),
  }
}

type Block = (nowMs: number, forMs: number) => void

async function guardCall<Answer>(
  { watch, clock, isStopping }: SurfaceGuards,
  block: Block,
  call: () => Promise<Answer>,
): Promise<Answer> {
  const startedAtMs = clock.monotonicMs()
  try {
    const answer = await call()
    watch.answered()
    return answer
  } catch (error) {
    if (error instanceof VendorBusyError) block(clock.monotonicMs(), error.retryAfterMs)
    const isAnswer = error instanceof VendorBusyError || error instanceof VendorRejectedError
    if (isAnswer && !isBrokenAccess(error)) watch.answered()
    else if (!isStopping()) watch.failed(startedAtMs, error instanceof AppError ? error.message : String(error))
    throw error
  }
}
