import { systemClock, systemTimer } from '../../kernel/clock.ts'
import type { Watch } from '../../kernel/deadline.ts'

/** No process lives on for it. */
export const watch: Watch = { clock: systemClock, startTimer: systemTimer }
