import js from '@eslint/js'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

// The judging rooms: values in, judgement and reasons out. Time, ids and randomness come in as arguments.
const JUDGING_ROOMS = ['triage', 'changes', 'summaries', 'playbooks', 'policy', 'audit']
const PURE_ROOMS = [...JUDGING_ROOMS, 'domain', 'kernel']
const filesOf = (rooms) => rooms.map((room) => `src/${room}/**/*.ts`)
const CONFIG_FILES = [
  '*.config.mjs',
  '*.config.ts',
  '.dependency-cruiser.mjs',
  'scripts/*.mjs',
  'test/support/**/*.mjs',
]
// Tools load these and demand a default export.
const NEEDS_DEFAULT_EXPORT = [
  '*.config.{mjs,ts}',
  '.dependency-cruiser.mjs',
  'test/support/plain-reporter.mjs',
  'test/support/longest-first.mjs',
  'test/support/one-context/{runtime,environment}.mjs',
  'test/support/global-setup.ts',
  'test/support/global-teardown.ts',
]

const CLOCK = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'A pure room takes the time as an argument.',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'A pure room takes the time as an argument.',
  },
  {
    selector: "CallExpression[callee.object.name='performance'][callee.property.name='now']",
    message: 'A pure room takes the time as an argument.',
  },
]
const RANDOMNESS = [
  {
    selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    message: 'A pure room takes randomness as an argument.',
  },
]
const WAITING = [
  {
    selector: 'AwaitExpression, :function[async=true]',
    message: 'A judging room is synchronous: pass in what it would wait for.',
  },
]

const noIo = (allowed) => ({
  patterns: [
    {
      regex: `^(node:(?!(${allowed.join('|')})$)|fs$|fs/|path$|os$|http|https$|net$|child_process$|crypto$)`,
      message: 'A pure room does no input or output.',
    },
  ],
  paths: [
    {
      name: 'node:crypto',
      importNames: ['randomUUID', 'randomBytes', 'randomInt', 'getRandomValues', 'webcrypto'],
      message: 'A pure room takes randomness as an argument.',
    },
  ],
})

const OUTSIDE_WORLD = ['process', 'fetch', 'setTimeout', 'setInterval', 'setImmediate', 'crypto'].map((name) => ({
  name,
  message: 'A pure room does no input or output and reads no environment.',
}))

export default defineConfig([
  globalIgnores(['node_modules/', '.countersign/', 'coverage/', 'migrations/']),
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Types and interfaces both have their place: unions are types, ports are interfaces.
      '@typescript-eslint/consistent-type-definitions': 'off',
      // process.env['NAME'] says that the name comes from outside.
      '@typescript-eslint/dot-notation': 'off',
      // An async function without await still turns a throw into a rejection, which is what a port promises.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Going through a text by code points is what escaping and truncating want.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true, boolean: true } }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
    },
  },
  {
    files: CONFIG_FILES,
    ignores: ['**/*.ts'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'process',
          'console',
          'URL',
          'Buffer',
          'fetch',
          'AbortSignal',
          'setTimeout',
          'clearTimeout',
          'setInterval',
          'clearInterval',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
  {
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      curly: ['error', 'multi-line'],
      complexity: ['error', 12],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: false }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'], location: 'start' }],
      'object-shorthand': 'error',
      'prefer-template': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
        {
          selector: "CallExpression[callee.object.name='process'][callee.property.name='exit']",
          message: 'Set process.exitCode and let what is open be closed.',
        },
      ],
    },
  },
  { files: NEEDS_DEFAULT_EXPORT, rules: { 'no-restricted-syntax': 'off' } },
  {
    files: ['src/cli/**/*.ts', 'src/main.ts', 'scripts/**', 'bench/**/*.ts', 'test/support/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: filesOf(PURE_ROOMS),
    rules: {
      'no-restricted-globals': ['error', ...OUTSIDE_WORLD],
      'no-restricted-imports': ['error', noIo(['crypto', 'buffer', 'util'])],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
        ...CLOCK,
        ...RANDOMNESS,
      ],
    },
  },
  {
    files: filesOf(JUDGING_ROOMS),
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
        ...CLOCK,
        ...RANDOMNESS,
        ...WAITING,
      ],
    },
  },
  {
    // The clock type and its one real implementation live side by side, as do the ids and their source of randomness.
    files: ['src/kernel/clock.ts', 'src/kernel/ids.ts'],
    rules: { 'no-restricted-syntax': 'off', 'no-restricted-imports': 'off', 'no-restricted-globals': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // A describe block is as long as what it describes.
      'max-lines-per-function': 'off',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: false }],
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-floating-promises': 'error',
    },
  },
])
