/**
 * Every table. Times that decide something are set by the database (`clock_timestamp()`), never by a replica.
 * Text that came from outside may hold U+0000 and lone surrogates, which `text` and `jsonb` refuse: what is shown is
 * stored with U+FFFD in their place, and the exact bytes of a delivery are kept in `deliveries.body`.
 */
export * from './schema/intake.ts'
export * from './schema/incidents.ts'
export * from './schema/approvals.ts'
export * from './schema/configuration.ts'
export * from './schema/runs.ts'
export * from './schema/follow-ups.ts'
export * from './schema/feedback.ts'
export * from './schema/step-approvals.ts'
export * from './schema/asking.ts'
export * from './schema/messages.ts'
export * from './schema/surfaces.ts'
export * from './schema/audit.ts'
export * from './schema/log-reviews.ts'
export * from './schema/operations.ts'
