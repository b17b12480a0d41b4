import type { Telemetry } from '../ports/telemetry.ts'

/** Counts nothing: for tools that run once. */
export const silentTelemetry: Telemetry = { count: () => undefined, observeSeconds: () => undefined }
