// The lock file must serve every machine and every registry: each optional dependency is in it with its integrity
// (a resolver that drops the ones for other platforms is npm's oldest trap), and no address of a registry is.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const read = (name) => JSON.parse(readFileSync(fileURLToPath(new URL(`../${name}`, import.meta.url)), 'utf8'))
const wanted = read('package.json')
const { packages } = read('package-lock.json')

const problems = []
for (const name of Object.keys(wanted.optionalDependencies)) {
  if (!packages[`node_modules/${name}`]?.integrity) {
    problems.push(`${name} is an optional dependency and not in the lock`)
  }
}
for (const [path, entry] of Object.entries(packages)) {
  if (entry.resolved) problems.push(`${path} names the registry it came from: ${entry.resolved}`)
}

for (const problem of problems) console.error(`package-lock.json: ${problem}`)
if (problems.length > 0) {
  console.error(
    'Run npm install with the .npmrc of this repository (omit-lockfile-registry-resolved) and commit the lock.',
  )
  process.exitCode = 1
} else {
  console.log(`package-lock.json: ${Object.keys(packages).length} packages, every platform, no registry`)
}
