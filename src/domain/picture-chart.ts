/** The picture for where a platform draws by itself: few points, and no text that data brought. */
export interface PictureChart {
  readonly title: string
  /** At least two, each with a label of its own: a time, with what happened then. */
  readonly points: readonly { readonly label: string; readonly value: number }[]
}
