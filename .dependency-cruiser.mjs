/*
 * The import law of the house (DESIGN section 1): look inwards, never up. This table is the law itself; the one in
 * ARCHITECTURE.md is written from it by scripts/write-import-table.mjs.
 */
const INNER = ['kernel', 'domain']
const JUDGING = ['triage', 'changes', 'summaries', 'playbooks', 'policy', 'audit']

export const MAY_IMPORT = {
  kernel: [],
  domain: ['kernel'],
  ports: INNER,
  ...Object.fromEntries(JUDGING.map((room) => [room, INNER])),
  llm: [...JUDGING, 'ports', ...INNER],
  executor: [...JUDGING, 'ports', ...INNER],
  orchestrator: ['llm', 'executor', ...JUDGING, 'ports', ...INNER],
  adapters: ['orchestrator', 'ports', ...INNER],
  connectors: ['ports', ...INNER],
  store: ['ports', ...INNER],
  telemetry: ['ports', ...INNER],
  sandbox: ['kernel'],
  config: ['playbooks', 'policy', 'ports', ...INNER],
  app: [
    ...['config', 'telemetry', 'store', 'connectors', 'adapters', 'orchestrator', 'llm', 'executor'],
    ...JUDGING,
    ...['ports', ...INNER],
  ],
  cli: [
    ...['app', 'config', 'telemetry', 'store', 'connectors', 'adapters', 'orchestrator', 'llm', 'executor'],
    ...JUDGING,
    ...['ports', ...INNER],
  ],
  main: ['cli', 'app', 'config', 'telemetry', ...INNER],
}

/** Who may import a room only through some of its files, and through which. */
export const DOORS = [
  { from: 'adapters', to: 'orchestrator', only: 'src/orchestrator/index.ts' },
  { from: 'cli', to: 'sandbox', only: 'by the demo command, eval hostile and eval scenarios' },
]

/** Each library that speaks to a vendor or an engine has exactly one home. */
export const HOME_OF = {
  '@slack/': 'src/adapters/slack',
  botbuilder: 'src/adapters/teams',
  fastify: 'src/adapters/http',
  '@fastify/': 'src/adapters/http',
  'node-cron': 'src/adapters/schedule',
  openai: 'src/connectors/openai',
  langchain: 'src/connectors/openai',
  '@langchain/': 'src/connectors/openai',
  '@resvg/': 'src/connectors/picture',
  '@aws-sdk/': 'src/connectors/lambda',
  '@smithy/': 'src/connectors/lambda',
  'drizzle-orm': 'src/store',
  pg: 'src/store',
  'pg-boss': 'src/store',
  '@cedar-policy/': 'src/policy',
  re2js: 'src/kernel',
  pino: 'src/telemetry',
  'prom-client': 'src/telemetry',
}

// app.ts and main.ts are single files beside the rooms; app/ and main/ would be the same room grown to a folder.
const pathOf = (room) => (room === 'app' || room === 'main' ? `^src/${room}(/|\\.ts$)` : `^src/${room}/`)
const rooms = Object.keys(MAY_IMPORT)

const roomRules = rooms.map((room) => ({
  name: `${room}-looks-inwards`,
  comment: `${room} may import ${MAY_IMPORT[room].join(', ') || 'nothing of this house'} (.dependency-cruiser.mjs)`,
  severity: 'error',
  from: { path: pathOf(room) },
  to: {
    path: '^src/',
    // The demo, `eval hostile` and `eval scenarios` are the doors to the sandbox; the rule below keeps everyone else out.
    pathNot: [room, ...MAY_IMPORT[room], ...(room === 'cli' ? ['sandbox'] : [])].map(pathOf),
  },
}))

const homeRules = Object.entries(HOME_OF).map(([library, home]) => ({
  name: `${library.replace(/\W+/g, '-').replace(/^-|-$/g, '')}-has-one-home`,
  comment: `${library} is imported in ${home} only`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^${home}/` },
  to: { path: `node_modules/${library}${library.endsWith('/') ? '' : '/'}` },
}))

export default {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'Move the shared type inwards, into domain or kernel.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unknown-room',
      comment: 'A new room needs its line in MAY_IMPORT (.dependency-cruiser.mjs).',
      severity: 'error',
      from: { path: '^src/', pathNot: rooms.map(pathOf) },
      to: {},
    },
    ...roomRules,
    {
      name: 'orchestrator-has-one-door',
      comment: 'Adapters come in through src/orchestrator/index.ts.',
      severity: 'error',
      from: { path: '^src/adapters/' },
      to: { path: '^src/orchestrator/', pathNot: '^src/orchestrator/index\\.ts$' },
    },
    {
      name: 'only-the-demo-knows-the-sandbox',
      comment: 'The product reaches the sandbox through connectors and webhooks, like the real thing.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: [
          '^src/sandbox/',
          '^src/cli/demo(/|[^/]*\\.ts$)',
          '^src/cli/eval/hostile/',
          '^src/cli/eval-scenarios\\.ts$',
        ],
      },
      to: { path: '^src/sandbox/' },
    },
    {
      name: 'two-vendors-never-meet',
      comment: 'What two vendor directories share goes to shared/, or for adapters to http/.',
      severity: 'error',
      from: { path: '^src/(adapters|connectors)/([^/]+)/' },
      to: { path: '^src/$1/[^/]+/', pathNot: ['^src/$1/$2/', '^src/(adapters|connectors)/(shared|http)/'] },
    },
    ...homeRules,
    {
      name: 'no-test-tools-in-the-product',
      comment: 'The product installs without devDependencies.',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['npm', 'npm-optional', 'type-only'],
      },
    },
    {
      name: 'resolves',
      comment: 'The import leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    moduleSystems: ['es6', 'cjs'],
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
      extensions: ['.ts', '.mts', '.mjs', '.js', '.cjs', '.json', '.d.ts'],
    },
  },
}
