import { z } from 'zod'

export const REPLICA_VARIABLE = 'COUNTERSIGN_BENCH_AUDIT'

/** What a replica of the bench is told when it starts. */
export const ReplicaConfig = z.strictObject({
  url: z.string(),
  replicaId: z.string(),
  checkpointFolder: z.string(),
})
export type ReplicaConfig = z.infer<typeof ReplicaConfig>

/**
 * `audited`: the product's own way, an entry in a transaction of a unit of work. `plain`: the same bytes into a bare
 * table, in a transaction of the same shape. `single`: the same as one statement that commits by itself, in which
 * nothing else could stand.
 */
export const Order = z.strictObject({
  way: z.enum(['audited', 'plain', 'single']),
  writers: z.int().positive(),
  seconds: z.number().positive(),
})
export type Order = z.infer<typeof Order>

export const Answer = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ready') }),
  z.strictObject({ kind: z.literal('written'), entries: z.int(), seconds: z.number(), processorMs: z.number() }),
  /** The replica's log told of entries that wait; `at` is the machine's monotonic clock, in milliseconds. */
  z.strictObject({ kind: z.literal('alarm'), at: z.number() }),
  z.strictObject({ kind: z.literal('failed'), reason: z.string() }),
])
export type Answer = z.infer<typeof Answer>
