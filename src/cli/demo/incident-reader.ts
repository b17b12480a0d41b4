import { z } from 'zod'

const Step = z.object({
  ...{ id: z.string(), uses: z.string(), state: z.string(), detail: z.string().nullable() },
  approval: z.object({ state: z.string(), reason: z.string().nullable() }).nullable(),
})
const Run = z.object({ id: z.string(), state: z.string(), steps: z.array(Step) })
export type RunFacts = z.infer<typeof Run>

const Incident = z.object({
  id: z.string(),
  title: z.string(),
  service: z.string().nullable(),
  severity: z.string(),
  state: z.string(),
  alerts: z.object({ firing: z.number() }),
  suspects: z.array(
    z.object({ service: z.string(), kind: z.string(), revision: z.string().nullable(), probability: z.number() }),
  ),
  unknownCause: z.string().nullable(),
  noProposal: z.string().nullable(),
  proposal: z
    .object({
      id: z.string(),
      playbook: z.string(),
      tier: z.number(),
      state: z.string(),
      required: z.object({ approvals: z.number() }),
      decisions: z.array(z.object({ person: z.string(), decision: z.string() })),
    })
    .nullable(),
  runs: z.array(z.string()),
})
export type IncidentFacts = z.infer<typeof Incident>
const IncidentPage = z.object({ items: z.array(Incident) })

export interface IncidentReader {
  list(): Promise<readonly IncidentFacts[]>
  find(id: string): Promise<IncidentFacts>
  findRun(id: string): Promise<RunFacts>
}

/** The installation's own read API, with its token, as any script would use it. */
export function createReader(url: string, token: string, signal: AbortSignal): IncidentReader {
  const read = async <T>(path: string, schema: z.ZodType<T>): Promise<T> => {
    const headers = { authorization: `Bearer ${token}` }
    const response = await fetch(new URL(`/api/v1${path}`, url), { headers, signal })
    if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`)
    return schema.parse(await response.json())
  }
  return {
    list: async () => (await read('/incidents', IncidentPage)).items,
    find: (id) => read(`/incidents/${id}`, Incident),
    findRun: (id) => read(`/runs/${id}`, Run),
  }
}
