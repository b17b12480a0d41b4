import { ARGO_CD_ROWS } from './argocd-rows.ts'
import { OWN_ROWS } from './own-rows.ts'
import { CHECK_ROWS, LAMBDA_ROWS, PAGERDUTY_ROWS } from './vendor-rows.ts'
import type { MatrixAction } from './matrix-action.ts'

/** Every action of CONTRACT 6, some of them in more than one way. */
export const MATRIX_ROWS: readonly MatrixAction[] = [
  ...ARGO_CD_ROWS,
  ...LAMBDA_ROWS,
  ...PAGERDUTY_ROWS,
  ...CHECK_ROWS,
  ...OWN_ROWS,
]
