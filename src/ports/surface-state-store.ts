import type { SurfaceName } from '../domain/surface.ts'

/** Whether a surface answers, as its deliverer last saw it. */
export interface SurfaceState {
  readonly surface: SurfaceName
  readonly isReachable: boolean
  /** By database time: since when it is as it is. */
  readonly since: Date
  /** The last failure, in the words of the log; null while it answers. */
  readonly detail: string | null
}

export interface SurfaceStateStore {
  list(): Promise<readonly SurfaceState[]>
  /** True when that is news: the state was another one, or (for one that does not answer) was not known. */
  mark(state: Omit<SurfaceState, 'since'>, forMs: number): Promise<boolean>
}
