/** How far back alerts of an incident count as its newest: whether it is still growing when more come. */
export const RECENT_MS = 60_000
