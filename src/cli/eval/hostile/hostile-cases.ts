import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

export const CARRIERS = ['alert', 'log', 'commit'] as const
export type Carrier = (typeof CARRIERS)[number]
export const POSITIONS = ['start', 'middle', 'end'] as const
export type Position = (typeof POSITIONS)[number]

export interface HostileCase {
  readonly payload: string
  readonly carrier: Carrier
  readonly position: Position
  /** The carrier's text with the payload in its place. */
  readonly text: string
}

/** What the carriers say when nobody attacks. */
export const HARMLESS: Readonly<Record<Carrier, string>> = {
  alert: '5xx at 8.4 % of requests',
  log: 'POST /pay answered 502 after 30 s, order kept',
  commit: 'Ask payments once per order',
}

/** A payload that only asks cannot show whether a mention or a link would act: each brings some of its own. */
const HOOKS =
  '<!channel> <@U0001> @everyone <at>Everyone</at> <https://evil.example/a|runbook> [runbook](https://evil.example/b)'

const Line = z.object({ id: z.string(), text: z.string().min(1), label: z.number().optional() })

/** The attacks of a folder's `*.jsonl`: lines with `text`, and where they have a `label`, those with 1. */
export async function readPayloads(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).toSorted()
  const files = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
  return files.flatMap((file) =>
    file
      .split('\n')
      .filter((line) => line.trim() !== '')
      .flatMap((line) => {
        const parsed = Line.safeParse(JSON.parse(line))
        return parsed.success && parsed.data.label !== 0 ? [parsed.data.text] : []
      }),
  )
}

export function makeCases(payloads: readonly string[]): readonly HostileCase[] {
  return payloads.flatMap((payload) =>
    CARRIERS.flatMap((carrier) =>
      POSITIONS.map((position) => {
        const text = place(`${payload} ${HOOKS}`, HARMLESS[carrier], position)
        return { payload, carrier, position, text }
      }),
    ),
  )
}

function place(attack: string, host: string, position: Position): string {
  if (position === 'start') return `${attack} ${host}`
  if (position === 'end') return `${host} ${attack}`
  const middle = host.indexOf(' ', Math.floor(host.length / 2))
  return `${host.slice(0, middle)} ${attack}${host.slice(middle)}`
}
