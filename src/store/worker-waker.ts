/** One worker of a queue, as the waker knows it. */
export interface WakerSlot {
  /** The engine gave it this id: from now on it can be woken. */
  isNow(id: string): void
  /** It got a job. */
  begin(): void
  /** The job is over. */
  end(): void
}

export interface Waker {
  addWorker(): WakerSlot
  /** A job was announced. */
  wakeOne(): void
  /** Jobs became due, nobody knows how many. */
  wakeAll(): void
}

interface Worker {
  id: string | undefined
  isBusy: boolean
  /** It looks because its last job ended: what it finds then had waited. */
  looksAgain: boolean
}

/**
 * Wakes as many workers of a queue as there is work for. One announcement wakes one idle worker, the longest idle first.
 * An announcement may have told of several jobs, or have come while all were busy: so a worker looks again after each
 * job, and one that then finds another wakes a further one, until all that is there is being worked on.
 */
export function createWaker(notify: (workerId: string) => void): Waker {
  const workers: Worker[] = []
  const wakeOne = (): void => {
    const index = workers.findIndex((worker) => !worker.isBusy && worker.id !== undefined)
    const [worker] = index < 0 ? [] : workers.splice(index, 1)
    if (worker?.id === undefined) return
    workers.push(worker)
    worker.looksAgain = false
    notify(worker.id)
  }
  return {
    wakeOne,
    wakeAll: () => {
      for (const { id } of workers) if (id !== undefined) notify(id)
    },
    addWorker: () => {
      const worker: Worker = { id: undefined, isBusy: false, looksAgain: false }
      workers.push(worker)
      return {
        isNow: (id) => {
          worker.id = id
        },
        begin: () => {
          worker.isBusy = true
          if (worker.looksAgain) wakeOne()
          worker.looksAgain = false
        },
        end: () => {
          worker.isBusy = false
          worker.looksAgain = true
          if (worker.id !== undefined) notify(worker.id)
        },
      }
    },
  }
}
