import { refusedBecause } from '../shared/refused-because.ts'

export const NOT_OURS = refusedBecause(
  'not_ours',
  'This button belongs to another app or to an older version. Use the buttons of the card in its channel.',
)
