// Loaded into every process that a test run starts. Jest lives on when whoever started it is killed, and its workers when
// jest is, with all that their tests hold open; so each ends as soon as its parent is another one. Other processes hang on
// a leash of their own. Looked at now and then: a listener on the channel to the parent would keep a worker from ending.
const process = require('node:process')
const { setInterval } = require('node:timers')

const OFTEN_MS = 500
if (/[\\/](?:processChild|jest)\.js$/.test(process.argv[1] ?? '')) {
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL')
  }, OFTEN_MS).unref()
}
