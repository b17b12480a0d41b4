import { setTimeout as delay } from 'node:timers/promises'
import { medianOf } from './support/percentiles.ts'
import { openWorkplace } from './support/workplace.ts'
import { residentMb } from './support/machine.ts'
import { startProduct } from './support/product.ts'
import { writeInstallation } from './support/installation.ts'
import type { Benchmark } from './benchmark.ts'

const READY_BELOW_MS = 2_000
const MEMORY_BELOW_MB = 150

/** Starts of the service on an existing database: how long until it is ready, and how much memory it then idles in. */
export const startBench: Benchmark = {
  name: 'start',
  summary: 'serve on an existing database: time until ready, and memory when idle',
  async run(options, print) {
    const workplace = openWorkplace()
    try {
      const { configPath } = writeInstallation(workplace.folder, { services: 45, channels: 45 })
      const first = await startProduct(workplace, configPath, {})
      print(`first start, with an empty folder: ${first.readyMs.toFixed(0)} ms`)
      await first.stop()
      const starts: { readyMs: number; memoryMb: number }[] = []
      for (let count = 1; count <= options.starts; count += 1) {
        const product = await startProduct(workplace, configPath, {})
        await delay(options.idleSeconds * 1000)
        const memoryMb = residentMb(product.pid) ?? Number.NaN
        starts.push({ readyMs: product.readyMs, memoryMb })
        print(`start ${count}: ready in ${product.readyMs.toFixed(0)} ms, ${memoryMb.toFixed(0)} MB`)
        await product.stop()
      }
      return [
        { name: 'ready, median', value: medianOf(starts.map((one) => one.readyMs)), unit: 'ms', below: READY_BELOW_MS },
        {
          name: `memory after ${options.idleSeconds} s idle, median`,
          value: medianOf(starts.map((one) => one.memoryMb)),
          unit: 'MB',
          below: MEMORY_BELOW_MB,
        },
      ]
    } finally {
      await workplace.close()
    }
  },
}
