import { createServer } from 'node:net'

const USUAL_PORT = 3000

/** The usual port when it is free, else any. */
export async function choosePort(): Promise<number> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => {
      resolve(0)
    })
    server.listen(USUAL_PORT, '127.0.0.1', () => {
      server.close(() => {
        resolve(USUAL_PORT)
      })
    })
  })
}
