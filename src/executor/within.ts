/** undefined when nothing came in time; what comes later is nobody's. */
export function within<Value>(ms: number, called: Promise<Value>): Promise<{ readonly value: Value } | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      resolve(undefined)
    }, ms)
    called
      .then((value) => {
        resolve({ value })
      }, reject)
      .finally(() => {
        clearTimeout(timer)
      })
  })
}
