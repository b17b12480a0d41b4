/** Calls back once after `ms` unless it is stopped by what it returns. As an argument, so that this room stays pure. */
export type StartTimer = (ms: number, whenOver: () => void) => () => void
