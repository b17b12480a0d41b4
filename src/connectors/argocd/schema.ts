import { z } from 'zod'

/** Only what we use of Argo CD's answers; Go leaves out what is empty, so nearly everything may be absent. */
const Initiator = z.object({ username: z.string().nullish(), automated: z.boolean().nullish() })

const Source = z.object({ targetRevision: z.string().nullish() })

export const Operation = z.object({
  info: z.array(z.object({ name: z.string().nullish(), value: z.string().nullish() })).nullish(),
  initiatedBy: Initiator.nullish(),
  sync: z
    .object({
      revision: z.string().nullish(),
      revisions: z.array(z.string()).nullish(),
      dryRun: z.boolean().nullish(),
    })
    .nullish(),
})
export type Operation = z.infer<typeof Operation>

const OperationState = z.object({
  phase: z.string().nullish(),
  message: z.string().nullish(),
  startedAt: z.string().nullish(),
  finishedAt: z.string().nullish(),
  operation: Operation.nullish(),
  syncResult: z.object({ revision: z.string().nullish(), revisions: z.array(z.string()).nullish() }).nullish(),
})
export type OperationState = z.infer<typeof OperationState>

const HistoryEntry = z.object({
  // The first entry has id 0, which Go may leave out.
  id: z.coerce.number().int().nonnegative().default(0),
  revision: z.string().nullish(),
  revisions: z.array(z.string()).nullish(),
  deployedAt: z.string(),
  deployStartedAt: z.string().nullish(),
  initiatedBy: Initiator.nullish(),
})
export type HistoryEntry = z.infer<typeof HistoryEntry>

export const Application = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string().nullish() }),
  spec: z.object({
    project: z.string().nullish(),
    source: Source.nullish(),
    sources: z.array(Source).nullish(),
    syncPolicy: z.object({ automated: z.object({ enabled: z.boolean().nullish() }).nullish() }).nullish(),
  }),
  operation: Operation.nullish(),
  status: z
    .object({
      health: z.object({ status: z.string().nullish() }).nullish(),
      sync: z
        .object({
          status: z.string().nullish(),
          /** What Git's target revision resolved to when Argo CD last compared: what auto-sync would deploy. */
          revision: z.string().nullish(),
          revisions: z.array(z.string()).nullish(),
        })
        .nullish(),
      summary: z.object({ images: z.array(z.string()).nullish() }).nullish(),
      history: z.array(HistoryEntry).nullish(),
      operationState: OperationState.nullish(),
      reconciledAt: z.string().nullish(),
    })
    .nullish(),
})
export type Application = z.infer<typeof Application>

export const UserInfo = z.object({ loggedIn: z.boolean().nullish(), username: z.string().nullish() })

export const CanI = z.object({ value: z.string().nullish() })

const SyncWindow = z.object({
  kind: z.string().nullish(),
  schedule: z.string().nullish(),
  duration: z.string().nullish(),
})

/** Argo CD leaves out what is false, so only a `canSync` that is there and true lets a sync through. */
export const SyncWindows = z.object({
  activeWindows: z.array(SyncWindow).nullish(),
  assignedWindows: z.array(SyncWindow).nullish(),
  canSync: z.boolean().nullish(),
})
export type SyncWindows = z.infer<typeof SyncWindows>

/** An answer that only says that the request was taken. */
export const Accepted = z.object({})

export const RevisionMetadata = z.object({
  author: z.string().nullish(),
  date: z.string().nullish(),
  message: z.string().nullish(),
})
export type RevisionMetadata = z.infer<typeof RevisionMetadata>

/** Each manifest travels as a text of its own. */
export const ManifestsAnswer = z.object({
  manifests: z.array(z.string()).nullish(),
  /** What the revision that was asked for resolved to. */
  revision: z.string().nullish(),
})
export type ManifestsAnswer = z.infer<typeof ManifestsAnswer>

/** Of a manifest, what names the resource; the rest is only hashed and looked through for images. */
export const Manifest = z.looseObject({
  kind: z.string(),
  apiVersion: z.string().nullish(),
  metadata: z.looseObject({ name: z.string().nullish(), namespace: z.string().nullish() }).nullish(),
})

export const ResourceAnswer = z.object({ manifest: z.string() })

/** Of a resource in the cluster, what tells whether it was restarted, aborted or promoted. */
export const LiveResource = z.object({
  spec: z
    .object({
      restartAt: z.string().nullish(),
      template: z
        .object({
          metadata: z.object({ annotations: z.record(z.string(), z.string()).nullish() }).nullish(),
        })
        .nullish(),
    })
    .nullish(),
  status: z
    .object({
      abort: z.boolean().nullish(),
      promoteFull: z.boolean().nullish(),
      currentPodHash: z.string().nullish(),
      stableRS: z.string().nullish(),
      currentStepIndex: z.number().nullish(),
      pauseConditions: z.array(z.object({ reason: z.string().nullish() })).nullish(),
    })
    .nullish(),
})
export type LiveResource = z.infer<typeof LiveResource>

const text = z.string().nullish()

/** Kubernetes' own list of events. */
export const EventsAnswer = z.object({
  items: z
    .array(
      z.object({
        type: text,
        reason: text,
        message: text,
        count: z.number().nullish(),
        lastTimestamp: text,
        eventTime: text,
        involvedObject: z.object({ kind: text, name: text }).nullish(),
      }),
    )
    .nullish()
    .transform((items) => items ?? []),
})
export type EventsAnswer = z.infer<typeof EventsAnswer>
