// Writes the JSON Schemas for editors from the zod schemas that the product checks by. With --check it writes nothing
// and fails when one of them is stale.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { format } from 'prettier'
import { configurationJsonSchema } from '../src/config/configuration-file.ts'
import { peopleJsonSchema } from '../src/config/load-people.ts'
import { playbookJsonSchema } from '../src/playbooks/schema.ts'

const SCHEMAS = {
  'countersign.schema.json': configurationJsonSchema,
  'people.schema.json': peopleJsonSchema,
  'playbook.schema.json': playbookJsonSchema,
}

const style = JSON.parse(readFileSync(fileURLToPath(new URL('../.prettierrc.json', import.meta.url)), 'utf8'))
for (const [name, write] of Object.entries(SCHEMAS)) {
  const file = fileURLToPath(new URL(`../docs/schema/${name}`, import.meta.url))
  const wanted = await format(JSON.stringify(write()), { ...style, parser: 'json' })
  if (existsSync(file) && readFileSync(file, 'utf8') === wanted) continue
  if (process.argv.includes('--check')) {
    console.error(`docs/schema/${name} is stale. Run node scripts/write-schemas.mjs.`)
    process.exitCode = 1
  } else {
    writeFileSync(file, wanted)
    console.log(`docs/schema/${name} is written anew`)
  }
}
