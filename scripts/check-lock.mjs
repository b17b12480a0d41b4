// The lock files must serve every machine and every registry: each optional dependency is in it with its integrity
// (a resolver that drops the ones for other platforms is npm's oldest trap), and no address of a registry is. One lock
// is the product's, the other that of the heavy counterparts in the end-to-end tests.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const FOLDERS = ['', 'test/e2e/']
const read = (name) => JSON.parse(readFileSync(fileURLToPath(new URL(`../${name}`, import.meta.url)), 'utf8'))

const problems = []
for (const folder of FOLDERS) {
  const found = problemsOf(read(`${folder}package.json`), read(`${folder}package-lock.json`).packages)
  problems.push(...found.map((problem) => `${folder}package-lock.json: ${problem}`))
}

function problemsOf(wanted, packages) {
  const missing = Object.keys(wanted.optionalDependencies ?? {}).filter((name) => !integrityOf(packages, name))
  const unpinned = Object.entries(packages['']?.devDependencies ?? {}).filter(
    ([name, version]) => wanted.devDependencies?.[name] !== version,
  )
  const named = Object.entries(packages).filter(([, entry]) => entry.resolved)
  return [
    ...missing.map((name) => `${name} is an optional dependency and not in the lock`),
    ...unpinned.map(([name, version]) => `${name} is locked as ${version}, and package.json wants another`),
    ...named.map(([path, entry]) => `${path} names the registry it came from: ${entry.resolved}`),
  ]
}

function integrityOf(packages, name) {
  return packages[`node_modules/${name}`]?.integrity
}

for (const problem of problems) console.error(problem)
if (problems.length > 0) {
  console.error(
    'Run npm install with the .npmrc of this repository (omit-lockfile-registry-resolved) and commit the lock.',
  )
  process.exitCode = 1
} else {
  const counts = FOLDERS.map((folder) => Object.keys(read(`${folder}package-lock.json`).packages).length)
  console.log(`package-lock.json: ${counts.join(' and ')} packages, every platform, no registry`)
}
