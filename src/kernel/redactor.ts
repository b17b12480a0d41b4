/** Gives a value back without secrets: every text in it is looked at, whatever is no text stays as it is. */
export type Redactor = <Value>(value: Value) => Value
