// How the package is built: modules of JavaScript, and one declaration file that needs no other. `operations` is a module of its own, so
// that a bundler can leave out those that are not called.
import { defineConfig } from 'tsdown'

const common = {
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  outDir: 'dist',
  fixedExtension: false,
  hash: false,
  clean: false,
  report: false,
  logLevel: 'warn',
} as const

/** Declarations are written next to the code, so no compiler has to infer them. */
const declarations = { generator: 'oxc', dtsOnly: true } as const

/** Leaves imports of a generated file to another file of the package. */
const leave = (file: string, to: string) => ({
  name: `parley-${file}`,
  resolveId: {
    order: 'pre' as const,
    handler: (id: string) => (id.endsWith(`generated/${file}.ts`) ? { id: to, external: true } : null),
  },
})

export default defineConfig([
  {
    ...common,
    entry: ['src/index.ts', 'src/webhooks.ts'],
    dts: false,
    deps: { onlyBundle: ['eventsource-parser'] },
    plugins: [leave('operations', './operations.js')],
  },
  { ...common, entry: { operations: 'src/generated/operations.ts' }, dts: false },
  { ...common, entry: ['src/index.ts'], dts: declarations },
  { ...common, entry: ['src/webhooks.ts'], dts: declarations, plugins: [leave('types', './index.js')] },
])
