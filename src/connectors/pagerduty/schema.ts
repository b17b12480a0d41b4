import { z } from 'zod'

/** Only what we use of PagerDuty's answers. */
const Reference = z.object({ id: z.string() })

export const NoteAnswer = z.object({ note: z.object({ id: z.string(), content: z.string().nullish() }) })

export const NotesAnswer = z.object({
  notes: z.array(z.object({ id: z.string(), content: z.string().nullish() })),
})

export const IncidentsAnswer = z.object({
  incidents: z.array(
    z.object({
      id: z.string(),
      status: z.string().nullish(),
      html_url: z.string().nullish(),
      created_at: z.string().nullish(),
    }),
  ),
})

export const ServiceAnswer = z.object({ service: z.object({ escalation_policy: Reference.nullish() }) })

export const OnCallsAnswer = z.object({
  oncalls: z.array(
    z.object({
      escalation_level: z.number().nullish(),
      user: z
        .object({
          id: z.string(),
          name: z.string().nullish(),
          summary: z.string().nullish(),
          email: z.string().nullish(),
        })
        .nullish(),
    }),
  ),
  more: z.boolean().nullish(),
})

export const UsersAnswer = z.object({ users: z.array(z.object({ id: z.string(), email: z.string().nullish() })) })

export const UserAnswer = z.object({
  user: z.object({ id: z.string(), name: z.string().nullish(), summary: z.string().nullish() }),
})

export const AbilitiesAnswer = z.object({ abilities: z.array(z.string()) })

/** One incident, as reading and changing it answer. */
export const IncidentAnswer = z.object({
  incident: z.object({
    id: z.string(),
    status: z.string(),
    html_url: z.string().nullish(),
    escalation_policy: Reference.nullish(),
    incidents_responders: z.array(z.object({ message: z.string().nullish() })).nullish(),
    responder_requests: z.array(z.object({ message: z.string().nullish() })).nullish(),
  }),
})
export type PagerDutyIncident = z.infer<typeof IncidentAnswer>['incident']

export const ResponderRequestAnswer = z.object({ responder_request: z.object({}).nullish() })

export const WorkflowInstanceAnswer = z.object({ incident_workflow_instance: z.object({ id: z.string().nullish() }) })

const SimilarIncident = z.object({
  id: z.string(),
  title: z.string().nullish(),
  summary: z.string().nullish(),
  created_at: z.string().nullish(),
  html_url: z.string().nullish(),
})
export type SimilarIncident = z.infer<typeof SimilarIncident>

export const PastAnswer = z.object({
  past_incidents: z.array(z.object({ incident: SimilarIncident, score: z.number() })),
})
export type PastAnswer = z.infer<typeof PastAnswer>

export const RelatedAnswer = z.object({
  related_incidents: z.array(
    z.object({ incident: SimilarIncident, relationships: z.array(z.object({ type: z.string() })).default([]) }),
  ),
})
export type RelatedAnswer = z.infer<typeof RelatedAnswer>
